/** What may be shown of a source, outside of the log that the operator keeps: no passwords, no query strings, no novels. */
import { redact } from "./redact.ts";

const MOST_SOURCE = 120;
const ELLIPSIS = "…";

/** A source without userinfo, query and fragment, its middle left out where it is longer than `most` characters. */
export function safeSource(source: string, most: number = MOST_SOURCE): string {
  // Cut first, to bound the work; what is cut off could only be the end of a very long name.
  const plain = redact(source.slice(0, 8192));
  const end = plain.search(/[?#]/);
  return shortened(end === -1 ? plain : plain.slice(0, end), most);
}

/** Scheme and host of a source, or its scheme alone; `unknown` for what has none. */
export function originOf(source: string): string {
  const [, scheme = "", authority = ""] = /^([a-z][a-z0-9+.-]{0,20}):(?:\/\/([^/?#]*))?/i.exec(source) ?? [];
  if (scheme === "") return "unknown";
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  return host === "" ? scheme.toLowerCase() : shortened(`${scheme}://${host}`.toLowerCase(), MOST_SOURCE);
}

/** Text of an error or of options without what URLs in it must not show. */
export const safeText = (text: string, most: number): string =>
  shortened(redact(text.slice(0, 8192)).replace(/[^\s"'<>]+/g, withoutQuery), most);

/** A word without what stands behind a question mark or fragment of the URL in it, if there is one. */
function withoutQuery(word: string): string {
  const at = word.indexOf(":/");
  const end = at === -1 ? -1 : word.slice(at).search(/[?#]/);
  return end === -1 ? word : `${word.slice(0, at + end)}?${ELLIPSIS}`;
}

/** A third of what fits is left for the end, where names are. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const tail = Math.floor((most - 1) / 3);
  return text.slice(0, most - 1 - tail) + ELLIPSIS + text.slice(text.length - tail);
}
