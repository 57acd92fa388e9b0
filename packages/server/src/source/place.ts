import { HttpError } from "../errors.ts";

/** Where an http(s) request goes. */
export interface Place {
  /** Parsed, for every decision: origin, host, port. */
  readonly url: URL;
  /** The path and query to send: as they were written, not as the URL parser would rewrite them. */
  readonly path: string;
  /** What the allow-list judges. */
  readonly text: string;
}

const SHAPE = /^https?:\/\/([^/?#\\]+)((?:[/?#].*)?)$/is;
const BROKEN_ESCAPE = /%(?![\da-f]{2})/i;
const CONTROL = /[\u0000-\u001f\u007f]/;

const unreachable = (detail: string): HttpError => new HttpError("source_unreachable", detail);

const percent = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;

/** What a request line cannot hold, and a backslash, which some servers take for a slash. */
const RAW = /[^\u0021-\u005b\u005d-\u007e]+/g;
/** And what RFC 3986 has in no path; in a query servers are used to it. */
const RAW_IN_PATH = /[^\u0021-\u005b\u005d-\u007e]+|["<>^`{|}]+/g;

const escapeRaw = (text: string, raw: RegExp): string =>
  text.replace(raw, (run) => [...Buffer.from(run)].map(percent).join(""));

/** Reads a source URL. Throws `source_unreachable` where two parsers could read it as two different places. */
export function readPlace(text: string): Place {
  const [, authority, rest] = SHAPE.exec(text) ?? [];
  if (authority === undefined || rest === undefined || CONTROL.test(text)) {
    throw unreachable("expected an http(s) URL with a host and without control characters");
  }
  if (authority.includes("@")) {
    throw new HttpError("source_address_forbidden", "expected no user and password in the URL, got some");
  }
  if (authority.includes("%") || authority.endsWith(":")) {
    throw unreachable(`expected a plain host and port, got ${JSON.stringify(authority)}`);
  }
  if (!URL.canParse(text)) throw unreachable(`expected a valid host, got ${JSON.stringify(authority)}`);

  const [sent = ""] = rest.split("#", 1);
  const [path = ""] = sent.split("?", 1);
  if (BROKEN_ESCAPE.test(path)) throw unreachable("expected two hex digits after each % of the path");
  const escaped = escapeRaw(path, RAW_IN_PATH) + escapeRaw(sent.slice(path.length), RAW);
  return { url: new URL(text), path: escaped.startsWith("/") ? escaped : `/${escaped}`, text };
}

/** The place that a redirect's `Location` means when it is read at `from`. */
export function followLocation(location: string, from: Place): Place {
  // Node hands bytes over as characters; those beyond ASCII are sent back byte for byte.
  const ascii = location.replace(/[\u0080-\u00ff]/g, (character) => percent(character.charCodeAt(0)));
  if (!URL.canParse(ascii, from.url.href)) throw unreachable("expected a URL in the Location of a redirect");
  const url = new URL(ascii, from.url);
  url.hash = "";
  return { url, path: `${url.pathname}${url.search}`, text: url.href };
}
