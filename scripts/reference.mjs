/**
 * Writes docs/reference and the lexicon of the builder from the tables: `node --conditions=tintype-source scripts/reference.mjs`. With `--check` it
 * writes nothing and ends with 1 where a page is not what the tables say.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { differencesPage } from "./reference/differences.mjs";
import { errorsPage } from "./reference/errors.mjs";
import { formatsPage } from "./reference/formats.mjs";
import { lexicon } from "./reference/lexicon.mjs";
import { metricsPage } from "./reference/metrics.mjs";
import { optionsPage } from "./reference/options.mjs";
import { settingsPage } from "./reference/settings.mjs";

const FOLDER = new URL("../docs/reference/", import.meta.url);

const PAGES = {
  "options.md": optionsPage,
  "settings.md": settingsPage,
  "errors.md": errorsPage,
  "formats.md": formatsPage,
  "metrics.md": metricsPage,
  "differences.md": differencesPage,
};

/** Whatever is made of the tables, by its path from the root. */
const FILES = {
  ...Object.fromEntries(Object.entries(PAGES).map(([name, make]) => [`docs/reference/${name}`, make])),
  "packages/url/src/lexicon.ts": lexicon,
};

const isChecking = process.argv.includes("--check");
await mkdir(FOLDER, { recursive: true });
const stale = [];
for (const [path, make] of Object.entries(FILES)) {
  const file = new URL(`../${path}`, import.meta.url);
  const wanted = await make();
  const held = await readFile(file, "utf8").catch(() => "");
  if (held === wanted) continue;
  stale.push(`${path}, line ${firstDifference(held, wanted)}`);
  if (!isChecking) await writeFile(file, wanted);
}
for (const name of await readdir(FOLDER)) {
  if (Object.hasOwn(PAGES, name)) continue;
  stale.push(`docs/reference/${name}, which no table makes`);
  if (!isChecking) await rm(new URL(name, FOLDER), { recursive: true });
}

process.stdout.write(stale.map((line) => `${isChecking ? "stale" : "written"}: ${line}\n`).join(""));
if (isChecking && stale.length > 0) {
  process.stdout.write("Run: node --conditions=tintype-source scripts/reference.mjs\n");
  process.exitCode = 1;
}

function firstDifference(held, wanted) {
  const [have, want] = [held, wanted].map((text) => text.split("\n"));
  return want.findIndex((line, index) => line !== have[index]) + 1;
}
