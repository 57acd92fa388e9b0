import type { Needle } from "./secrets.ts";

/** A file of the output, as far as it is looked at. */
export interface Emitted {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** A sentence for every setting that a file gives away. It names both, and holds no secret. */
export const leaksOf = ({ name, content }: Emitted, needles: readonly Needle[]): readonly string[] => [
  ...new Set(
    [...readings(Buffer.from(content).toString("latin1"))].flatMap((reading) =>
      needles
        .filter(({ text, form }) => (form === "hex" ? reading.toLowerCase() : reading).includes(text))
        .map(({ setting, form }) => `${name} holds the setting ${JSON.stringify(setting)} (in ${form})`),
    ),
  ),
];

/** One sentence for the output as a whole; undefined where it gives nothing away. */
export function complainOf(files: Iterable<Emitted>, needles: readonly Needle[]): string | undefined {
  const leaks = [...files].flatMap((file) => leaksOf(file, needles));
  if (leaks.length === 0) return undefined;
  return `${leaks.join("; ")}: whoever loads the page could sign with it. Use it only where no browser gets it, and exchange it if a page with it was published`;
}

/** A text, what its escapes stand for where it is a program, and what is embedded in it, such as an inline source map. */
function* readings(text: string): Generator<string> {
  yield text;
  if (text.includes("\\") && !text.includes("\0")) yield unescape(text);
  for (const [, embedded = ""] of text.matchAll(/;base64,([\w+/-]{16,})/g))
    yield* readings(Buffer.from(embedded, "base64").toString("latin1"));
}

const ESCAPE = /\\(?:x([\da-f]{2})|u([\da-f]{4})|u\{([\da-f]{1,6})\}|([^ux\d]|0))/gi;
const LETTERS: Readonly<Record<string, string>> = {
  0: "\0",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** What a program's text holds, in UTF-8, a character for each byte. */
const unescape = (text: string): string =>
  text.replace(ESCAPE, (whole, byte?: string, unit?: string, point?: string, letter?: string) => {
    if (letter !== undefined) return LETTERS[letter] ?? letter;
    const code = parseInt(byte ?? unit ?? point ?? "", 16);
    return code > 0x10ffff ? whole : Buffer.from(String.fromCodePoint(code)).toString("latin1");
  });
