import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import webpack, { type Configuration, type StatsCompilation } from "webpack";
import { TintypePlugin, type BuildSettings } from "../src/webpack.ts";
import { filesIn, KEY, LEAKS, makeSite, manifestIn, SETTINGS, type Shown } from "./site.ts";

interface Built {
  readonly dist: string;
  readonly errors: readonly string[];
}

async function buildSite(
  root: string,
  { settings = {}, ...config }: Configuration & { readonly settings?: Partial<BuildSettings> } = {},
): Promise<Built> {
  const dist = join(root, "dist");
  const compiler = webpack({
    mode: "production",
    context: root,
    entry: "./main.js",
    output: { path: dist, library: { type: "module" } },
    experiments: { outputModule: true },
    plugins: [new TintypePlugin({ ...SETTINGS, ...settings })],
    ...config,
  });
  const { errors = [] } = await new Promise<StatsCompilation>((resolve, reject) => {
    compiler.run((error, stats) => (error ? reject(error) : resolve(stats!.toJson({ errors: true }))));
  });
  await new Promise((resolve) => compiler.close(resolve));
  return { dist, errors: errors.map(({ message }) => message) };
}

describe("a build with Webpack", () => {
  it("gives pictures, their originals and the list of their URLs", async () => {
    const root = makeSite();
    // Most sites have such a rule, and it is not meant for these.
    const rules = [{ test: /\.jpg$/, type: "asset/resource" }];
    const { dist, errors } = await buildSite(root, { module: { rules } });
    assert.deepEqual(errors, []);
    assert.match(
      [...filesIn(dist).keys()].join(" "),
      /^assets\/dogs-[\da-f]{12}\.jpg assets\/fig-[\da-f]{12}\.jpg images\.manifest\.json main\.mjs$/,
    );
    const { hero, tall } = (await import(join(dist, "main.mjs"))) as Shown;
    assert.deepEqual([hero.width, hero.height, tall.width, tall.height], [2400, 1624, 1598, 2397]);
    assert.ok([hero.src, tall.src].every((url) => manifestIn(dist).includes(url)));
  });

  it("gives the same from a cache on disk, and signs anew where the settings have changed", async () => {
    const root = makeSite();
    const cache = { type: "filesystem", cacheDirectory: join(root, "cache") } as const;
    const settings = { date: new Date("2026-05-01") };
    const first = filesIn((await buildSite(root, { cache, settings })).dist);
    assert.deepEqual(filesIn((await buildSite(root, { cache, settings })).dist), first);
    const other = await buildSite(root, { cache, settings: { ...settings, key: "0f".repeat(16) } });
    assert.deepEqual(
      manifestIn(other.dist).filter((url) => first.get("images.manifest.json")!.includes(url)),
      [],
    );
  });

  for (const [form, program] of LEAKS)
    for (const mode of ["production", "development"] as const)
      it(`fails in ${mode} where a chunk holds the key in ${form}, and names the file and not the key`, async () => {
        const { errors } = await buildSite(makeSite({ "main.js": program }), { mode });
        assert.match(
          errors.join("\n"),
          new RegExp(`^main\\.mjs holds the setting "key" \\(in ${form}\\)[^\\n]*$`),
        );
        assert.doesNotMatch(errors.join("\n"), new RegExp(`${KEY.toString()}|${KEY.toString("hex")}`));
      });

  it("lets a program for servers hold the key", async () => {
    const { errors } = await buildSite(makeSite({ "main.js": LEAKS[0]![1] }), { target: "node" });
    assert.deepEqual(errors, []);
  });

  it("says which import is wrong, and how", async () => {
    const root = makeSite();
    writeFileSync(join(root, "main.js"), 'import "./fig.jpg?tintype&policy=her"');
    const { errors } = await buildSite(root);
    assert.match(errors.join("\n"), /fig\.jpg\?tintype&policy=her: expected .* one of hero, card, got "her"/);
  });
});
