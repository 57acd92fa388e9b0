import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type * as url from "@tintype/url";
import { bundle, bundleOf } from "./bundle.ts";

/** What a page may have to load for the builder with all options, in bytes behind gzip. */
const BUDGET = 5000;
/** And for all of picking from capabilities. */
const PICKING = 1000;

describe("the bundle of a page", () => {
  for (const names of [["createBuilder"], ["createBuilder", "srcset", "placeholder"]] as const) {
    it(`that imports ${names.join(", ")} is at most ${BUDGET} bytes`, async (test) => {
      const { minified, gzipped } = await bundle(...names);
      test.diagnostic(`${names.join(", ")}: ${minified} bytes minified, ${gzipped} gzipped`);
      assert.ok(gzipped <= BUDGET, `${gzipped} bytes`);
    });
  }

  it(`that picks from capabilities is under ${PICKING} bytes`, async (test) => {
    const { minified, gzipped } = await bundleOf('export * from "@tintype/url/capability";');
    test.diagnostic(`capability: ${minified} bytes minified, ${gzipped} gzipped`);
    assert.ok(gzipped < PICKING, `${gzipped} bytes`);
  });

  it("has nothing that only reads, and no sentence of the docs", async () => {
    const { parts, code } = await bundle("createBuilder", "srcset", "placeholder");
    const readers = [
      "arguments.ts",
      "codec.ts",
      "gravity.ts",
      "options.ts",
      "presets.ts",
      "segments.ts",
      "target.ts",
    ];
    assert.deepEqual(
      readers.filter((reader) => parts.includes(reader)),
      [],
    );
    assert.doesNotMatch(code, /Gaussian blur|base64ToBytes|BigInt/);
  });

  it("builds URLs", async () => {
    const { code } = await bundle("createBuilder");
    const { createBuilder } = (await import(
      `data:text/javascript,${encodeURIComponent(code)}`
    )) as typeof url;
    const image = createBuilder({
      endpoint: "https://img.example",
      form: "plain",
      baseUrl: "https://shop.example",
    });
    assert.equal(
      image("/a.jpg", { resizingType: "fill", width: 300, gravity: { type: "fp", x: 0.5, y: 0 } }),
      "https://img.example/unsafe/rt:fill/w:300/g:fp:0.5:0/plain/https://shop.example/a.jpg",
    );
    assert.throws(
      () => image("/a.jpg", { quality: 101 }),
      /quality: expected an integer from 0 to 100, got 101/,
    );
  });
});
