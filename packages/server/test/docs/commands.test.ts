/** What the pages tell readers to type works as it stands there (`sh` blocks of README and docs). */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../../scripts/free-port.mjs";
import { markdownIn, read, ROOT } from "../fixtures/papers.ts";
import { unless } from "../needs.ts";

const BIN = join(ROOT, "packages/server/bin/tintype.mjs");
const SHELL = fileURLToPath(new URL("shell.bash", import.meta.url));
const BLOCK = /^```sh\n(.*?)^```$/gms;

/** Ports that pages name; each page gets free ones in their place, so that pages can run side by side. */
const PORTS = ["8081", "9091"];
/** What a reader puts in place of what a page cannot know. */
const PLACEHOLDERS: readonly (readonly [RegExp, string])[] = [
  [/<the key>/g, "ab".repeat(32)],
  [/<id of the store>/g, "a1b2c3d4"],
];
/** What needs a site of the reader's own, which no page can bring along; the tests of dev and build run the like. */
const OWN_SITE = /IMAGE_ENDPOINT=\S+ npm run dev|npx tintype warm dist\/images.manifest.json.*/g;

const pages = ["README.md", ...markdownIn("docs")].filter((page) => blocksOf(page).length > 0);

function blocksOf(page: string): readonly string[] {
  return [...read(page).matchAll(BLOCK)].map(([, block = ""]) => block);
}

/** What commands of the pages that are run elsewhere leave behind, or the reader's own build. */
const LEFT: Readonly<Record<string, string>> = {
  "production/allow-list.env": "IMGPROXY_ALLOWED_SOURCES=local://\nIMGPROXY_LOCAL_FILESYSTEM_ROOT=public\n",
  "production/presets.txt": "thumb=rs:fill:200:200\n",
  "production/warm.txt": "/_/rs:fill:200:200/plain/local:///bird.jpg\n",
};

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder as readers have one: pictures, and what their own build left. */
function readersFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tintype-page-"));
  folders.push(folder);
  for (const name of ["public", "pictures"]) {
    mkdirSync(join(folder, name));
    for (const picture of ["bird.jpg", "two-dogs.jpg"])
      cpSync(join(ROOT, "samples/nuthatch.jpg"), join(folder, name, picture));
  }
  for (const [name, content] of Object.entries(LEFT)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

async function scriptOf(page: string, port: string): Promise<string> {
  let script = blocksOf(page).join("\n");
  script = script.replaceAll("8080", port);
  for (const other of PORTS) script = script.replaceAll(other, String(await freePort()));
  for (const [placeholder, value] of PLACEHOLDERS) script = script.replaceAll(placeholder, value);
  return script;
}

/** Runs all commands of a page in one terminal. */
async function run(page: string) {
  const folder = readersFolder();
  const port = String(await freePort());
  const script = (await scriptOf(page, port)).replaceAll(OWN_SITE, "true");
  writeFileSync(
    join(folder, "page.bash"),
    `TINTYPE=(${process.execPath} --conditions=tintype-source ${BIN})\nsource ${SHELL}\n${script}\n`,
  );
  const { PATH = "" } = process.env;
  const child = spawn("bash", ["page.bash"], {
    cwd: folder,
    env: { PATH, HOME: folder, PORT: port, CLONE: ROOT },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit") as Promise<[number | null]>,
  ]);
  const noted = join(folder, "elsewhere.log");
  return { code, out, err, elsewhere: existsSync(noted) ? readFileSync(noted, "utf8").split("\n") : [] };
}

const { scripts } = JSON.parse(read("package.json")) as {
  readonly scripts: Readonly<Record<string, string>>;
};

describe("commands of the pages", { skip: unless("openssl"), concurrency: 2 }, () => {
  for (const page of pages)
    it(`${page}: all of them work`, { timeout: 120_000 }, async () => {
      const { code, out, err, elsewhere } = await run(page);
      assert.equal(code, 0, `${out}\n${err}`);
      for (const line of elsewhere) {
        const [, script] = /^npm run (\S+)/.exec(line) ?? [];
        if (script !== undefined)
          assert.ok(Object.hasOwn(scripts, script), `${page} names a script: ${line}`);
      }
    });

  it("are found at all", () => {
    assert.ok(pages.length >= 10, pages.join(" "));
  });
});
