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

// First match wins. Each alternative starts with a character of its own and runs on without looking back, so that no
// text takes more than linear time. An unfinished comment reaches to the end, as it does for CSS.
const TOKEN = new RegExp(
  [
    String.raw`(?<space>(?:\s|/\*[^]*?(?:\*/|$))+)`,
    `(?<string>${STRING})`,
    String.raw`url\(\s*(?<quote>["']?)(?<link>#[^\s"'()\\<>;{}]+)\k<quote>\s*\)`,
    String.raw`(?<bad>url\((?:[^)"'\\]|${STRING}|\\[^])*\)?|\\[^]?)`,
    String.raw`(?<at>@[-\w]+)`,
    String.raw`(?<call>[-\w\u0080-\uffff]+\()`,
    String.raw`(?<word>[-\w\u0080-\uffff]+)`,
    "(?<mark>[^])",
  ].join("|"),
  "gi",
);

/** Cuts CSS into tokens. Comments become spaces; a string with an escape, markup or an address in it is `bad`. */
export const readTokens = (text: string): readonly Token[] =>
  Array.from(text.matchAll(TOKEN), ({ groups = {} }) => tokenOf(groups));

/** Tokens as text: runs of spaces are one, none stands at either end. */
export const writeTokens = (tokens: readonly Token[]): string =>
  tokens
    .map(({ text }) => text)
    .join("")
    .trim();

function tokenOf({ link, ...groups }: Readonly<Record<string, string | undefined>>): Token {
  if (link !== undefined) return { kind: "link", text: `url(${link})` };
  if (groups["space"] !== undefined) return { kind: "space", text: " " };
  const { string } = groups;
  if (string !== undefined) return { kind: /[\\<(:]|\/\//.test(string) ? "bad" : "string", text: string };
  const kind = (["bad", "at", "call", "word"] as const).find((name) => groups[name] !== undefined) ?? "mark";
  return { kind, text: groups[kind] ?? "" };
}
