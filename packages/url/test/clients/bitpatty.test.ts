import assert from "node:assert/strict";
import { describe, it } from "node:test";
import pb, { GravityType, ParamBuilder, ResizeType, WatermarkPosition } from "@bitpatty/imgproxy-url-builder";
import type { Options } from "@tintype/url";
import fc from "fast-check";
import { assertSigned, KEY, read, SOURCE } from "./reading.ts";
import { decimal, digits, digitsOf, fraction, hex, offset, percent, rgb, side, word } from "./values.ts";

/** The package `@bitpatty/imgproxy-url-builder`. */

/** Its methods that say an option. */
type Method = Exclude<keyof ParamBuilder, "modifiers" | "clone" | "unset" | "build">;
type Args<M extends Method> = Parameters<ParamBuilder[M]>;
/** Arguments of a method, each beside what it means. */
type Calls<M extends Method> = fc.Arbitrary<readonly [args: Args<M>, meant: Options]>;

const flag = (meant: Options): fc.Arbitrary<readonly [[], Options]> => fc.constant([[], meant]);
const one = <T>(
  values: fc.Arbitrary<T>,
  meant: (value: T) => Options,
): fc.Arbitrary<readonly [[T], Options]> => values.map((value) => [[value], meant(value)]);

const point = fc.record({ x: offset, y: offset });
// Its types do not let an extension by aspect ratio lie in the middle.
const { CENTER, SMART, FOCUS_POINT, ...EDGES } = GravityType;
const at = <T extends GravityType>(...types: readonly T[]) =>
  fc.record({ type: fc.constantFrom(...types), offset: point }, { requiredKeys: ["type"] });
const anchored = fc.oneof(
  at(...Object.values(EDGES)),
  fc.record({ type: fc.constant(FOCUS_POINT), offset: fc.record({ x: fraction, y: fraction }) }),
);
const anywhere = fc.oneof(anchored, at(CENTER), fc.constant({ type: SMART }));
const gravityOf = (given: { type: GravityType; offset?: { x: number; y: number } }) => ({
  type: given.type,
  ...given.offset,
});

const FORMATS = ["png", "jpg", "webp", "avif", "gif", "ico", "heic", "bmp", "tiff"] as const;
const ours = (format: (typeof FORMATS)[number]) => (format === "jpg" ? "jpeg" : format);

type Named = readonly [args: Args<"fileName">, meant: Options];

/** Methods whose options everyone has. */
const FREE = {
  autoRotate: flag({ autoRotate: true }),
  background: one(fc.oneof(hex, rgb), (color) => ({
    background: typeof color === "string" ? digits(color) : digitsOf(color),
  })),
  blur: one(decimal(0, 100), (blur) => ({ blur })),
  cacheBuster: one(word, (cachebuster) => ({ cachebuster })),
  crop: one(
    fc.record({ width: side, height: side, gravity: anywhere }, { requiredKeys: [] }),
    ({ width = 0, height = 0, gravity }) => ({
      crop: { width, height, ...(gravity && { gravity: gravityOf(gravity) }) },
    }),
  ),
  dpr: one(decimal(0.01, 8), (dpr) => ({ dpr })),
  enforceThumbnail: flag({ enforceThumbnail: true }),
  enlarge: flag({ enlarge: true }),
  expires: one(
    fc.oneof(
      fc.nat(),
      fc.nat().map((seconds) => new Date(seconds * 1000)),
    ),
    (when) => ({
      expires: typeof when === "number" ? when : when.getTime() / 1000,
    }),
  ),
  extend: one(
    anchored.map((gravity) => ({ gravity })),
    ({ gravity }) => ({
      extend: { enabled: true, gravity: gravityOf(gravity) },
    }),
  ),
  extendAspectRatio: one(fc.record({ gravity: anchored }, { requiredKeys: [] }), ({ gravity }) => ({
    extendAspectRatio: { enabled: true, ...(gravity && { gravity: gravityOf(gravity) }) },
  })),
  fileName: fc.oneof(
    word.map((name): Named => [[name], { filename: name }]),
    fc
      .string({ minLength: 1 })
      .map((name): Named => [[Buffer.from(name).toString("base64url"), true], { filename: name }]),
  ),
  format: one(fc.constantFrom(...FORMATS), (format) => ({ format: ours(format) })),
  formatQuality: one(fc.dictionary(fc.constantFrom(...FORMATS), percent, { minKeys: 1 }), (qualities) => ({
    formatQuality: Object.fromEntries(
      Object.entries(qualities).map(([format, quality]) => [ours(format as "png"), quality]),
    ),
  })),
  gravity: one(anywhere, (gravity) => ({ gravity: gravityOf(gravity) })),
  keepCopyright: flag({ keepCopyright: true }),
  maxBytes: one(side, (maxBytes) => ({ maxBytes })),
  minHeight: one(side, (minHeight) => ({ minHeight })),
  minWidth: one(side, (minWidth) => ({ minWidth })),
  pad: one(
    fc
      .record({ top: side, right: side, bottom: side, left: side }, { requiredKeys: [] })
      .filter((pad) => Object.keys(pad).length > 0),
    ({ top = 0, right = top, bottom = top, left = right }) => ({ padding: { top, right, bottom, left } }),
  ),
  pixelate: one(side, (pixelate) => ({ pixelate })),
  preset: one(fc.constantFrom<string | string[]>("small", ["small"]), () => ({ minWidth: 9 })),
  quality: one(percent, (quality) => ({ quality })),
  raw: flag({ raw: true }),
  resize: one(
    fc
      .record(
        { type: fc.constantFrom(...Object.values(ResizeType)), width: side, height: side },
        { requiredKeys: [] },
      )
      .filter((box) => Object.keys(box).length > 0),
    ({ type, ...box }) => ({ ...(type && { resizingType: type }), ...box }),
  ),
  returnAttachment: flag({ returnAttachment: true }),
  rotate: one(fc.constantFrom(0, 90, 180, 270), (rotate) => ({ rotate })),
  sharpen: one(decimal(0, 100), (sharpen) => ({ sharpen })),
  skipProcessing: one(fc.array(fc.constantFrom(...FORMATS), { minLength: 1 }), (formats) => ({
    skipProcessing: formats.map(ours),
  })),
  stripColorProfile: flag({ stripColorProfile: true }),
  stripMetadata: flag({ stripMetadata: true }),
  trim: one(
    fc.record(
      {
        threshold: decimal(0, 255),
        color: hex,
        equal: fc.record({ horizontal: fc.boolean(), vertical: fc.boolean() }, { requiredKeys: [] }),
      },
      { requiredKeys: ["threshold"] },
    ),
    ({ threshold, color, equal: { horizontal, vertical } = {} }) => ({
      trim: {
        threshold,
        ...(color !== undefined && { color: digits(color) }),
        ...(horizontal !== undefined && { equalHorizontal: horizontal }),
        ...(vertical !== undefined && { equalVertical: vertical }),
      },
    }),
  ),
  watermark: one(
    fc.record(
      {
        opacity: fraction,
        position: fc.constantFrom(...Object.values(WatermarkPosition)),
        offset: point,
        scale: decimal(0.01, 3),
      },
      { requiredKeys: ["opacity"] },
    ),
    ({ offset: at, ...mark }) => ({ watermark: { ...mark, ...at } }),
  ),
  zoom: one(decimal(0.01, 9), (zoom) => ({ zoom: { x: zoom, y: zoom } })),
} as const satisfies { readonly [M in Method]?: Calls<M> };

/** Methods of the paid edition, and of none any more. The compiler lets us forget no method. */
const PAID = {
  adjust: [{ brightness: 1 }],
  backgroundAlpha: [0.5],
  blurDetections: [{ sigma: 5 }],
  brightness: [50],
  contrast: [1.5],
  disableAnimation: [],
  dpi: [72],
  drawDetections: [{ classNames: ["face"] }],
  duotone: [{ intensity: 0.5 }],
  fallbackImageUrl: ["https://x/y"],
  gifOptions: [{ optimizeFrames: true }],
  gradient: [{ opacity: 0.5 }],
  hashsum: [{ hashsum: "00" }],
  jpegOptions: [{ progressive: true }],
  monochrome: [{ intensity: 0.5 }],
  page: [2],
  pngOptions: [{ interlaced: true }],
  resizingAlgorithm: ["cubic"],
  saturation: [1.5],
  style: ["fill: red"],
  unsharpen: [{ weight: 1 }],
  videoThumbnailKeyframes: [true],
  videoThumbnailSecond: [1],
  videoThumbnailTile: [{ step: 1, columns: 2, rows: 2, tileWidth: 9, tileHeight: 9 }],
  watermarkShadow: [1],
  watermarkSize: [{ width: 9 }],
  watermarkText: ["hello"],
  watermarkUrl: ["https://x/y"],
} as const satisfies { readonly [M in Exclude<Method, keyof typeof FREE>]: unknown };

interface Call {
  readonly method: Method;
  readonly args: readonly unknown[];
  readonly meant: Options;
}

const calls = fc
  .shuffledSubarray(Object.entries(FREE) as [Method, fc.Arbitrary<readonly [unknown[], Options]>][], {
    minLength: 1,
  })
  .chain((some) =>
    fc.tuple(...some.map(([method, list]) => list.map(([args, meant]): Call => ({ method, args, meant })))),
  );

/** Calls methods by name, as from JavaScript. */
function make(list: readonly Omit<Call, "meant">[]): ParamBuilder {
  const builder = pb();
  for (const { method, args } of list)
    (builder[method] as (...args: readonly unknown[]) => ParamBuilder)(...args);
  return builder;
}

const presets = new Map([["small", ["mw:9"]]]);

describe("what @bitpatty/imgproxy-url-builder builds", () => {
  it("is read as it was meant, and our builder says the same", () => {
    const methods = new Set<string>();
    fc.assert(
      fc.property(calls, fc.boolean(), (list, plain) => {
        for (const { method } of list) methods.add(method);
        const url = make(list).build({ path: SOURCE, plain, signature: { ...KEY, size: 8 } });
        assertSigned(url, 8);
        const options = Object.assign({}, ...list.map(({ meant }) => meant)) as Options;
        assert.deepEqual(read(url, { presets }), { source: SOURCE, options }, url);
      }),
      { seed: 3, numRuns: 500 },
    );
    assert.deepEqual([...methods].sort(), Object.keys(FREE).sort());
  });

  it("may end in the format that it asks for", () => {
    for (const plain of [true, false]) {
      const url = make([{ method: "format", args: ["webp"] }]).build({
        path: SOURCE,
        plain,
        addExtension: true,
      });
      assert.match(url, plain ? /@webp$/ : /\.webp$/);
      assert.deepEqual(read(url), { source: SOURCE, options: { format: "webp" } });
    }
  });
});

describe("what @bitpatty/imgproxy-url-builder can say and we cannot read", () => {
  const built = (method: Method, ...args: readonly unknown[]): string =>
    make([{ method, args }]).build({ path: SOURCE });

  for (const [method, args] of Object.entries(PAID) as [Method, readonly unknown[]][]) {
    it(method, () => {
      assert.throws(() => read(built(method, ...args)), {
        code: "invalid_option",
        message: /^expected a processing option, got "[a-z]+"$/,
      });
    });
  }

  it("a zoom of two numbers, between which it writes a space", () => {
    const url = built("zoom", [1, 2]);
    assert.match(url, /\/z:1%202\//);
    assert.throws(() => read(url), { code: "invalid_option" });
  });

  it("options without arguments, which it leaves without a colon", () => {
    for (const [method, name] of [
      ["resize", "rs"],
      ["pad", "pd"],
    ] as const) {
      const url = built(method, {});
      assert.ok(url.startsWith(`/-/${name}/`), url);
      assert.throws(() => read(url), { code: "invalid_source" });
    }
  });
});
