import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OPTIONS, SHORTHANDS, type OptionName } from "./options.ts";
import { parseSegments } from "./segments.ts";

/** What no option can be, each tried under every name: the error names the option, what was expected and what was given. */

type Refused = readonly (readonly [args: string, expected: string])[];

const NO_SIDES = (
  ["", "-1", "5.0", "1e3", "0x10", "1_0", "٣", "NaN", "Inf", "9223372036854775808"] as const
).map((args) => [args, "an integer of 0 or more"] as const);
const NO_NUMBERS = ["", "NaN", "nan", "Inf", "+Inf", "-Infinity", "1e309", "1_0", "0x10", "1,5", "٣", "x"];
const NO_SIGMAS = [...NO_NUMBERS, "-1", "-1e-9"].map((args) => [args, "a number of 0 or more"] as const);
const NO_FACTORS = [...NO_NUMBERS, "0", "-0", "-1"].map((args) => [args, "a number above 0"] as const);
const ONE_AT_MOST: Refused = [["1:1", "at most 1 argument"]];
const NO_PERCENTS = ["", "-1", "101", "80.0", "NaN"].map(
  (args) => [args, "an integer from 0 to 100"] as const,
);
const TYPES = "one of ce, no, so, ea, we, noea, nowe, soea, sowe, fp";
const NO_GRAVITIES: Refused = [
  ["", "one of"],
  ["re", "one of"],
  ["ch", "one of"],
  ["obj", "one of"],
  ["objw", "one of"],
  ["prop", "one of"],
  ["NO", "one of"],
  ["no ", "one of"],
  ["north", "one of"],
  ["no:x", "a number"],
  ["no:NaN:0", "a number"],
  ["no:0:Inf", "a number"],
  ["fp", "a focal point fp:x:y"],
  ["fp:0.5", "a focal point fp:x:y"],
  ["fp:-0.1:0", "a number from 0 to 1"],
  ["fp:0:1.1", "a number from 0 to 1"],
];
const NO_EXTENDS: Refused = [
  ...NO_GRAVITIES.filter(([args]) => args !== "").map(([args, expected]) => [`1:${args}`, expected] as const),
  ["1:sm", TYPES],
  ["1::5:5", TYPES],
  ["1:no:1:2:3", "at most 4 arguments"],
];

const INTEGER = ["", "1.0", "x", "9223372036854775808"].map((args) => [args, "an integer"] as const);
const FORMAT = ["", "tif", "heif", "jpe", "JPG", "best", "pdf", "mp4", "psd", "constructor"].map(
  (args) => [args, "one of jpeg, png, webp, avif, gif, tiff, bmp, ico, svg, heic, jxl"] as const,
);

const REFUSED: Readonly<Record<Exclude<OptionName, "preset">, Refused>> = {
  width: [...NO_SIDES, ...ONE_AT_MOST],
  height: [...NO_SIDES, ...ONE_AT_MOST],
  minWidth: [...NO_SIDES, ...ONE_AT_MOST],
  minHeight: [...NO_SIDES, ...ONE_AT_MOST],
  pixelate: [...NO_SIDES, ...ONE_AT_MOST],
  maxBytes: [...NO_SIDES, ...ONE_AT_MOST],
  blur: [...NO_SIGMAS, ...ONE_AT_MOST],
  sharpen: [...NO_SIGMAS, ...ONE_AT_MOST],
  maxSrcResolution: [...NO_SIGMAS, ...ONE_AT_MOST],
  maxAnimationFrameResolution: [...NO_SIGMAS, ...ONE_AT_MOST],
  dpr: [...NO_FACTORS, ...ONE_AT_MOST],
  zoom: [
    ...NO_FACTORS,
    ...NO_FACTORS.map(([args, expected]) => [`2:${args}`, expected] as const),
    ["1:1:1", "at most 2 arguments"],
  ],
  enlarge: ONE_AT_MOST,
  raw: ONE_AT_MOST,
  autoRotate: ONE_AT_MOST,
  enforceThumbnail: ONE_AT_MOST,
  stripMetadata: ONE_AT_MOST,
  keepCopyright: ONE_AT_MOST,
  stripColorProfile: ONE_AT_MOST,
  preserveHdr: ONE_AT_MOST,
  returnAttachment: ONE_AT_MOST,
  resizingType: [
    ...["", "Fit", "crop", "fill_down", "filldown"].map(
      (args) => [args, "one of fit, fill, fill-down, force, auto"] as const,
    ),
    ["fit:fill", "at most 1 argument"],
  ],
  gravity: [
    ...NO_GRAVITIES,
    ["sm:1", "at most 1 argument"],
    ["sm:", "at most 1 argument"],
    ["no:1:2:3", "at most 3 arguments"],
    ["fp:0:0:0", "at most 3 arguments"],
  ],
  crop: [
    ...NO_SIGMAS,
    ...NO_SIGMAS.map(([args, expected]) => [`100:${args}`, expected] as const),
    ...NO_GRAVITIES.map(([args, expected]) => [`1:2:${args}`, expected] as const),
    ["1:2:sm:", "at most 1 argument"],
    ["1:2:no:1:2:3", "at most 5 arguments"],
  ],
  trim: [
    ["x", "a number"],
    ["NaN", "a number"],
    ["1e309", "a number"],
    ["10:ff", "a colour"],
    ["10:#ff0000", "a colour"],
    ["10:ff0000ff", "a colour"],
    [":xyz", "a colour"],
    ["1::1:1:1", "at most 4 arguments"],
  ],
  padding: [
    ["-1", "an integer of 0 or more"],
    ["1:x", "an integer of 0 or more"],
    ["1::2.5", "an integer of 0 or more"],
    ["1:::-4", "an integer of 0 or more"],
    ["1:2:3:4:5", "at most 4 arguments"],
    ["::::", "at most 4 arguments"],
  ],
  rotate: [
    ...["", "45", "-1", "90.0", "1e2", "NaN"].map(
      (args) => [args, "an integer that is a multiple of 90"] as const,
    ),
    ["90:90", "at most 1 argument"],
  ],
  flip: [["1:1:1", "at most 2 arguments"]],
  background: [
    ...["ff", "#fff", "ffff", "ff8800cc", "red"].map((args) => [args, "a colour of 3 or 6"] as const),
    ...["256:0:0", "0:-1:0", "0:0:", "0:0:1.5"].map((args) => [args, "an integer from 0 to 255"] as const),
    ["0:0", "one hex colour or three numbers"],
    ["0:0:0:0", "one hex colour or three numbers"],
    ["ff8800:1", "one hex colour or three numbers"],
  ],
  extend: NO_EXTENDS,
  extendAspectRatio: NO_EXTENDS,
  watermark: [
    ...["", ":ce", "-0.1", "1.1", "NaN", "x"].map((args) => [args, "a number from 0 to 1"] as const),
    ...["sm", "fp", "ch", "CE"].map((position) => [`1:${position}`, "one of ce, no"] as const),
    ["1:ce:x", "a number"],
    ["1:ce:1:Inf", "a number"],
    ["1::::-1", "a number of 0 or more"],
    ["1::::NaN", "a number of 0 or more"],
    ["1:::::::", "at most 7 arguments"],
  ],
  format: [...FORMAT, ["png:webp", "at most 1 argument"]],
  quality: [...NO_PERCENTS, ...ONE_AT_MOST],
  formatQuality: [
    ["", "pairs of a format and a quality"],
    ["jpeg", "pairs of a format and a quality"],
    ["jpeg:70:png", "pairs of a format and a quality"],
    ...FORMAT.map(([args, expected]) => [`${args}:70`, expected] as const),
    ...NO_PERCENTS.map(([args, expected]) => [`webp:${args}`, expected] as const),
  ],
  skipProcessing: [...FORMAT, ["png:", "one of jpeg"]],
  cachebuster: [["a:b", "at most 1 argument"]],
  bypassCache: ONE_AT_MOST,
  cacheTtl: [...NO_SIDES, ...ONE_AT_MOST],
  cacheTags: [
    ["", "tags of up to 256"],
    ["a,b", "tags of up to 256"],
    ["a b", "tags of up to 256"],
    ["é", "tags of up to 256"],
  ],
  expires: [...INTEGER, ...ONE_AT_MOST],
  filename: [
    ["a:1:1", "at most 2 arguments"],
    ["+/:1", "URL-safe base64"],
    ["A:1", "base64"],
    ["6Q:1", "base64 of UTF-8 text"],
  ],
  maxSrcFileSize: [...INTEGER, ...ONE_AT_MOST],
  maxAnimationFrames: [
    ...["0", "-1", "", "1.0"].map((args) => [args, "an integer of 1 or more"] as const),
    ...ONE_AT_MOST,
  ],
  maxResultDimension: [...INTEGER, ...ONE_AT_MOST],
};

const NO_SIZES: Refused = [
  ["x", "an integer of 0 or more"],
  [":-1", "an integer of 0 or more"],
  [":::1:sm", TYPES],
  [":::1:re", TYPES],
  [":::1:no:x", "a number"],
];

const refuses = (name: string, args: string, expected: string): void => {
  assert.throws(
    () => parseSegments([`${name}:${args}`], { security: true, bypass: true }),
    (error: { code: string; message: string }) => {
      const words = `${name}: expected ${expected}`;
      assert.equal(error.code, "invalid_option");
      assert.equal(error.message.slice(0, words.length), words);
      assert.match(error.message.slice(words.length), /, got \S/);
      return true;
    },
    `${name}:${args}`,
  );
};

for (const [key, refused] of Object.entries(REFUSED) as [keyof typeof REFUSED, Refused][]) {
  describe(key, () => {
    for (const name of OPTIONS[key].names) {
      it(`refuses what ${name} cannot be, and says what it can`, () => {
        for (const [args, expected] of refused) refuses(name, args, expected);
      });
    }
  });
}

describe("size", () => {
  for (const name of SHORTHANDS[1].names) {
    it(`refuses what ${name} cannot be`, () => {
      for (const [args, expected] of NO_SIZES) refuses(name, args, expected);
      refuses(name, "1:2:0:1:ce:0:0:0", "at most 7 arguments");
      refuses(name, ":::::::", "at most 7 arguments");
    });
  }
});

describe("resize", () => {
  for (const name of SHORTHANDS[0].names) {
    it(`refuses what ${name} cannot be`, () => {
      for (const [args, expected] of NO_SIZES) refuses(name, `fit:${args}`, expected);
      refuses(name, "crop:1:1", "one of fit, fill, fill-down, force, auto");
      refuses(name, "fit:1:2:0:1:ce:0:0:0", "at most 8 arguments");
    });
  }
});
