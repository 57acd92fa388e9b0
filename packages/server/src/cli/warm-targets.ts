/** The lines of a list that may be longer than memory, and what they ask for. */

/** A line is not read any further: a list of URLs has none so long, but a file that is no list has. */
const MOST_LINE = 65_536;

/** The lines of a text, one by one; of a line that is too long, its beginning. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  let isCut = false;
  for await (const chunk of chunks) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!isCut) yield line;
      isCut = false;
    }
    if (rest.length <= MOST_LINE) continue;
    if (!isCut) yield rest.slice(0, MOST_LINE);
    isCut = true;
    rest = "";
  }
  if (rest !== "" && !isCut) yield rest;
}

/** What a line asks for. */
export type Target =
  /** Absolute. */
  | { readonly url: string }
  /** The line is neither a URL nor a path. */
  | { readonly broken: string };

/** A line of a list in JSON, as `@tintype/build` writes it. */
const QUOTED = /^"([^"\\]*)",?$/;

/** Reads a line; undefined for an empty one, a comment and a bracket of JSON. Paths are those of `server`. */
export function readTarget(line: string, server: string): Target | undefined {
  const text = line
    .replace(/^\uFEFF/, "")
    .trim()
    .replace(QUOTED, "$1");
  if (text === "" || text === "[" || text === "]" || text.startsWith("#")) return undefined;
  const url = text.startsWith("/") ? `${server}${text}` : text;
  return /^https?:\/\/[^/]/i.test(url) && URL.canParse(url) ? { url } : { broken: text };
}

/** How many requests a list comes to. */
export async function countRequests(
  lines: AsyncIterable<string>,
  server: string,
  perUrl: number,
): Promise<number> {
  let count = 0;
  for await (const line of lines) {
    const target = readTarget(line, server);
    if (target) count += "url" in target ? perUrl : 1;
  }
  return count;
}
