/** The chart's folder, the cases that it is rendered for, and what came of them. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import type { Document } from "./chart-documents.ts";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));

export const CHART = join(ROOT, "deploy/chart/tintype");
export const RENDERED = join(ROOT, "deploy/chart/rendered");

const VALUES = "-values.yaml";

/** A case: what Helm made of the chart and one file of values. */
export interface Rendered {
  readonly name: string;
  /** As it came, comments included. */
  readonly text: string;
  readonly documents: readonly Document[];
}

/** Every file of values is a case, and called after it. */
export const caseNames = (): readonly string[] =>
  readdirSync(join(CHART, "ci"))
    .filter((file) => file.endsWith(VALUES))
    .map((file) => file.slice(0, -VALUES.length))
    .sort();

export const valuesFile = (name: string): string => join(CHART, "ci", `${name}${VALUES}`);

/** Throws where the case was not rendered, or is no YAML. */
export function readCase(name: string): Rendered {
  const text = readFileSync(join(RENDERED, `${name}.yaml`), "utf8");
  return { name, text, documents: documentsIn(text) };
}

export const documentsIn = (text: string): readonly Document[] =>
  parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw error;
    // kubeconform has held each document against its kind's schema before it was written.
    const value = document.toJS() as Document | null;
    return value === null ? [] : [value];
  });

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Lines as sha256sum writes them, sorted, with paths from the root. */
const sums = (files: readonly string[]): string =>
  files
    .map(
      (path) =>
        [relative(ROOT, path), createHash("sha256").update(readFileSync(path)).digest("hex")] as const,
    )
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, sum]) => `${sum}  ${path}\n`)
    .join("");

/** Sums of all that decides what is rendered. */
export const inputs = (): string => sums(filesIn(CHART).filter((path) => !path.endsWith(".md")));

/** Sums of what was rendered. */
export const outputs = (): string => sums(filesIn(RENDERED).filter((path) => path.endsWith(".yaml")));
