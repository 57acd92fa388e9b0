import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Options } from "@tintype/url";
import fc from "fast-check";
import { Imgproxy } from "imgproxy";
import { assertSigned, KEY, read, SOURCE } from "./reading.ts";
import { decimal, digits, digitsOf, fraction, hex, offset, percent, rgb, side, word } from "./values.ts";

/** The package `imgproxy`, the oldest client that is still much used. */

type Builder = ReturnType<Imgproxy["builder"]>;
/** Its methods that say an option. */
type Method = Exclude<keyof Builder, "generateUrl" | "setOption" | "clearOption">;

/** A call of one method, and what it means. */
interface Call {
  readonly method: Method;
  readonly args: readonly unknown[];
  readonly meant: Options;
}

const call = <A extends readonly unknown[]>(
  method: Method,
  args: fc.Arbitrary<A>,
  meant: (...args: A) => Options,
): fc.Arbitrary<Call> => args.map((given) => ({ method, args: given, meant: meant(...given) }));

const anchor = fc.constantFrom("ce", "no", "so", "ea", "we", "noea", "nowe", "soea", "sowe" as const);
type Where = string | { x: number; y: number } | { type: string; xOffset: number; yOffset: number };
const where: fc.Arbitrary<Where> = fc.oneof(
  anchor,
  fc.constant("sm"),
  fc.record({ x: fraction, y: fraction }),
  fc.record({ type: anchor, xOffset: offset, yOffset: offset }),
);
const gravityOf = (given: Where): NonNullable<Options["gravity"]> => {
  if (typeof given === "string") return { type: given as "ce" };
  if ("type" in given) return { type: given.type as "ce", x: given.xOffset, y: given.yOffset };
  return { type: "fp", ...given };
};

const type = fc.constantFrom("fit", "fill", "fill-down", "force" as const);
const truth = fc.boolean();
const BOX: readonly (readonly fc.Arbitrary<Call>[])[] = [
  [
    call("resize", fc.tuple(type, side, side, truth), (resizingType, width, height, enlarge) => ({
      resizingType,
      width,
      height,
      enlarge,
    })),
  ],
  [
    call("resizingType", fc.tuple(type), (resizingType) => ({ resizingType })),
    call("size", fc.tuple(side, side, truth), (width, height, enlarge) => ({ width, height, enlarge })),
  ],
  [
    call("width", fc.tuple(side), (width) => ({ width })),
    call("height", fc.tuple(side), (height) => ({ height })),
    call("enlarge", fc.tuple(fc.nat(1)), (enlarge) => ({ enlarge: enlarge === 1 })),
  ],
];
const OTHERS: readonly fc.Arbitrary<Call>[] = [
  call("minWidth", fc.tuple(side), (minWidth) => ({ minWidth })),
  call("minHeight", fc.tuple(side), (minHeight) => ({ minHeight })),
  call("dpr", fc.tuple(decimal(0.01, 8)), (dpr) => ({ dpr })),
  call("gravity", fc.tuple(where), (given) => ({ gravity: gravityOf(given) })),
  call("quality", fc.tuple(percent), (quality) => ({ quality })),
  call("background", fc.tuple(fc.oneof(hex, rgb)), (color) => ({
    background: typeof color === "string" ? digits(color) : digitsOf(color),
  })),
  call("blur", fc.tuple(decimal(0, 100)), (blur) => ({ blur })),
  call("sharpen", fc.tuple(decimal(0, 100)), (sharpen) => ({ sharpen })),
  call(
    "watermark",
    fc.tuple(
      fraction,
      fc.oneof(anchor, fc.constant("re")),
      fc.record({ x: offset, y: offset }),
      decimal(0.01, 3),
    ),
    (opacity, position, { x, y }, scale) => ({
      watermark: { opacity, position, x, y, scale },
    }),
  ),
  call("cacheBuster", fc.tuple(word), (cachebuster) => ({ cachebuster })),
  call("format", fc.tuple(fc.constantFrom("png", "webp", "avif" as const)), (format) => ({ format })),
  call("maxBytes", fc.tuple(side), (maxBytes) => ({ maxBytes })),
  call("expires", fc.tuple(fc.nat()), (expires) => ({ expires })),
  call(
    "crop",
    fc.tuple(decimal(0, 900), decimal(0, 900), fc.option(where, { nil: undefined })),
    (width, height, given) => ({
      crop: { width, height, ...(given !== undefined && { gravity: gravityOf(given) }) },
    }),
  ),
];

const calls = fc
  .constantFrom(...BOX)
  .chain((box) => fc.shuffledSubarray([...box, ...OTHERS], { minLength: 1 }))
  .chain((some) => fc.tuple(...some));

/** Calls methods by name, as from JavaScript. */
function make(
  config: ConstructorParameters<typeof Imgproxy>[0],
  list: readonly Omit<Call, "meant">[],
): Builder {
  const builder = new Imgproxy(config).builder();
  for (const { method, args } of list) (builder[method] as (...args: readonly unknown[]) => Builder)(...args);
  return builder;
}

const BASE = "https://img.example/";
const target = (url: string): string => url.slice(BASE.length - 1);

describe("what the package imgproxy builds", () => {
  it("is read as it was meant, and our builder says the same", () => {
    const methods = new Set<string>(["preset"]); // It has a test of its own.
    fc.assert(
      fc.property(
        calls,
        fc.boolean(),
        fc.constantFrom(undefined, "gif", "jpg"),
        (list, encode, extension) => {
          for (const { method } of list) methods.add(method);
          const config = { baseUrl: BASE, encode, insecure: false, signatureSize: 16, ...KEY } as const;
          const url = target(make(config, list).generateUrl(SOURCE, extension));
          assertSigned(url, 16);
          const options = Object.assign({}, ...list.map(({ meant }) => meant)) as Options;
          const last = extension && ({ format: extension === "jpg" ? "jpeg" : "gif" } as const);
          assert.deepEqual(read(url), { source: SOURCE, options: { ...options, ...last } }, url);
        },
      ),
      { seed: 2, numRuns: 500 },
    );
    const known = Object.getOwnPropertyNames(
      Object.getPrototypeOf(new Imgproxy({ baseUrl: BASE }).builder()),
    );
    const apart = ["constructor", "setOption", "clearOption", "serializeOptions"];
    assert.deepEqual([...methods].sort(), known.filter((name) => !apart.includes(name)).sort());
  });

  it("names presets as we do, among options or alone", () => {
    const presets = new Map([
      ["sharp", ["sh:1"]],
      ["small", ["w:9"]],
    ]);
    const client = new Imgproxy({ baseUrl: BASE, insecure: "unsafe" });
    const url = target(client.builder().preset("sharp", "small").quality(5).generateUrl(SOURCE));
    assert.deepEqual(read(url, { presets }).options, { sharpen: 1, width: 9, quality: 5 });
    const alone = target(client.presetOnlyBuilder().preset("sharp", "small").generateUrl(SOURCE));
    assert.deepEqual(read(alone, { presets, onlyPresets: true }).options, { sharpen: 1, width: 9 });
  });

  it("puts a watermark's size into its vertical offset where no offset is given, as every server reads it", () => {
    const url = make({ baseUrl: BASE }, [{ method: "watermark", args: [0.5, "no", undefined, 0.25] }]);
    assert.deepEqual(read(target(url.generateUrl(SOURCE))).options, {
      watermark: { opacity: 0.5, position: "no", y: 0.25 },
    });
  });
});

describe("what the package imgproxy can say and we cannot read", () => {
  const said: readonly (readonly [method: Method, args: readonly unknown[], written: string])[] = [
    // A resizing type that servers have dropped.
    ["resize", ["crop", 300, 200], "rs:crop:300:200:0"],
    // What is left out is written as a word.
    ["watermark", [0.5], "wm:0.5:undefined::undefined"],
    ["gravity", [{ type: "sm", xOffset: 1, yOffset: 2 }], "g:sm:1:2"],
    ["format", ["pdf"], "f:pdf"],
    ["width", [1.5], "w:1.5"],
  ];
  for (const [method, args, written] of said) {
    it(written, () => {
      const url = target(make({ baseUrl: BASE }, [{ method, args }]).generateUrl(SOURCE));
      assert.ok(url.startsWith(`/insecure/${written}/`), url);
      assert.throws(() => read(url), { code: "invalid_option" });
    });
  }
});
