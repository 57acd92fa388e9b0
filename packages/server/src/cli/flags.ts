import { parseArgs } from "node:util";
import { ROWS } from "../config/names.ts";
import { nearest } from "../config/nearest.ts";
import { UsageError } from "./command.ts";

/** What a command line may say: flags by name without dashes, true for those that may stand without a value. */
export type Flags = ReadonlyMap<string, boolean>;

export interface Parsed {
  /** Values by name; a flag without a value has "true". The last of two counts. */
  readonly flags: ReadonlyMap<string, string>;
  readonly positionals: readonly string[];
}

/** A flag for every setting. */
export const SETTING_FLAGS: Flags = new Map(ROWS.map(({ flag, kind }) => [flag, kind.bare === true]));

/** Takes a command line apart. Throws UsageError on flags that nobody knows and on missing values. */
export function parseFlags(args: readonly string[], known: Flags): Parsed {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      [...known].map(([name, bare]) => [name, { type: bare ? ("boolean" as const) : ("string" as const) }]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const flags = new Map<string, string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind === "option") flags.set(token.name, valueOf(token, known));
  }
  return { flags, positionals };
}

interface Token {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function valueOf({ name, rawName, value, inlineValue }: Token, known: Flags): string {
  const bare = known.get(name);
  if (bare === undefined)
    throw new UsageError(`${rawName} is not a flag of this command${suggest(name, known)}`);
  if (value === undefined && bare) return "true";
  // `--width --height 3` has lost the width.
  if (value === undefined || (!inlineValue && value.startsWith("--")))
    throw new UsageError(`expected a value behind ${rawName}, got ${value ?? "nothing"}`);
  return value;
}

function suggest(name: string, known: Flags): string {
  const meant = nearest(name, known.keys());
  return meant === undefined ? "" : `; is --${meant} meant?`;
}

/** The only positional argument. Throws UsageError where there are none or several. */
export function only(positionals: readonly string[], what: string): string {
  const [first] = positionals;
  if (first === undefined || positionals.length > 1)
    throw new UsageError(`expected ${what}, got ${positionals.length || "nothing"}`);
  return first;
}

/** Refuses positional arguments. Throws UsageError. */
export function none(positionals: readonly string[]): void {
  if (positionals[0] !== undefined)
    throw new UsageError(`expected flags only, got ${JSON.stringify(positionals[0])}`);
}
