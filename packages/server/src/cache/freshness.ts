/**
 * How long an answer may be kept, as a shared cache reads it (RFC 9111, section 4.2; RFC 5861 for what may be served
 * stale). Our own settings stand in where the origin is silent.
 */
import { httpDate } from "../message.ts";

/** Headers of an origin's answer, lower-case. */
export type OriginHeaders = Readonly<
  Partial<Record<"cache-control" | "expires" | "date" | "age" | "vary", string>>
>;

/** What holds where the origin is silent. All in seconds. */
export interface FreshnessSettings {
  readonly ttl: number;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
}

/** The life of a kept answer. All in milliseconds since 1970. */
export interface Lifetimes {
  /** When the origin made it, or last said that it is unchanged, as far as can be told: `Age` counts from here. */
  readonly bornAt: number;
  readonly freshUntil: number;
  readonly staleUntil: number;
  readonly failUntil: number;
}

interface Exchange {
  /** Before the request went out, and after the answer's head had come. Milliseconds since 1970. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** No origin is believed beyond it: purges are remembered for longer than that. */
const LONGEST_SECONDS = 30 * 86_400;

const SECOND = 1000;

/** Undefined where a shared cache may not keep the answer at all. */
export function lifetimes(
  headers: OriginHeaders,
  { askedAt, answeredAt }: Exchange,
  settings: FreshnessSettings,
): Lifetimes | undefined {
  const said = parseCacheControl(headers["cache-control"] ?? "");
  if (said.has("no-store") || said.has("private") || variesByAll(headers.vary)) return undefined;
  const own = lifetimeOf(headers, said);
  const bornAt =
    answeredAt - (own === undefined ? answeredAt - askedAt : initialAge(headers, { askedAt, answeredAt }));
  const until = (since: number, seconds: number): number =>
    since + Math.min(LONGEST_SECONDS, Math.max(0, seconds)) * SECOND;
  const mustAsk = said.has("no-cache");
  const freshUntil = mustAsk ? bornAt : until(bornAt, own ?? settings.ttl);
  const neverStale =
    mustAsk || ["must-revalidate", "proxy-revalidate", "s-maxage"].some((name) => said.has(name));
  const grace = neverStale
    ? 0
    : (secondsOf(said, "stale-while-revalidate") ?? (own === undefined ? settings.staleWhileRevalidate : 0));
  const rescue = neverStale ? 0 : (secondsOf(said, "stale-if-error") ?? settings.staleIfError);
  return {
    bornAt,
    freshUntil,
    staleUntil: until(freshUntil, grace),
    failUntil: until(freshUntil, Math.max(rescue, grace)),
  };
}

/** Seconds that the origin gives; undefined where it says nothing. What cannot be read counts as over (section 4.2.1). */
function lifetimeOf(headers: OriginHeaders, said: Directives): number | undefined {
  for (const name of ["s-maxage", "max-age"]) if (said.has(name)) return secondsOf(said, name) ?? 0;
  if (headers.expires === undefined) return undefined;
  const date = httpDate(headers.date);
  const seconds = (httpDate(headers.expires) - (Number.isNaN(date) ? Date.now() : date)) / SECOND;
  return Number.isNaN(seconds) ? 0 : seconds;
}

/** Milliseconds that an answer was old when it came (section 4.2.3). */
function initialAge({ age, date }: OriginHeaders, { askedAt, answeredAt }: Exchange): number {
  const apparent = Math.max(0, answeredAt - (httpDate(date) || answeredAt));
  // A date has whole seconds: what is younger than that is new.
  const aged = apparent < SECOND ? 0 : apparent;
  const told = /^\d+$/.test(age?.split(",")[0]?.trim() ?? "") ? Number(age?.split(",")[0]) * SECOND : 0;
  return Math.max(aged, told + (answeredAt - askedAt));
}

const variesByAll = (vary = ""): boolean => vary.split(",").some((name) => name.trim() === "*");

/** Directives by name; the first counts where one is given twice. */
export type Directives = ReadonlyMap<string, string | undefined>;

const DIRECTIVE = /([!#$%&'*+.^_`|~\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?/g;

/** Reads a Cache-Control header (RFC 9111, section 5.2): names in lower case, quotes taken off. */
export function parseCacheControl(text: string): Directives {
  const said = new Map<string, string | undefined>();
  for (const [, name = "", quoted, plain] of text.matchAll(DIRECTIVE)) {
    const key = name.toLowerCase();
    if (!said.has(key)) said.set(key, quoted ?? plain);
  }
  return said;
}

/** Undefined where the directive is missing or no number. */
function secondsOf(said: Directives, name: string): number | undefined {
  const text = said.get(name);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
