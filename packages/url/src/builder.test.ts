import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { FORMAT_NAMES, type FormatName } from "./arguments.ts";
import { buildPath, createBuilder, type Build, type BuilderSettings } from "./builder.ts";
import { ANCHORS, type Gravity } from "./gravity.ts";
import { OPTIONS, type OptionName, type Options } from "./options.ts";
import { formatSegments, listOptions, parseSegments } from "./segments.ts";
import { sign } from "./sign/index.ts";
import { formatSource } from "./source.ts";
import { parsePath, splitTarget } from "./target.ts";

const float = (constraints: fc.DoubleConstraints = {}) =>
  fc
    .oneof(
      fc
        .constantFrom(0.5, 1, 2, 0.1 + 0.2, 1e-7, 1e21)
        .filter((value) => value <= (constraints.max ?? Infinity)),
      fc.double({ noNaN: true, noDefaultInfinity: true, ...constraints }),
    )
    .map((value) => value + 0);
const side = fc.oneof(fc.nat(5000), fc.nat({ max: Number.MAX_SAFE_INTEGER }));
const sigma = float({ min: 0 });
const factor = float({ min: 5e-324 });
const percent = fc.nat(100);
const color = fc
  .array(fc.constantFrom(...Array.from("0123456789abcdef")), { minLength: 6, maxLength: 6 })
  .map((all) => all.join(""));
const format = fc.constantFrom(...FORMAT_NAMES);
const anchored: fc.Arbitrary<Gravity> = fc.oneof(
  fc.record({ type: fc.constantFrom(...ANCHORS), x: float(), y: float() }, { requiredKeys: ["type"] }),
  fc.record({ type: fc.constant("fp" as const), x: float({ min: 0, max: 1 }), y: float({ min: 0, max: 1 }) }),
);
const anywhere: fc.Arbitrary<Gravity> = fc.oneof(anchored, fc.constant({ type: "sm" as const }));
const extend = fc.record({ enabled: fc.boolean(), gravity: anchored }, { requiredKeys: ["enabled"] });

/** Every value that an option can have, row by row. */
const VALUES: { readonly [K in Exclude<OptionName, "preset">]: fc.Arbitrary<NonNullable<Options[K]>> } = {
  maxSrcResolution: sigma,
  maxSrcFileSize: fc.maxSafeInteger(),
  cachebuster: fc.stringMatching(/^[\w.~!*()+=&;'@-]{1,12}$/),
  raw: fc.boolean(),
  trim: fc.record(
    { threshold: float(), color, equalHorizontal: fc.boolean(), equalVertical: fc.boolean() },
    { requiredKeys: ["threshold"] },
  ),
  crop: fc.oneof(
    fc.record({ width: sigma, height: sigma }, { requiredKeys: ["width"] }),
    fc.record({ width: sigma, height: sigma, gravity: anywhere }),
  ),
  resizingType: fc.constantFrom("fit", "fill", "fill-down", "force", "auto"),
  width: side,
  height: side,
  minWidth: side,
  minHeight: side,
  zoom: fc.record({ x: factor, y: factor }),
  dpr: factor,
  enlarge: fc.boolean(),
  gravity: anywhere,
  autoRotate: fc.boolean(),
  rotate: fc.constantFrom(0, 90, 180, 270),
  flip: fc.record({ horizontal: fc.boolean(), vertical: fc.boolean() }, { requiredKeys: [] }),
  blur: sigma,
  sharpen: sigma,
  pixelate: side,
  extend,
  extendAspectRatio: extend,
  padding: fc.record({ top: side, right: side, bottom: side, left: side }),
  background: color,
  watermark: fc.record(
    {
      opacity: float({ min: 0, max: 1 }),
      position: fc.constantFrom(...ANCHORS, "re"),
      x: float(),
      y: float(),
      scale: factor,
    },
    { requiredKeys: ["opacity"] },
  ),
  enforceThumbnail: fc.boolean(),
  stripMetadata: fc.boolean(),
  keepCopyright: fc.boolean(),
  stripColorProfile: fc.boolean(),
  preserveHdr: fc.boolean(),
  format,
  quality: percent,
  formatQuality: fc
    .uniqueArray(format, { minLength: 1 })
    .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, percent])))),
  maxBytes: side,
  skipProcessing: fc.array(format, { minLength: 1, maxLength: 4 }),
  maxAnimationFrames: side.map((value) => Math.max(1, value)),
  maxAnimationFrameResolution: sigma,
  maxResultDimension: fc.maxSafeInteger(),
  bypassCache: fc.boolean(),
  cacheTtl: side,
  cacheTags: fc.uniqueArray(fc.stringMatching(/^[a-z\d._-]{1,20}$/), { minLength: 1, maxLength: 9 }),
  expires: fc.maxSafeInteger(),
  filename: fc.string({ unit: "binary", minLength: 1 }).filter((name) => name.isWellFormed()),
  returnAttachment: fc.boolean(),
};

// A clone has an ordinary prototype, which the records of fast-check have not.
const options: fc.Arbitrary<Options> = fc
  .record(VALUES, { requiredKeys: [] })
  .map((all) => structuredClone(all));
const few: fc.Arbitrary<Options> = fc
  .subarray(Object.keys(VALUES) as (keyof typeof VALUES)[], { maxLength: 4 })
  .chain((keys) => fc.record<Options>(Object.fromEntries(keys.map((key) => [key, VALUES[key]]))))
  .map((all) => structuredClone(all));

const source = fc
  .oneof(
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.constantFrom(
      "local:///a b/é.png",
      "http:/a",
      "a:/b:/c",
      "/plain/x",
      "plain",
      "%3A%2f%",
      "a@b@c",
      "ｗ:１",
      "~",
    ),
    fc.string({ unit: "binary", minLength: 1 }),
  )
  // "fill" in base64 is the one source that old URLs had another meaning for.
  .filter((url) => url.isWellFormed() && url !== "~)e");
const form = fc.constantFrom("plain" as const, "base64" as const);
const separator = fc
  .array(fc.constantFrom(...Array.from("!$&'()*,:;=~|")), { minLength: 1, maxLength: 3 })
  .map((all) => all.join(""));

describe("what is built", () => {
  it("is read as what it was built from", () => {
    const extension = fc.option(format, { nil: undefined });
    fc.assert(
      fc.property(source, fc.oneof(options, few), form, extension, (url, wanted, how, extension) => {
        const path = buildPath(url, wanted, { form: how, extension });
        assert.match(path, /^[\x21-\x7e]+$/);
        assert.deepEqual(splitTarget(`/sig/${path}`), { signature: "sig", path });
        const last = extension && !wanted.raw ? { format: extension } : {};
        assert.deepEqual(parsePath(path, { security: true, bypass: true }), {
          source: url,
          options: { ...wanted, ...last },
        });
      }),
      { seed: 1, numRuns: 600 },
    );
  });

  it("is read with any separator that its texts leave alone", () => {
    let written = 0;
    fc.assert(
      fc.property(source, few, form, separator, (url, wanted, how, mark) => {
        let segments: string[];
        try {
          segments = formatSegments(wanted, mark);
        } catch (error) {
          const { cachebuster = "" } = wanted;
          assert.match(String(error), /^CodecError: cb: expected text that fits into a URL/);
          assert.ok(mark.split("").some((character) => cachebuster.includes(character)));
          return;
        }
        written++;
        const path = [...segments, formatSource(url, { form: how })].join("/");
        assert.deepEqual(parsePath(path, { security: true, bypass: true, separator: mark }), {
          source: url,
          options: wanted,
        });
      }),
      { seed: 2, numRuns: 500 },
    );
    assert.ok(written > 350, String(written));
  });

  it("spells alike what is equal, in whatever order it was said", () => {
    fc.assert(
      fc.property(options, fc.nat(), (wanted, turn) => {
        const entries = Object.entries(wanted);
        const turned = Object.fromEntries([
          ...entries.slice(turn % 7),
          ...entries.slice(0, turn % 7),
        ]) as Options;
        assert.deepEqual(listOptions(turned), listOptions(wanted));
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it("is its own canonical spelling", () => {
    fc.assert(
      fc.property(options, (wanted) => {
        const once = formatSegments(wanted);
        assert.deepEqual(formatSegments(parseSegments(once, { security: true, bypass: true })), once);
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it("writes a crop's missing height as the whole one where a gravity follows", () => {
    assert.deepEqual(formatSegments({ crop: { width: 5, gravity: { type: "no" } } }), ["c:5:0:no"]);
  });

  it("covers every option of the table", () => {
    assert.deepEqual(
      Object.keys(VALUES),
      Object.keys(OPTIONS).filter((name) => name !== "preset"),
    );
  });
});

describe("createBuilder", () => {
  const cases = [
    [{ endpoint: "https://img.example.com" }, {}, "https://img.example.com/unsafe/aHR0cDovL3gveQ"],
    [
      { endpoint: "https://img.example.com/a/" },
      { width: 3 },
      "https://img.example.com/a/unsafe/w:3/aHR0cDovL3gveQ",
    ],
    [{ endpoint: "", form: "plain" }, { quality: 5 }, "/unsafe/q:5/plain/http://x/y"],
    [{ endpoint: "", defaults: { width: 1, height: 2 } }, { width: 3 }, "/unsafe/w:3/h:2/aHR0cDovL3gveQ"],
    [{ endpoint: "", extension: "webp" as FormatName }, {}, "/unsafe/aHR0cDovL3gveQ.webp"],
    [{ endpoint: "", sign: (path: string) => `s${path.length}` }, { width: 3 }, "/s18/w:3/aHR0cDovL3gveQ"],
    [{ endpoint: "" }, { preset: ["a", "b"], width: 1 }, "/unsafe/pr:a:b/w:1/aHR0cDovL3gveQ"],
  ] as const;
  for (const [settings, wanted, url] of cases) {
    it(`makes ${url}`, () => {
      assert.equal(createBuilder(settings)("http://x/y", wanted), url);
    });
  }

  it("signs the path that the server will check", () => {
    const key = { key: "00ff", salt: "aa" };
    const paths: string[] = [];
    createBuilder({ endpoint: "", sign: (path) => (paths.push(path), "sig") })("http://x/y", { width: 3 });
    const [path = ""] = paths;
    const signed = sign(path, key);
    assert.deepEqual(splitTarget(`/${signed}/${path}`), { signature: signed, path });
  });

  it("promises URLs where signatures are promised, and only there", async () => {
    const sign = (path: string): Promise<string> => Promise.resolve(`s${path.length}`);
    const later: Build<Promise<string>> = createBuilder({ endpoint: "", sign });
    const now: Build = createBuilder({ endpoint: "", sign: () => "sig" as const });
    const unsigned: Build = createBuilder({ endpoint: "" });
    assert.equal(await later("http://x/y", { width: 3 }), "/s18/w:3/aHR0cDovL3gveQ");
    assert.equal(now("http://x/y"), "/sig/aHR0cDovL3gveQ");
    assert.equal(unsigned("http://x/y"), "/unsafe/aHR0cDovL3gveQ");
    // @ts-expect-error -- no URL yet
    assert.equal(typeof later("http://x/y").length, "undefined");
  });

  it("throws at once what it would have to promise", () => {
    const later = createBuilder({ endpoint: "", sign: () => Promise.resolve("sig") });
    assert.throws(() => void later("http://x/y", { width: -1 }), { name: "CodecError" });
  });

  it("takes a default away where a call says undefined", () => {
    const image = createBuilder({ endpoint: "", defaults: { width: 1, quality: 5 } });
    assert.equal(image("http://x/y", { width: undefined }), "/unsafe/q:5/aHR0cDovL3gveQ");
  });

  const wrong: readonly (readonly [settings: object, source: unknown, message: string | RegExp])[] = [
    [{}, "a", "endpoint: expected text, got undefined"],
    [{ endpoint: "https://x/?a" }, "a", 'endpoint: expected a URL without a query, got "https://x/?a"'],
    [{ endpoint: "", forn: "plain" }, "a", 'settings: expected an object with form, extension, got "forn"'],
    [{ endpoint: "", form: "hex" }, "a", 'settings.form: expected one of plain, base64, got "hex"'],
    [{ endpoint: "", extension: "pdf" }, "a", /^settings\.extension: expected one of jpeg, .*, got "pdf"$/],
    [{ endpoint: "", defaults: { width: -1 } }, "a", "width: expected an integer of 0 or more, got -1"],
    [{ endpoint: "" }, "", 'source: expected text, got ""'],
    [{ endpoint: "", baseUrl: "https://x" }, undefined, "source: expected text, got undefined"],
  ];
  for (const [settings, source, message] of wrong) {
    it(`throws ${String(message)}`, () => {
      assert.throws(() => createBuilder(settings as BuilderSettings)(source as string), {
        name: "CodecError",
        message,
      });
    });
  }

  it("is wrong at compile time already where types can tell", () => {
    const image = createBuilder({ endpoint: "" });
    const refuses = (build: () => string): void => assert.throws(build, { name: "CodecError" });
    // @ts-expect-error -- no such option
    refuses(() => image("a", { widht: 1 }));
    // @ts-expect-error -- a number
    refuses(() => image("a", { width: "1" }));
    // @ts-expect-error -- no such resizing type
    refuses(() => image("a", { resizingType: "cover" }));
    // @ts-expect-error -- no such format
    refuses(() => image("a", { format: "pdf" }));
    // @ts-expect-error -- an object
    refuses(() => image("a", { gravity: "no" }));
    // @ts-expect-error -- all four sides
    refuses(() => image("a", { padding: { top: 1 } }));
    // @ts-expect-error -- the fields of a crop
    refuses(() => image("a", { crop: { width: 1, heigth: 1 } }));
    // @ts-expect-error -- a quality for a format
    refuses(() => image("a", { formatQuality: { pdf: 1 } }));
  });
});
