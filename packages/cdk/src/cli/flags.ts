import { parseArgs } from "node:util";
import { UsageError } from "./command.ts";

/** What a command line may say: flags by name without dashes, and how often they may be said. */
export type Flags = Readonly<Record<string, "switch" | "value" | "values">>;

export interface Parsed {
  /** Values by name in the order of the line; a switch has "true". */
  readonly all: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
  has(name: string): boolean;
  /** The last value under a name. */
  get(name: string): string | undefined;
}

/** Takes a command line apart. Throws UsageError on flags that nobody knows and on missing values. */
export function parseFlags(args: readonly string[], known: Flags): Parsed {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(known).map(([name, kind]) => [
        name,
        { type: kind === "switch" ? ("boolean" as const) : ("string" as const), multiple: true },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const all = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const kind = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (kind === undefined)
      throw new UsageError(
        `${token.rawName} is not a flag of this command, which takes ${Object.keys(known)
          .map((name) => `--${name}`)
          .join(", ")}`,
      );
    const value = kind === "switch" ? (token.value ?? "true") : token.value;
    if (kind === "switch" && value !== "true")
      throw new UsageError(`expected ${token.rawName} without a value, got ${JSON.stringify(value)}`);
    // `--source --stack x` has lost the source.
    if (value === undefined || value === "" || (!token.inlineValue && value.startsWith("--")))
      throw new UsageError(`expected a value behind ${token.rawName}, got ${value || "nothing"}`);
    const before = all.get(token.name) ?? [];
    if (before.length > 0 && kind === "value")
      throw new UsageError(`expected ${token.rawName} once, got it twice`);
    all.set(token.name, [...before, value]);
  }
  return {
    all,
    positionals,
    has: (name) => all.has(name),
    get: (name) => all.get(name)?.at(-1),
  };
}

/** Refuses positional arguments. Throws UsageError. */
export function none({ positionals }: Parsed): void {
  if (positionals[0] !== undefined)
    throw new UsageError(`expected flags only, got ${JSON.stringify(positionals[0])}`);
}

/** A number behind a flag, `1e9` and `0.5` among them. Throws UsageError outside of the range. */
export function numberOf(
  parsed: Parsed,
  name: string,
  fallback: number,
  [least, most]: readonly [number, number],
): number {
  const given = parsed.get(name);
  if (given === undefined) return fallback;
  const value = /^\d+(?:\.\d+)?(?:e\d{1,2})?$/i.test(given) ? Number(given) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(
    `expected a number from ${least} to ${most} behind --${name}, got ${JSON.stringify(given)}`,
  );
}

/** One of some words behind a flag. Throws UsageError. */
export function wordOf<Word extends string>(
  parsed: Parsed,
  name: string,
  words: readonly Word[],
  fallback: Word,
): Word {
  const given = parsed.get(name) ?? fallback;
  const word = words.find((candidate) => candidate === given);
  if (word !== undefined) return word;
  throw new UsageError(`expected ${words.join(" or ")} behind --${name}, got ${JSON.stringify(given)}`);
}
