import { domainToASCII } from "node:url";
import { capture, fits } from "./glob.ts";

/** Which source URLs may be asked for. */
export interface Allowlist {
  /** Judges the final source URL, after replacements and base URL, exactly as it is about to be fetched. */
  allows(source: string): boolean;
  /** The ports that patterns name, for the gate. */
  readonly ports: readonly number[];
}

/** What holds for every source where no pattern is given. */
export interface AllowlistMode {
  readonly unlisted: "allowed" | "refused";
}

/** A source URL in the parts that patterns are compared with. */
interface Asked {
  readonly text: string;
  /** Only for http and https: what stands after the host, raw, and the parsed URL. */
  readonly web: { readonly rest: string; readonly url: URL } | undefined;
  /** A path that a server or a disk may read as one above itself. */
  readonly climbs: boolean;
}

interface Entry {
  matches(asked: Asked): boolean;
  readonly port?: number;
}

const PARTS = /^([^:/?#]*):\/\/([^/?#]*)(.*)$/s;
const WEB = /^https?:\/\/[^/?#\\@]+((?:[/?#].*)?)$/is;
const CLIMBS = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:$|[/\\?#]|%2f|%5c)/i;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/** Undefined where an http(s) URL is written in a way that two parsers could read differently. */
function read(text: string): Asked | undefined {
  if (!/^https?:/i.test(text)) return { text, web: undefined, climbs: CLIMBS.test(text) };
  const [, after] = WEB.exec(text) ?? [];
  if (after === undefined || !URL.canParse(text)) return undefined;
  const rest = after.startsWith("/") ? after : `/${after}`;
  const [path = ""] = rest.split(/[?#]/, 1);
  return { text, web: { rest, url: new URL(text) }, climbs: CLIMBS.test(path) };
}

/** The spelling of a host that the URL parser arrives at, `*` left alone. */
function canonical(host: string, pattern: string): string {
  const wrong = new Error(
    `expected a source pattern with a host name, got ${JSON.stringify(pattern)}: ${JSON.stringify(host)} is none`,
  );
  if (!host.includes("*")) {
    if (!URL.canParse(`http://${host}/`)) throw wrong;
    return new URL(`http://${host}/`).hostname;
  }
  const labels = host.toLowerCase().split(".");
  const ascii = labels.map((label) => (label.includes("*") ? label : domainToASCII(label)));
  if (labels.some((label, index) => label !== "" && ascii[index] === "")) throw wrong;
  return ascii.join(".");
}

interface Authority {
  readonly host: string;
  /** Undefined is the scheme's own port. */
  readonly port: string | undefined;
}

function readAuthority(authority: string, pattern: string): Authority {
  if (authority.includes("@") || authority.includes("\\")) {
    throw new Error(`expected a source pattern without user and password, got ${JSON.stringify(pattern)}`);
  }
  const [, name = "", given] = /^(.*?)(?::(\d+|\*))?$/s.exec(authority) ?? [];
  // The run that a `*` at the end stands for may reach over the port.
  const port = given ?? (authority.endsWith("*") || authority === "" ? "*" : undefined);
  return { host: name === "" ? "*" : canonical(name, pattern), port };
}

const hasPort = (port: string | undefined, url: URL): boolean =>
  port === "*" || (url.port || DEFAULT_PORTS[url.protocol]) === (port ?? DEFAULT_PORTS[url.protocol]);

/** An entry for http and https: scheme, host and port must fit wholly, only the path is a prefix. */
function webEntry(scheme: string, { host, port }: Authority, rest: string): Entry["matches"] {
  const parsed = new URL(`http://x${rest}`);
  const normal = rest === "" ? "" : `${parsed.pathname}${parsed.search}`;
  return ({ web, climbs }) => {
    if (web === undefined) return false;
    const { url } = web;
    if (!fits(scheme, url.protocol.slice(0, -1), { whole: true })) return false;
    if (!fits(host, url.hostname, { whole: true }) || !hasPort(port, url)) return false;
    if (rest === "" || rest === "/") return true;
    // The path as written is what will be sent, the normal form is what the server may make of it: both must fit.
    const asParsed = fits(normal, `${url.pathname}${url.search}`, { whole: false });
    return asParsed && fits(rest, web.rest, { whole: false }) && !climbs;
  };
}

/** An entry for every other scheme: a plain prefix. A path in it must not be left again by dot segments. */
function rawEntry(pattern: string): Entry["matches"] {
  const namesPath = /:\/\/[^/]*\/+[^/]/.test(pattern);
  return ({ text, web, climbs }) => {
    // Without `://` a pattern says nothing about an http host, so all that it may name there is the scheme.
    if (web !== undefined && pattern.includes("/")) return false;
    return fits(pattern, text, { whole: false }) && !(namesPath && climbs);
  };
}

function readPattern(pattern: string): Entry {
  if (pattern.trim() === "") {
    throw new Error(
      "expected a source pattern, got an empty one, which would allow everything: remove the comma",
    );
  }
  const raw = rawEntry(pattern);
  const [, scheme, authority, rest] = PARTS.exec(pattern) ?? [];
  if (scheme === undefined || authority === undefined || rest === undefined) return { matches: raw };
  const isWeb = ["http", "https"].some((name) => fits(scheme.toLowerCase(), name, { whole: true }));
  if (!isWeb) return { matches: raw };

  const { host, port } = readAuthority(authority, pattern);
  const web = webEntry(scheme.toLowerCase(), { host, port }, rest);
  return {
    matches: (asked) => (asked.web === undefined ? raw(asked) : web(asked)),
    ...(port !== undefined && port !== "*" && { port: Number(port) }),
  };
}

/**
 * The allow-list made of IMGPROXY_ALLOWED_SOURCES. A pattern is a prefix of the source URL in which `*` stands for
 * any run without `/`, except that a host is never a prefix: `https://a.example` does not allow
 * `https://a.example.org`, nor another port. Throws a plain Error where a pattern is empty or malformed.
 */
export function createAllowlist(patterns: readonly string[], { unlisted }: AllowlistMode): Allowlist {
  const entries = patterns.map(readPattern);
  const allows = (source: string): boolean => {
    if (entries.length === 0) return unlisted === "allowed";
    const asked = read(source);
    return asked !== undefined && entries.some((entry) => entry.matches(asked));
  };
  return { allows, ports: entries.flatMap(({ port }) => port ?? []) };
}

/** One entry of IMGPROXY_URL_REPLACEMENTS. */
export interface Replacement {
  /** A prefix pattern as in the allow-list. */
  readonly pattern: string;
  /** `$1` and `${1}` stand for what the first `*` covered, `$$` for a dollar sign (Go's `Regexp.Expand`). */
  readonly replacement: string;
}

const expand = (template: string, groups: readonly string[]): string =>
  template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) =>
    whole === "$$" ? "$" : (groups[/^\d+$/.test(braced ?? bare ?? "") ? Number(braced ?? bare) : -1] ?? ""),
  );

/** Rewrites source URLs by a list of replacements, each applied once, in their order. */
export function replaceUrl(replacements: readonly Replacement[]): (url: string) => string {
  return (url) =>
    replacements.reduce((text, { pattern, replacement }) => {
      const [covered, ...groups] = capture(pattern, text) ?? [];
      if (covered === undefined) return text;
      return `${expand(replacement, [covered, ...groups])}${text.slice(covered.length)}`;
    }, url);
}

/** Puts the base URL in front of a source URL that does not already start with it. */
export const applyBase = (base: string, url: string): string =>
  url.startsWith(base) ? url : `${base}${url}`;
