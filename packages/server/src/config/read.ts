import { CodecError } from "@tintype/url";
import type { SomeConfig } from "./config.ts";
import type { Gathered } from "./gather.ts";
import { ROWS, type Row } from "./names.ts";

/** Values of the settings that were given, and what is to be said of those that could not be read. */
export interface Values {
  readonly values: SomeConfig;
  readonly failed: ReadonlySet<string>;
  readonly complaints: readonly string[];
  readonly warnings: readonly string[];
}

/** Reads the text of every setting that has one. */
export function readValues({ texts }: Pick<Gathered, "texts">): Values {
  const values: Record<string, Record<string, unknown>> = {};
  const failed = new Set<string>();
  const complaints: string[] = [];
  const warnings: string[] = [];
  for (const row of ROWS) {
    const given = texts.get(row.path);
    if (!given) continue;
    const peer = (key: string): string => textOf(`${row.group}.${key}`, texts);
    const { value, problem } = read(row, given.text, peer);
    if (problem === undefined) {
      values[row.group] = { ...values[row.group], [row.key]: value };
      continue;
    }
    failed.add(row.path);
    if (row.lenient) warnings.push(`${given.origin.name}: ${problem}; it counts as not set`);
    else complaints.push(`${given.origin.name}: ${problem}`);
  }
  return { values, failed, complaints, warnings };
}

function textOf(path: string, texts: Gathered["texts"]): string {
  const row = ROWS.find((candidate) => candidate.path === path);
  return texts.get(path)?.text ?? row?.kind.write(row.fallback) ?? "";
}

function read(row: Row, text: string, peer: (key: string) => string): { value?: unknown; problem?: string } {
  try {
    return { value: row.kind.read(text, peer) };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return { problem: row.secret ? `expected ${row.kind.expects}, got ***` : error.message };
  }
}
