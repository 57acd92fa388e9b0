import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runInNewContext } from "node:vm";
import type { Options } from "@tintype/url";
import { createCapabilities } from "@tintype/url/sign";
import { build } from "esbuild";
import { RECIPES, type Ingredients } from "./recipes.ts";

const ingredients = (options: Options): Ingredients => ({
  wanted: { source: "local:///it's.jpg", options },
  urlOf: ({ width, height }) => Promise.resolve(`http://h/unsafe/w${width ?? "-"}h${height ?? "-"}/it's`),
  endpoint: "http://localhost:8080",
  signed: false,
  original: { width: 1000, height: 500 },
  result: { width: 400, height: 200 },
});
const cook = (kind: string, options: Options): Promise<string> =>
  RECIPES[kind]?.(ingredients(options)) ?? assert.fail(kind);

const ROOT = fileURLToPath(new URL("../../../../../../", import.meta.url));

/** What a React application would serve of the element at the end of some code. */
async function render(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { renderToStaticMarkup } from "react-dom/server";
${code.replace(/\n<(?=\w)/, "\nconst element = <")};
console.log(renderToStaticMarkup(element));`,
      loader: "jsx",
      resolveDir: ROOT,
    },
    jsx: "automatic",
    bundle: true,
    platform: "node",
    conditions: ["tintype-source"],
    write: false,
    logLevel: "silent",
  });
  const env = { IMGPROXY_KEY: "ab".repeat(32), IMGPROXY_SALT: "cd".repeat(32) };
  const running = run(process.execPath, ["-"], { env });
  running.child.stdin?.end(outputFiles[0]?.text);
  const { stdout } = await running;
  return stdout;
}

const run = promisify(execFile);

describe("code to copy", () => {
  it("is an img for every screen, with no more pixels than there are", async () => {
    const text = await cook("img", { width: 600, height: 300 });
    assert.match(text, /^<img src="http:\/\/h\/unsafe\/w600h300\/it's"\n/);
    const widths = [...text.matchAll(/w(\d+)h(\d+)\/it's (\d+)w/g)].map(([, ...numbers]) =>
      numbers.map(Number),
    );
    assert.deepEqual(widths, [
      [300, 150, 300],
      [600, 300, 600],
      [900, 450, 900],
      [1000, 500, 1000],
    ]);
    assert.match(text, /sizes="\(max-width: 600px\) 100vw, 600px"/);
    assert.match(text, /width="400" height="200"/);
  });

  for (const [what, options, words] of [
    [
      "in several formats",
      { width: 600, blur: 2 },
      /<source type="image\/avif" srcSet="[^"]*\/bl:2\/.*<img [^>]*width="400"/s,
    ],
    ["in one format", { width: 600, format: "jpeg" }, /^<img .*srcSet="[^"]*\/f:jpeg\//s],
  ] as const satisfies readonly (readonly [string, Options, RegExp])[])
    it(`is a component for React that renders, ${what}`, async () => {
      for (const signed of [false, true]) {
        const html = await render((await RECIPES["react"]?.({ ...ingredients(options), signed })) ?? "");
        assert.match(html, words);
        assert.match(html, signed ? /localhost:8080\/[\w-]{43}\// : /localhost:8080\/unsafe\//);
      }
    });

  it("is a command that no quote in a URL ends", async () => {
    const text = await cook("curl", { width: 5 });
    assert.equal((text.match(/'/g) ?? []).length % 2, 0);
    assert.match(text, /^curl -sS -H 'Accept: .*' -o picture 'http:\/\/h\/unsafe\/w5h-\/it%27s'$/);
    assert.doesNotMatch(await cook("curl", { format: "png" }), /Accept/);
  });

  for (const options of [
    {},
    { width: 640, format: "jpeg", quality: 90 },
    {
      resizingType: "fill",
      width: 300,
      height: 200,
      gravity: { type: "fp", x: 0.5, y: 0.3 },
      blur: 2,
      cacheTtl: 60,
    },
    { width: 30, crop: { width: 10, height: 10, gravity: { type: "nowe", x: 2, y: 2 } } },
  ] as const satisfies readonly Options[])
    it(`is a call that mints a capability: ${JSON.stringify(options)}`, async () => {
      const text = await cook("capability", options);
      assert.match(text, /^import \{ createCapabilities \} from "@tintype\/url\/sign";\n/);
      const env = { CAPABILITY_KEY: "ab".repeat(32) };
      const code = text.replace(/^import .*$/m, "");
      const minted: unknown = runInNewContext(code, { createCapabilities, process: { env } });
      assert.match(String(minted), /^http:\/\/localhost:8080\/c1\/[\w-]{23}\/w\d+-\d+,/);
    });
});
