import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, it } from "node:test";
import sharp from "sharp";
import { build, createBuilder, type InlineConfig } from "vite";
import { createWarm } from "../../server/src/cli/warm.ts";
import { linesOf, readTarget } from "../../server/src/cli/warm-targets.ts";
import { useServer } from "../../server/test/fixtures/server.ts";
import { tintype, type ViteSettings } from "../src/vite.ts";
import {
  AUDIENCE,
  filesIn,
  KEY,
  LEAKS,
  makeSite,
  manifestIn,
  serveFolder,
  SETTINGS,
  type Shown,
} from "./site.ts";

const PAGE = '<!doctype html><script type="module" src="/main.js"></script>';

/** Builds a site into its `dist`, and resolves to that. */
async function buildSite(
  root: string,
  settings: Partial<ViteSettings> = {},
  config: InlineConfig = {},
): Promise<string> {
  await build({
    root,
    configFile: false,
    logLevel: "silent",
    plugins: [tintype({ ...SETTINGS, ...settings })],
    ...config,
  });
  return join(root, config.build?.outDir ?? "dist");
}

/** What a build says that ends in a complaint. */
const complaintOf = (building: Promise<unknown>): Promise<string> =>
  building.then(
    () => "none",
    (error: unknown) => (error as Error).message,
  );

const site = (files = {}): string => makeSite({ "index.html": PAGE, ...files });

describe("a site built with Vite", () => {
  const server = useServer({
    TINTYPE_CAPABILITY_KEYS: `${SETTINGS.kid}:${SETTINGS.key}`,
    TINTYPE_CAPABILITY_AUDIENCE: AUDIENCE,
    TINTYPE_CACHE_MEMORY: String(2 ** 24),
  });

  it("lists only URLs that a server with the key answers with the width and the format they name", async () => {
    const root = site();
    const originals = await serveFolder(join(root, "dist"));
    const endpoint = `http://127.0.0.1:${server.port}`;
    const dist = await buildSite(root, { endpoint, audience: AUDIENCE, originals: `${originals}/assets/` });
    const urls = manifestIn(dist);
    assert.equal(urls.length, new Set(urls).size);
    assert.ok(urls.length > 15, `${urls.length} URLs`);
    for (const url of urls) {
      const [, width, name] = /\/w(\d+)(?:a\d)?\.(\w+)$/.exec(url)!;
      const answer = await server.get(new URL(url).pathname);
      assert.equal(answer.status, 200, url);
      const found = await sharp(answer.body).metadata();
      const format = { avif: "heif", jpg: "jpeg" }[name!] ?? name;
      assert.deepEqual([found.width, found.format], [Number(width), format]);
      if (url.includes("a1.")) assert.equal(found.height, Math.round((Number(width) * 3) / 2));
    }

    const text = urls.join("\n");
    for await (const line of linesOf(Readable.from([text])))
      assert.deepEqual(readTarget(line, "http://other.example"), { url: line });
    const said: string[] = [];
    const screen = { write: () => true };
    const warm = createWarm({ screen, stdin: () => Readable.from([text]) });
    const app = () => Promise.reject(new Error("expected no need of the server"));
    assert.equal(await warm.run({ args: ["-", "--accept", "none"], out: (line) => said.push(line), app }), 0);
    assert.match(said.join("\n"), new RegExp(`^Requests +${urls.length} `, "m"));
  });
});

describe("a build with Vite", () => {
  it("gives what the picture is, and places its URLs at the site that base and settings name", async () => {
    const root = site();
    const { originals: _, ...settings } = SETTINGS;
    const plugins = [tintype({ ...settings, site: "https://site.example" })];
    await build({ root, configFile: false, logLevel: "silent", base: "/shop/", plugins });
    const files = filesIn(join(root, "dist"));
    const program = [...files].find(([name]) => name.endsWith(".js"))![1].toString();
    const original = [...files.keys()].find((name) => name.startsWith("assets/fig-"))!;
    assert.deepEqual(files.get(original), readFileSync(join(root, "fig.jpg")));
    const source = Buffer.from(`https://site.example/shop/${original}`).toString("base64url");
    assert.ok(program.includes(`/${source}`), program);
    const { hero, tall } = await runProgram(program);
    assert.deepEqual([hero.width, hero.height, hero.sizes], [2400, 1624, "(min-width: 40em) 50vw, 100vw"]);
    assert.deepEqual([tall.width, tall.height, tall.sizes], [1598, 2397, "10em"]);
    assert.match(hero.dominantColor, /^#[\da-f]{6}$/);
    assert.deepEqual(
      hero.sources.map(({ type }) => type),
      ["image/avif", "image/webp"],
    );
    const listed = manifestIn(join(root, "dist"));
    for (const { src, srcset, sources } of [hero, tall])
      for (const url of [src, ...[srcset, ...sources.map((each) => each.srcset)].flatMap(urlsOf)])
        assert.ok(listed.includes(url), url);
  });

  it("gives the same bytes for the same inputs on the same day, and other URLs on the next", async () => {
    const root = site();
    const at = (date: string, outDir: string): Promise<string> =>
      buildSite(root, { date: new Date(date) }, { build: { outDir } });
    const morning = filesIn(await at("2026-05-01T00:00:00Z", "one"));
    assert.deepEqual(filesIn(await at("2026-05-01T23:59:59Z", "two")), morning);
    const next = manifestIn(await at("2026-05-02T00:00:00Z", "three"));
    assert.notDeepEqual(next, JSON.parse(morning.get("images.manifest.json")!.toString()));
  });

  it("gives a picture that was changed another name and other URLs, and leaves the rest alone", async () => {
    const root = site();
    const before = await buildSite(root, {}, { build: { outDir: "before" } });
    const turned = await sharp(join(root, "fig.jpg")).rotate(90).toBuffer();
    writeFileSync(join(root, "fig.jpg"), turned);
    const after = await buildSite(root, {}, { build: { outDir: "after" } });
    const names = (folder: string, start: string): readonly string[] =>
      [...filesIn(folder).keys()].filter((name) => name.startsWith(start));
    assert.notDeepEqual(names(after, "assets/fig-"), names(before, "assets/fig-"));
    assert.deepEqual(names(after, "assets/dogs-"), names(before, "assets/dogs-"));
    const kept = manifestIn(before).filter((url) => manifestIn(after).includes(url));
    const picksOfDogs = manifestIn(before).filter((url) => url.includes(",a1x1.2x3,"));
    assert.deepEqual(kept, picksOfDogs);
  });

  for (const [form, program] of LEAKS)
    it(`fails where a chunk holds the key in ${form}, and names the file and not the key`, async () => {
      const complaint = await complaintOf(buildSite(site({ "main.js": program })));
      assert.match(
        complaint,
        new RegExp(`assets/index-[\\w-]+\\.js holds the setting "key" \\(in ${form}\\)`),
      );
      assert.ok(!complaint.includes(KEY.toString()) && !complaint.includes(KEY.toString("hex")));
    });

  it("fails where a variable of the environment brings the key into the page", async () => {
    const root = site({
      ".env": `VITE_KEY=${SETTINGS.key}`,
      "main.js": "console.log(import.meta.env.VITE_KEY)",
    });
    assert.match(await complaintOf(buildSite(root)), /assets\/index-[\w-]+\.js holds the setting "key"/);
  });

  it("fails where only a source map holds the key, inside or beside the chunk", async () => {
    const program = `/* ${SETTINGS.key} */ console.log(1)`;
    const root = site({ "main.js": program });
    assert.equal(await complaintOf(buildSite(root)), "none");
    for (const sourcemap of [true, "inline"] as const)
      assert.match(
        await complaintOf(buildSite(root, {}, { build: { sourcemap } })),
        /holds the setting "key"/,
      );
  });

  it("fails where a plugin behind it adds a file with the key of imgproxy's signatures", async () => {
    const imgproxy = { key: "0f".repeat(32), salt: `${"ab".repeat(16)},${"cd".repeat(16)}` };
    const late = {
      name: "late",
      generateBundle: {
        order: "post" as const,
        handler(this: { emitFile: (file: { type: "asset"; fileName: string; source: string }) => unknown }) {
          this.emitFile({ type: "asset", fileName: "late.txt", source: `salt: ${"CD".repeat(16)}` });
        },
      },
    };
    const plugins = [tintype({ ...SETTINGS, imgproxy }), late];
    const complaint = await complaintOf(buildSite(site(), {}, { plugins }));
    assert.match(complaint, /late\.txt holds the setting "imgproxy\.salt" \(in hex\)/);
  });

  it("lets a program for servers hold the key, and leaves pictures to the build for browsers", async () => {
    const program = `export { default } from "./fig.jpg?tintype&policy=hero"; ${LEAKS[0]![1]}`;
    const root = site({ "main.js": program });
    const dist = await buildSite(root, {}, { build: { ssr: "main.js" } });
    assert.deepEqual([...filesIn(dist).keys()], ["main.mjs"]);
  });

  it("tells browsers' programs from servers' where one build makes both", async () => {
    const root = site({ "server.js": `import "./main.js"; ${LEAKS[0]![1]}` });
    const config = {
      root,
      configFile: false,
      logLevel: "silent",
      builder: {},
      plugins: [tintype(SETTINGS)],
      environments: {
        client: { build: { outDir: "dist/client" } },
        ssr: { build: { outDir: "dist/server", rolldownOptions: { input: join(root, "server.js") } } },
      },
    } as const satisfies InlineConfig;
    await (await createBuilder(config)).buildApp();
    assert.equal(manifestIn(join(root, "dist/client")).length, 18);
    assert.deepEqual([...filesIn(join(root, "dist/server")).keys()], ["server.mjs"]);
    writeFileSync(join(root, "main.js"), LEAKS[0]![1]);
    const complaint = await complaintOf((await createBuilder(config)).buildApp());
    assert.match(complaint, /assets\/index-[\w-]+\.js holds the setting "key" \(in hex\)/);
  });

  for (const [what, program, expected] of [
    ["no policy", 'import "./fig.jpg?tintype"', /expected &policy= and one of hero, card, got ""/],
    ["a policy that is none", 'import "./fig.jpg?tintype&policy=her"', /one of hero, card, got "her"/],
    ["a wish that is none", 'import "./fig.jpg?tintype&policy=hero&width=9"', /got "width"/],
    [
      "an aspect that the policy has not",
      'import "./fig.jpg?tintype&policy=hero&aspect=1"',
      /0 aspects, from 0, got 1/,
    ],
    ["no picture", 'import "./none.jpg?tintype&policy=hero"', /none\.jpg/],
    ["what is no picture", 'import "./main.js?tintype&policy=hero"', /main\.js\?.*unsupported image/],
  ] as const)
    it(`refuses an import of ${what} with a sentence`, async () => {
      assert.match(await complaintOf(buildSite(site({ "main.js": program }))), expected);
    });

  it("asks for the key when its variable is not set", () => {
    assert.throws(
      () => tintype({ ...SETTINGS, key: process.env["NO_SUCH_KEY"]! }),
      /key: expected hex, got none/,
    );
  });

  it("asks where the site is when nobody has said", async () => {
    const { originals: _, ...settings } = SETTINGS;
    const building = build({ root: site(), configFile: false, plugins: [tintype(settings)] });
    assert.match(await complaintOf(building), /expected site, .* got undefined/);
  });
});

/** What the program of a page shows. */
async function runProgram(program: string): Promise<Shown> {
  let shown: Shown | undefined;
  const world = globalThis as { shown?: (pictures: Shown) => void; document?: unknown };
  world.shown = (pictures) => (shown = pictures);
  // Vite's own beginning asks the page whether it knows how to preload.
  world.document = { createElement: () => ({ relList: { supports: () => true } }) };
  await import(`data:text/javascript,${encodeURIComponent(program)}`);
  delete world.document;
  return shown!;
}

const urlsOf = (srcset: string): readonly string[] => srcset.split(", ").map((each) => each.split(" ")[0]!);
