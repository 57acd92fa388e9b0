/**
 * Loads every dependency of the server that is installed, so that an image which lacks a file is not built.
 *
 *     node try.mjs <package.json of the server, where it will lie>
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Its binary is of the machine that the image is for, which may be another. */
const NATIVE = new Set(["sharp"]);

const manifest = resolve(process.argv[2]);
const require = createRequire(manifest);
const names = Object.keys(JSON.parse(readFileSync(manifest, "utf8")).dependencies).filter(
  (name) => !NATIVE.has(name),
);
for (const name of names) await import(pathToFileURL(require.resolve(name)).href);
process.stdout.write(`${names.length} packages load: ${names.join(", ")}\n`);
