import { LEXICON } from "./lexicon.ts";
import type { Options } from "./options.ts";
import { CodecError } from "./shape.ts";
import { write } from "./write.ts";

/** Writing apart from reading, so that a page that builds URLs need not load the parser. */

const ROWS = new Map(
  Object.entries(LEXICON).map(([key, [name, shape]], place) => [key, { name, shape, place }]),
);

/** Options as shortest name and arguments, in table order: one list for any two that are equal. */
export function listOptions(options: Options): (readonly [name: string, ...args: string[]])[] {
  const given = Object.entries(options).flatMap(([key, value]: [string, unknown]) => {
    const row = value === undefined ? undefined : ROWS.get(key);
    const args = row ? write(row.shape, value) : [];
    // A list of nothing says nothing, and a name alone would be read as a source.
    return row === undefined || args.length === 0
      ? []
      : [{ place: row.place, parts: [row.name, ...args] as const }];
  });
  return given.sort((one, other) => one.place - other.place).map(({ parts }) => parts);
}

// `%3A` would be repaired to a colon on its way in.
const UNWRITABLE = /[/?#\s]|%3A|[^\x21-\x7e]/;

/** The one canonical spelling of options: table order, shortest names, one segment each. Throws CodecError. */
export function formatSegments(options: Options, separator = ":"): string[] {
  return listOptions(options).map((parts) => {
    const [name, ...args] = parts;
    const segment = parts.join(separator);
    // Reading back finds a separator in a part, and one that two parts make where they meet.
    const bad =
      args.find((arg) => UNWRITABLE.test(arg)) ??
      segment.split(separator).find((part, i) => part !== parts[i]);
    if (bad !== undefined)
      throw new CodecError(`${name}: expected text that fits into a URL, got ${JSON.stringify(bad)}`);
    return segment;
  });
}
