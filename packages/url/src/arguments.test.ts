import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OPTIONS, SHORTHANDS, type OptionName, type Options } from "./options.ts";
import { parseSegments } from "./segments.ts";

/** Every argument form that the contract documents, option by option, each tried under every name of the option. */

type Accepted = readonly (readonly [args: string, value: unknown])[];

const MAX = Number.MAX_SAFE_INTEGER;

const SIDES: Accepted = [
  ["0", 0],
  ["300", 300],
  ["+5", 5],
  ["-0", 0],
  ["007", 7],
  ["9223372036854775807", MAX],
];
const SIGMAS: Accepted = [
  ["0", 0],
  ["1", 1],
  ["-0", 0],
  [".5", 0.5],
  ["5.", 5],
  ["+2.5", 2.5],
  ["1e308", 1e308],
  ["1e-3", 0.001],
  ["0x1p-2", 0.25],
];
const FACTORS: Accepted = [...SIGMAS.filter(([, value]) => value !== 0), ["1e-9", 1e-9]];
const FLAGS: Accepted = [
  ...["1", "t", "T", "true", "TRUE", "True"].map((args) => [args, true] as const),
  ...["0", "f", "F", "false", "FALSE", "False", "", "2", "yes", "tRUE"].map((args) => [args, false] as const),
];
const PERCENTS: Accepted = [
  ["0", 0],
  ["1", 1],
  ["100", 100],
];

const ANCHORED: Accepted = ["ce", "no", "so", "ea", "we", "noea", "nowe", "soea", "sowe"].map((type) => [
  type,
  { type },
]);
const GRAVITIES: Accepted = [
  ...ANCHORED,
  ["no:10:20", { type: "no", x: 10, y: 20 }],
  ["no:-10:-0.5", { type: "no", x: -10, y: -0.5 }],
  ["so:0.25:1e2", { type: "so", x: 0.25, y: 100 }],
  ["ea:5", { type: "ea", x: 5 }],
  ["we::5", { type: "we", y: 5 }],
  ["ce::", { type: "ce" }],
  ["fp:0:1", { type: "fp", x: 0, y: 1 }],
  ["fp:.5:0x1p-2", { type: "fp", x: 0.5, y: 0.25 }],
  ["fp::0.3", { type: "fp", x: 0, y: 0.3 }],
  ["fp::", { type: "fp", x: 0, y: 0 }],
];
const EXTENDS: Accepted = [
  ...FLAGS.map(([args, enabled]) => [args, { enabled }] as const),
  ...GRAVITIES.map(([args, gravity]) => [`1:${args}`, { enabled: true, gravity }] as const),
  ["1:", { enabled: true }],
  [":so", { enabled: false, gravity: { type: "so" } }],
];

const ACCEPTED: Readonly<Record<Exclude<OptionName, "preset">, Accepted>> = {
  width: SIDES,
  height: SIDES,
  minWidth: SIDES,
  minHeight: SIDES,
  pixelate: SIDES,
  maxBytes: SIDES,
  blur: SIGMAS,
  sharpen: SIGMAS,
  maxSrcResolution: SIGMAS,
  maxAnimationFrameResolution: SIGMAS,
  dpr: FACTORS,
  zoom: [
    ...FACTORS.map(([args, x]) => [args, { x, y: x }] as const),
    ["2:1", { x: 2, y: 1 }],
    ["0.5:0x1p-2", { x: 0.5, y: 0.25 }],
  ],
  enlarge: FLAGS,
  raw: FLAGS,
  autoRotate: FLAGS,
  enforceThumbnail: FLAGS,
  stripMetadata: FLAGS,
  keepCopyright: FLAGS,
  stripColorProfile: FLAGS,
  preserveHdr: FLAGS,
  returnAttachment: FLAGS,
  resizingType: ["fit", "fill", "fill-down", "force", "auto"].map((type) => [type, type]),
  gravity: [...GRAVITIES, ["sm", { type: "sm" }]],
  crop: [
    ["0", { width: 0 }],
    ["100", { width: 100 }],
    ["100:50", { width: 100, height: 50 }],
    ["0.5:.25", { width: 0.5, height: 0.25 }],
    ["100.7:0", { width: 100.7, height: 0 }],
    ["1:2:sm", { width: 1, height: 2, gravity: { type: "sm" } }],
    ...GRAVITIES.map(([args, gravity]) => [`1:2:${args}`, { width: 1, height: 2, gravity }] as const),
  ],
  trim: [
    ["10", { threshold: 10 }],
    ["0", { threshold: 0 }],
    ["-1.5", { threshold: -1.5 }],
    ["10:", { threshold: 10 }],
    ["10:F0f", { threshold: 10, color: "ff00ff" }],
    ["10:ff00ff:1", { threshold: 10, color: "ff00ff", equalHorizontal: true }],
    ["10::1:0", { threshold: 10, equalHorizontal: true, equalVertical: false }],
    ["10:::t", { threshold: 10, equalVertical: true }],
    ["", undefined],
    [":ff00ff:1", undefined],
  ],
  padding: [
    ["10", { top: 10, right: 10, bottom: 10, left: 10 }],
    ["10:20", { top: 10, right: 20, bottom: 10, left: 20 }],
    ["10:20:30", { top: 10, right: 20, bottom: 30, left: 20 }],
    ["10:20:30:40", { top: 10, right: 20, bottom: 30, left: 40 }],
    ["", { top: 0, right: 0, bottom: 0, left: 0 }],
    [":5", { top: 0, right: 5, bottom: 0, left: 5 }],
    ["10::30", { top: 10, right: 10, bottom: 30, left: 10 }],
    ["10:::40", { top: 10, right: 10, bottom: 10, left: 40 }],
    ["::30:", { top: 0, right: 0, bottom: 30, left: 0 }],
    ["1:::", { top: 1, right: 1, bottom: 1, left: 1 }],
  ],
  rotate: [
    ["0", 0],
    ["90", 90],
    ["+270", 270],
    ["360", 0],
    ["450", 90],
    ["-90", 270],
    ["-360", 0],
    ["-450", 270],
  ],
  flip: [
    ["1", { horizontal: true }],
    ["0:1", { horizontal: false, vertical: true }],
    [":t", { vertical: true }],
    ["t:", { horizontal: true }],
    ["yes:TRUE", { horizontal: false, vertical: true }],
    ["", {}],
  ],
  background: [
    ["F80", "ff8800"],
    ["aBcDeF", "abcdef"],
    ["255:136:0", "ff8800"],
    ["0:0:0", "000000"],
    ["", undefined],
  ],
  extend: EXTENDS,
  extendAspectRatio: EXTENDS,
  watermark: [
    ["0", { opacity: 0 }],
    ["0.5", { opacity: 0.5 }],
    ["1:", { opacity: 1 }],
    ["1:re", { opacity: 1, position: "re" }],
    ...ANCHORED.map(([position]) => [`1:${position}`, { opacity: 1, position }] as const),
    ["1:ce:10:-0.2:.3", { opacity: 1, position: "ce", x: 10, y: -0.2, scale: 0.3 }],
    ["1:::5", { opacity: 1, y: 5 }],
    ["1::::0.5", { opacity: 1, scale: 0.5 }],
    ["1::::0", { opacity: 1 }],
    ["1:soea:1:2:3:4:5", { opacity: 1, position: "soea", x: 1, y: 2, scale: 3 }],
  ],
  format: [
    ...["jpeg", "jxl", "png", "webp", "gif", "ico", "svg", "heic", "avif", "bmp", "tiff"].map(
      (name) => [name, name] as const,
    ),
    ["jpg", "jpeg"],
  ],
  quality: PERCENTS,
  formatQuality: [
    ["jpeg:70", { jpeg: 70 }],
    ["jpg:70:webp:0", { jpeg: 70, webp: 0 }],
    ["jpg:1:jpeg:2", { jpeg: 2 }],
  ],
  skipProcessing: [
    ["png", ["png"]],
    ["jpg:svg:png", ["jpeg", "svg", "png"]],
  ],
  cachebuster: [
    ["v2", "v2"],
    ["%20x", "%20x"],
    ["", undefined],
  ],
  bypassCache: [
    ["1", true],
    ["0", false],
  ],
  cacheTtl: [
    ["3600", 3600],
    ["0", 0],
  ],
  cacheTags: [
    ["shop", ["shop"]],
    ["shop:summer:shop", ["shop", "summer"]],
    ["a/b;c", ["a/b;c"]],
  ],
  expires: [
    ["4102444800", 4102444800],
    ["0", 0],
    ["-1", -1],
    ["1", 1],
    ["9223372036854775807", MAX],
  ],
  filename: [
    ["portrait", "portrait"],
    ["a%20b", "a%20b"],
    ["YQ:0", "YQ"],
    ["YQ:", "YQ"],
    ["YQ:1", "a"],
    ["w6k=:t", "é"],
    ["", undefined],
    [":1", undefined],
  ],
  maxSrcFileSize: [
    ["10485760", 10485760],
    ["0", 0],
    ["-1", -1],
  ],
  maxAnimationFrames: [
    ["1", 1],
    ["9223372036854775807", MAX],
  ],
  maxResultDimension: [
    ["200", 200],
    ["0", 0],
    ["-5", -5],
  ],
};

const parse = (segment: string): Options => parseSegments([segment], { security: true, bypass: true });

for (const [key, forms] of Object.entries(ACCEPTED) as [keyof typeof ACCEPTED, Accepted][]) {
  describe(key, () => {
    for (const name of OPTIONS[key].names) {
      it(`reads ${name}`, () => {
        for (const [args, value] of forms) {
          const expected = value === undefined ? {} : { [key]: value };
          assert.deepEqual(parse(`${name}:${args}`), expected, `${name}:${args}`);
        }
      });
    }
  });
}

/** Arguments behind width and height, which both shorthands share. */
const SIZES: Accepted = [
  ["300", { width: 300 }],
  [":200", { height: 200 }],
  ["300:200", { width: 300, height: 200 }],
  ["300:200:1", { width: 300, height: 200, enlarge: true }],
  ["::0", { enlarge: false }],
  [":::1", { extend: { enabled: true } }],
  [":::0:so", { extend: { enabled: false, gravity: { type: "so" } } }],
  [
    "1:2:t:t:nowe::5",
    { width: 1, height: 2, enlarge: true, extend: { enabled: true, gravity: { type: "nowe", y: 5 } } },
  ],
  ["1:::1:fp:0.1:0.2", { width: 1, extend: { enabled: true, gravity: { type: "fp", x: 0.1, y: 0.2 } } }],
  // An empty fourth argument leaves out the extension and all behind it, unread.
  ["1:2:::so:nonsense:7", { width: 1, height: 2 }],
  ["", {}],
  ["::::::", {}],
];

describe("size", () => {
  for (const name of SHORTHANDS[1].names) {
    it(`reads ${name}`, () => {
      for (const [args, value] of SIZES) assert.deepEqual(parse(`${name}:${args}`), value, `${name}:${args}`);
    });
  }
});

describe("resize", () => {
  for (const name of SHORTHANDS[0].names) {
    it(`reads ${name}`, () => {
      for (const [args, value] of SIZES) {
        assert.deepEqual(parse(`${name}::${args}`), value, `${name}::${args}`);
        assert.deepEqual(parse(`${name}:fill-down:${args}`), {
          resizingType: "fill-down",
          ...(value as object),
        });
      }
      assert.deepEqual(parse(`${name}:force`), { resizingType: "force" });
    });
  }
});
