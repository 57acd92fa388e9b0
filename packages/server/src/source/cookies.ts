import { CookieJar } from "tough-cookie";
import { type Headers, header } from "../message.ts";

/** Which cookies of a client are passed on to sources. */
export interface CookiePolicy {
  /** To every source, not only to those that the cookies belong to. */
  readonly all: boolean;
  /** The URL that the client's cookies belong to; empty derives it from the request's own headers. */
  readonly baseUrl: string;
}

type Pair = readonly [name: string, value: string];

/** RFC 6265, section 4.1.1: what a cookie's name and value may consist of. */
const COOKIE = /^([!#$%&'*+.^_`|~\w-]+)=("?[!\u0023-\u002b\u002d-\u003a\u003c-\u005b\u005d-\u007e ,]*"?)$/;

const pairsOf = (cookieHeader: string): readonly Pair[] =>
  cookieHeader.split(";").flatMap((part) => {
    const [, name, value] = COOKIE.exec(part.trim()) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });

const joined = (pairs: readonly Pair[]): string | undefined =>
  pairs.length === 0 ? undefined : pairs.map(([name, value]) => `${name}=${value}`).join("; ");

/** Contract http.md, section 7; a port plays no part in the scope of a cookie. */
function scopeOf(baseUrl: string, headers: Headers): string | undefined {
  const host = header(headers, "x-forwarded-host") ?? header(headers, "host");
  const scheme = header(headers, "x-forwarded-proto") ?? "http";
  const scope = baseUrl === "" ? `${scheme}://${host ?? ""}` : baseUrl;
  return URL.canParse(scope) ? scope : undefined;
}

/** The `Cookie` header to send to `sourceUrl` on behalf of a request, or undefined where none of its cookies apply. */
export function passCookies(
  { all, baseUrl }: CookiePolicy,
  headers: Headers,
  sourceUrl: string,
): string | undefined {
  const pairs = pairsOf(header(headers, "cookie") ?? "");
  if (pairs.length === 0 || !/^https?:\/\//i.test(sourceUrl)) return undefined;
  if (all) return joined(pairs);
  const scope = scopeOf(baseUrl, headers);
  if (scope === undefined || !URL.canParse(sourceUrl)) return undefined;
  const jar = new CookieJar();
  for (const [name, value] of pairs) jar.setCookieSync(`${name}=${value}`, scope, { ignoreError: true });
  return jar.getCookieStringSync(sourceUrl) || undefined;
}

/** The cookies that sources set on the way of one request through its redirects. */
export class Jar {
  /** Made on the first cookie: most sources set none. */
  #jar: CookieJar | undefined;

  keep(setCookie: readonly string[], url: URL): void {
    for (const cookie of setCookie) {
      this.#jar ??= new CookieJar();
      this.#jar.setCookieSync(cookie, url.href, { ignoreError: true });
    }
  }

  /** The `Cookie` header for `url`: those given by the caller, and over them those that sources have set. */
  header(url: URL, given: string | undefined): string | undefined {
    const set = this.#jar?.getCookieStringSync(url.href) ?? "";
    if (set === "") return given;
    return joined([...new Map([...pairsOf(given ?? ""), ...pairsOf(set)])]);
  }
}
