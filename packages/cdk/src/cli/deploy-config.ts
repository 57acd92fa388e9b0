/** What is deployed, as a file says it and flags change it. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { CONFIG_FILE } from "../config-file.ts";
import { UsageError } from "./command.ts";

export { CONFIG_FILE };

type Said = Record<string, unknown>;

const isObject = (value: unknown): value is Said =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** JSON where it is some, else the text itself, so that neither words nor numbers need quotes. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** One `name=value` or `name.inner=value` put into what is said. Throws UsageError. */
export function change(said: Said, text: string): Said {
  const [, name = "", value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  const steps = name.split(".");
  if (!steps.every((step) => /^\w+$/.test(step)))
    throw new UsageError(`expected name=value behind --set, got ${JSON.stringify(text)}`);
  return put(said, steps, valueOf(value));
}

function put(said: Said, [step = "", ...rest]: readonly string[], value: unknown): Said {
  const inner = Object.hasOwn(said, step) ? said[step] : undefined;
  return { ...said, [step]: rest.length === 0 ? value : put(isObject(inner) ? inner : {}, rest, value) };
}

/** Writes what the file at `path` says, if there is one, with the changes; returns the new file's path. */
export function writeMergedConfig(path: string, changes: readonly string[], to: string): string {
  const said: unknown = existsSync(path) ? valueOf(readFileSync(path, "utf8")) : {};
  if (!isObject(said)) throw new Error(`${path}: expected an object in JSON, got something else`);
  const merged = changes.reduce(change, said);
  const { image } = merged;
  // The new file lies elsewhere, and folders are relative to it.
  const placed =
    isObject(image) && typeof image["directory"] === "string"
      ? { ...merged, image: { directory: resolve(dirname(path), image["directory"]) } }
      : merged;
  writeFileSync(to, JSON.stringify(placed, undefined, 2));
  return to;
}
