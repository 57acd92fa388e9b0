/**
 * What a piece of CSS is, as far as cleaning needs to know: `call` is a function's name with its bracket, `link` an
 * `url()` of this document's own, `bad` whatever makes its declaration or rule go. A `mark` is one character.
 */
export type TokenKind = "space" | "string" | "link" | "bad" | "at" | "call" | "word" | "mark";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const STRING = String.raw`"(?:[^"\\\n\r\f]|\\[^])*"|'(?:[^'\\\n\r\f]|\\[^])*'`;
const COMMENT = String.raw`/\*[^]*?(?:\*/|$)`;
const WORD = String.raw`[-\w\u0080-\uffff]+`;

// First match wins. Each alternative starts with a character of its own and runs on without looking back, so that no
// text takes more than linear time. An unfinished comment or url() reaches to the end, as it does for CSS.
const TOKEN = new RegExp(
  [
    String.raw`(?:\s|${COMMENT})+`,
    STRING,
    String.raw`url\((?:[^)"'\\]|${STRING}|\\[^])*\)?`,
    String.raw`\\[^]?`,
    `@${WORD}`,
    String.raw`${WORD}\(?`,
    "[^]",
  ].join("|"),
  "gi",
);

const LINK = /^url\(\s*(["']?)(#[^\s"'()\\<>;{}]+)\1\s*\)$/i;

/** Cuts CSS into tokens. Comments become spaces; a string with an escape, markup or an address in it is `bad`. */
export const readTokens = (text: string): readonly Token[] => (text.match(TOKEN) ?? []).map(tokenOf);

/** Tokens as text, without a space at either end. */
export const writeTokens = (tokens: readonly Token[]): string =>
  tokens
    .map(({ text }) => text)
    .join("")
    .trim();

function tokenOf(text: string): Token {
  if (/^(?:\s|\/\*)/.test(text)) return { kind: "space", text: " " };
  if (/^url\(/i.test(text)) return linkOf(text);
  if (text.startsWith("\\")) return { kind: "bad", text };
  if (text.length > 1 && /^["']/.test(text))
    return { kind: /[\\<(:]|\/\//.test(text) ? "bad" : "string", text };
  if (text.length > 1 && text.startsWith("@")) return { kind: "at", text };
  if (text.length > 1 && text.endsWith("(")) return { kind: "call", text };
  return { kind: /^[-\w\u0080-\uffff]/.test(text) ? "word" : "mark", text };
}

function linkOf(text: string): Token {
  const [, , target] = LINK.exec(text) ?? [];
  return target === undefined ? { kind: "bad", text } : { kind: "link", text: `url(${target})` };
}
