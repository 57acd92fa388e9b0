import { CodecError, quote } from "./shape.ts";

const SCHEME = /^[a-z][a-z\d+.-]*:/i;
const BASE = /^([a-z][a-z\d+.-]*:)\/\/[^/?#]*/i;
// Whoever fetches `a/../b` fetches `b`, which may be no part of the base.
const CLIMBS = /(?:^|[/\\])(?:\.|%2e){1,2}(?:$|[/\\])/i;

/**
 * Makes sources absolute by a base URL, as text: nothing is decoded, escaped or shortened on the way. `/a` is relative to
 * the base's host, `a` to the whole base, be there a slash at its end or not, and `//host/a` to its scheme, which is https
 * where the base is no web address. What has a scheme stays as it is. Throws CodecError on a base without a scheme, and
 * on relative sources with `.` or `..` in their path.
 */
export function relativeTo(baseUrl: string): (source: string) => string {
  const [host, scheme = ""] = BASE.exec(baseUrl) ?? [];
  if (host === undefined)
    throw new CodecError(`baseUrl: expected a URL with a scheme and //, got ${quote(baseUrl)}`);
  const web = /^https?:$/i.test(scheme) ? scheme : "https:";
  // Slashes that follow the scheme are no end: `local:///` has a folder already.
  const folder = baseUrl.replace(/[?#].*$/s, "").replace(/(?<![:/]\/*)\/*$/, "/");
  return (source) => {
    if (SCHEME.test(source)) return source;
    if (CLIMBS.test(source.split(/[?#]/, 1)[0] ?? ""))
      throw new CodecError(`source: expected a path without "." and ".." in it, got ${quote(source)}`);
    if (source.startsWith("//")) return web + source;
    return source.startsWith("/") ? host + source : folder + source;
  };
}
