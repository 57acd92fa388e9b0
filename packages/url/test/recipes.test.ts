/** The recipes of the guides, taken out of them and called as their libraries call them. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createCapabilities } from "@tintype/url/sign";
import { getProviderForUrl } from "unpic";
import type { Operations, TransformerFunction } from "unpic";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const guide = (name: string): string => readFileSync(join(ROOT, `docs/guide/${name}.md`), "utf8");

/** The code below a first line that names its file. */
function codeOf(name: string, file: string): string {
  const code = guide(name)
    .split(/^```\w*\n/m)
    .find((part) => part.startsWith(`// ${file}\n`));
  assert.ok(code, `expected ${file} in the guide, got none`);
  return code.slice(0, code.indexOf("```"));
}

const { sign } = createCapabilities({
  endpoint: "https://img.example.com",
  key: "00112233445566778899aabbccddeeff",
  kid: 1,
});
const one = sign("https://example.com/cat.jpg", { widths: [16, 2000] });
const all = sign("https://example.com/cats/*", { widths: [16, 2000], formats: ["webp", "jpg", "auto"] });
const tall = sign("https://example.com/cat.jpg", {
  widths: [100, 400],
  heights: [100, 400],
  formats: ["jpg"],
});
const tom = Buffer.from("tom/1.jpg").toString("base64url");

/** What is asked for, and the URL that comes of it. */
type Case = readonly [src: string, asked: Readonly<Record<string, number | string>>, url: string];
const CASES: readonly Case[] = [
  [one, { width: 640 }, `${one}/w704.webp`],
  [one, { width: 640, format: "avif", quality: 80 }, `${one}/w704.avif`],
  [one, { width: "640", format: "jpeg" }, `${one}/w704.jpg`],
  [one, { width: 6016, format: "png" }, `${one}/w1712.webp`],
  [one, {}, `${one}/w1368.webp`],
  [tall, { width: 200, height: 150 }, `${tall}/w232h152.jpg`],
  ["/tom/1.jpg", { width: 640 }, `${all}/${tom}/w704`],
  ["tom/1.jpg", { width: 640, format: "webp" }, `${all}/${tom}/w704.webp`],
];

describe("recipes", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tintype-recipes-"));
    mkdirSync(join(folder, "node_modules/@tintype"), { recursive: true });
    symlinkSync(join(ROOT, "packages/url"), join(folder, "node_modules/@tintype/url"), "dir");
  });
  after(() => rmSync(folder, { recursive: true }));

  async function load(name: string, file: string): Promise<Readonly<Record<string, unknown>>> {
    const path = join(folder, file.replaceAll("/", "-"));
    writeFileSync(path, codeOf(name, file));
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  }

  describe("a provider for @nuxt/image", () => {
    type GetImage = (src: string, options: object) => { readonly url: string };

    it("gives what is asked for, to versions 1 and 2", async () => {
      const provider = await load("nuxt-and-unpic", "providers/tintype.js");
      const { getImage } = (provider["default"] as () => { readonly getImage: GetImage })();
      assert.equal(getImage, provider["getImage"]);
      for (const [src, modifiers, url] of CASES)
        assert.deepEqual(getImage(src, { modifiers, capability: all }), { url });
      assert.deepEqual(getImage(one, { modifiers: { width: undefined } }), { url: `${one}/w1368.webp` });
      assert.throws(
        () => getImage("/tom/1.jpg", { modifiers: {} }),
        /expected a capability, .* got "\/tom\/1\.jpg"/,
      );
    });
  });

  describe("a transformer for unpic", () => {
    it("gives what is asked for", async () => {
      const recipe = await load("nuxt-and-unpic", "tintype-transformer.js");
      const transform = recipe["transform"] as TransformerFunction<Operations, { capability?: string }>;
      for (const [src, operations, url] of CASES)
        assert.equal(transform(src, operations, { capability: all }), url);
      assert.equal(transform(new URL(one), { width: 640 }), `${one}/w704.webp`);
      assert.throws(() => transform("/tom/1.jpg", {}), /expected a capability, .* got "\/tom\/1\.jpg"/);
    });

    it("is needed, because unpic takes a capability for nobody else's URL", () => {
      for (const url of [one, `${one}/w704.webp`]) assert.ok(!getProviderForUrl(url), url);
    });
  });

  describe("for Next", () => {
    for (const file of [
      "next.config.ts",
      "image-loader.ts",
      "capabilities/pictures.ts",
      "app/api/pictures/[name]/route.ts",
    ])
      it(`show ${file} as it is in the app that is tried`, () => {
        const tried = readFileSync(join(ROOT, "scripts/next-fixture", file), "utf8");
        assert.ok(guide("next").includes(`\`\`\`ts\n// ${file}\n${tried}\`\`\``));
      });
  });
});
