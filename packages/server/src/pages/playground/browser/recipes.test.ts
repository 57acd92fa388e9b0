import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import type { Options } from "@tintype/url";
import { createCapabilities } from "@tintype/url/sign";
import { RECIPES, type Ingredients } from "./recipes.ts";

const ingredients = (options: Options): Ingredients => ({
  wanted: { source: "local:///it's.jpg", options },
  urlOf: ({ width, height }) => Promise.resolve(`http://h/unsafe/w${width ?? "-"}h${height ?? "-"}/it's`),
  endpoint: "http://localhost:8080",
  original: { width: 1000, height: 500 },
  result: { width: 400, height: 200 },
});
const cook = (kind: string, options: Options): Promise<string> =>
  RECIPES[kind]?.(ingredients(options)) ?? assert.fail(kind);

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
    ]);
    assert.match(text, /sizes="\(max-width: 600px\) 100vw, 600px"/);
    assert.match(text, /width="400" height="200"/);
  });

  it("is the same in React's spelling", async () => {
    const text = await cook("react", {});
    assert.match(text, /^<img\n {2}src="/);
    assert.match(text, /srcSet=\{\[/);
    assert.match(text, /width=\{400\}/);
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
