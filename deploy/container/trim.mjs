/**
 * Takes out of node_modules what a server never reads: types, source maps, pages about packages, and the second and third
 * copy of a package that only bundlers read, and its tests. Licences stay.
 *
 *     node trim.mjs <node_modules>
 *
 * says on one line what was taken. What is left over is tried out by whoever builds (`try.mjs`).
 */
import { readdirSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

const NEVER_READ = /\.(?:d\.[cm]?ts|[cm]?js\.map|ts\.map|tsbuildinfo|flow|markdown|md)$/i;
const LICENCE = /^(?:licen[cs]e|notice|copying|copyright|third[-_]?party)/i;

/** Folders of copies by the folder that Node reads instead: what is not there with its twin stays. */
const COPIES = [
  { copy: "dist-es", twin: "dist-cjs" },
  { copy: "dist-types", twin: "dist-cjs" },
  { copy: "esm", twin: "src" },
  { copy: "esnext", twin: "src" },
  { copy: "es6", twin: "cjs" },
];

const TESTS = new Set(["test", "tests", "__tests__"]);

const isSpareFolder = (name, siblings) =>
  TESTS.has(name) || COPIES.some(({ copy, twin }) => name === copy && siblings.has(twin));

/** Whether a file is of use to nobody who runs the server. */
export const isSpare = (name) => NEVER_READ.test(name) && !LICENCE.test(name);

const bytesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

/** Removes what is spare below a folder; gives the bytes that this has saved. Links are not followed. */
export function trim(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  const siblings = new Set(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name));
  let saved = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !isSpareFolder(entry.name, siblings)) saved += trim(path);
    else if (entry.isDirectory() || (entry.isFile() && isSpare(basename(path)))) {
      saved += entry.isDirectory() ? bytesBelow(path) : statSync(path).size;
      rmSync(path, { recursive: true });
    }
  }
  return saved;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const saved = trim(process.argv[2]);
  process.stdout.write(`${(saved / 1e6).toFixed(1)} MB that no server reads were taken out\n`);
}
