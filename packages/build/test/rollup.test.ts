import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { rollup, type Plugin } from "@rollup/wasm-node";
import { tintype } from "../src/rollup.ts";
import { filesIn, KEY, LEAKS, makeSite, manifestIn, SETTINGS, type Shown } from "./site.ts";

async function buildSite(root: string, plugins: Plugin[] = [tintype(SETTINGS)]): Promise<string> {
  const dir = join(root, "dist");
  const bundle = await rollup({
    input: join(root, "main.js"),
    plugins,
    onwarn: (warning) => assert.fail(warning.message),
  });
  await bundle.write({ dir });
  await bundle.close();
  return dir;
}

describe("a build with Rollup", () => {
  it("gives pictures, their originals and the list of their URLs", async () => {
    const dist = await buildSite(makeSite());
    const files = [...filesIn(dist).keys()];
    assert.equal(files.length, 4);
    assert.match(
      files.join(" "),
      /^assets\/dogs-[\da-f]{12}\.jpg assets\/fig-[\da-f]{12}\.jpg images\.manifest\.json main\.js$/,
    );
    const { hero, tall } = (await import(join(dist, "main.js"))) as Shown;
    assert.deepEqual([hero.width, hero.height, tall.width, tall.height], [2400, 1624, 1598, 2397]);
    assert.ok([hero.src, tall.src].every((url) => manifestIn(dist).includes(url)));
  });

  it("emits a picture once that is imported in two ways", async () => {
    const program = ["hero", "card"]
      .map((name) => `export { default as ${name} } from "./fig.jpg?policy=${name}&tintype";`)
      .join("\n");
    const dist = await buildSite(makeSite({ "main.js": program }));
    assert.equal([...filesIn(dist).keys()].filter((name) => name.endsWith(".jpg")).length, 1);
  });

  for (const [form, program] of LEAKS)
    it(`fails where a chunk holds the key in ${form}, and names the file and not the key`, async () => {
      await assert.rejects(buildSite(makeSite({ "main.js": program })), ({ message }: Error) => {
        assert.match(message, new RegExp(`main\\.js holds the setting "key" \\(in ${form}\\)`));
        assert.ok(!message.includes(KEY.toString()) && !message.includes(KEY.toString("hex")));
        return true;
      });
    });
});
