import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import type * as url from "@tintype/url";

/** What a page may have to load for the builder with all options, in bytes behind gzip. */
const BUDGET = 5000;

/** What a page loads that imports these names, as bundlers ship it. */
async function bundle(...names: readonly (keyof typeof url)[]) {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `export { ${names.join(", ")} } from "@tintype/url";`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    conditions: ["tintype-source"],
    metafile: true,
    write: false,
  });
  const [file] = outputFiles;
  assert.ok(file);
  const parts = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path.replace(/^.*\//, ""));
  return {
    code: file.text,
    gzipped: gzipSync(file.contents, { level: 9 }).length,
    minified: file.contents.length,
    parts,
  };
}

describe("the bundle of a page", () => {
  for (const names of [["createBuilder"], ["createBuilder", "srcset", "placeholder"]] as const) {
    it(`that imports ${names.join(", ")} is at most ${BUDGET} bytes`, async (test) => {
      const { minified, gzipped } = await bundle(...names);
      test.diagnostic(`${names.join(", ")}: ${minified} bytes minified, ${gzipped} gzipped`);
      assert.ok(gzipped <= BUDGET, `${gzipped} bytes`);
    });
  }

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
