/** A line that is none of the grammar's; the text is left out because it may hold a secret. */
export class DotenvError extends Error {
  override readonly name = "DotenvError";
}

type Variables = Readonly<Record<string, string | undefined>>;

const LINE = /^\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*=\s*(.*?)\s*$/;
const SINGLE = /^'([^']*)'\s*(?:#.*)?$/;
const DOUBLE = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/;
// Names begin with a letter, so the `$1` and `${1}` of URL replacements stay what they are.
const BARE = /\\(\$)|\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)/g;
const QUOTED = /\\([n"\\$])|\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)/g;

/**
 * Reads lines `NAME=value`. Blank lines and those that begin with `#` mean nothing; values stand bare, in single quotes
 * (literal) or in double quotes (with `\n`, `\"` and `\\`). `$X` and `${X}` outside single quotes stand for a variable of
 * the lines above or of `around`. Throws DotenvError with the number of the line.
 */
export function parseDotenv(text: string, around: Variables = {}): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  const valueOf = (name: string): string =>
    read.get(name) ?? (Object.hasOwn(around, name) ? around[name] : undefined) ?? "";
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const [, name, raw] = LINE.exec(line) ?? [];
    const value = raw === undefined ? undefined : readValue(raw, valueOf);
    if (name === undefined || value === undefined)
      throw new DotenvError(`line ${index + 1}: expected NAME=value, NAME="value" or NAME='value'`);
    read.set(name, value);
  }
  return read;
}

function readValue(raw: string, valueOf: (name: string) => string): string | undefined {
  const expand = (text: string, pattern: RegExp): string =>
    text.replace(pattern, (_, escaped?: string, braced?: string, bare?: string) => {
      if (escaped !== undefined) return escaped === "n" ? "\n" : escaped;
      return valueOf(braced ?? bare ?? "");
    });
  const literal = SINGLE.exec(raw)?.[1];
  if (literal !== undefined) return literal;
  const quoted = DOUBLE.exec(raw)?.[1];
  if (quoted !== undefined) return expand(quoted, QUOTED);
  if (/^["']/.test(raw)) return undefined;
  return expand(raw.replace(/(?:^|\s+)#.*$/, ""), BARE);
}
