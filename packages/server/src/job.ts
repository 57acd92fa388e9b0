import {
  listOptions,
  OPTIONS,
  parsePath,
  splitTarget,
  UrlError,
  type AnyOption,
  type FormatName,
  type Grammar,
  type OptionName,
  type Options,
  type Stage,
  type Wishes,
} from "@tintype/url";
import { keyOf } from "./cache/key.ts";
import { HttpError } from "./errors.ts";
import { FORMATS } from "./formats.ts";
import { header, type Headers } from "./message.ts";

/** What we decided to do. Made once, read by everything after it. */
export interface Job {
  /** Where the original lies: after replacements and base URL. */
  readonly source: string;
  readonly options: Options;
  /** Formats that the client accepts and the server offers, best first. */
  readonly accepted: readonly FormatName[];
  /** Those of them that replace even a named format. */
  readonly enforced: readonly FormatName[];
  /** Cookies to ask the source with, where the client's are passed on. */
  readonly cookie: string | undefined;
  /** Names the rendition: equal for two requests exactly where the same bytes answer both. */
  readonly key: string;
}

/** The settings that decisions are made by. */
export interface JobSettings {
  readonly grammar: Grammar;
  /** From a URL's source to the one that is asked. */
  readonly resolve: (source: string) => string;
  readonly clientHints: boolean;
  /** The Cookie header to ask a source with on behalf of a client. */
  readonly cookies: (headers: Headers, source: string) => string | undefined;
  readonly offers: Offers;
  /** Whatever else decides what pictures look like: two servers that share a cache must agree on it. */
  readonly pipeline: string;
  /** Values of request headers and cookies that the operator wants kept pictures told apart by. */
  readonly partition: (headers: Headers) => readonly string[];
}

/** Which formats are offered to clients that accept them. */
export interface Offers {
  readonly auto: readonly FormatName[];
  readonly enforced: readonly FormatName[];
}

/** Signature and path of a request target, which may stand behind a prefix. Throws HttpError. */
export function readTarget(target: string, pathPrefix: string) {
  try {
    return splitTarget(target, pathPrefix);
  } catch (error) {
    if (error instanceof UrlError) throw new HttpError(error.code, error.message, { cause: error });
    throw error;
  }
}

/** Path and headers to a decision. Throws HttpError. */
export const decide = (path: string, headers: Headers, settings: JobSettings): Job =>
  decideOn(readWishes(path, headers, settings), headers, settings);

/** What is wished for, and by whom, to a decision. Throws HttpError. */
export function decideOn(wishes: Wishes, headers: Headers, settings: JobSettings): Job {
  const { options, source: asked } = wishes;
  const source = settings.resolve(asked);
  if (isExpired(options.expires))
    throw new HttpError("expired", `expected a later time, got a URL that expired at ${options.expires}`);
  const accepted = acceptedFormats(headers, [...settings.offers.auto, ...settings.offers.enforced]);
  const enforced = accepted.filter((format) => settings.offers.enforced.includes(format));
  const cookie = settings.cookies(headers, source);
  const decided = { source, options, accepted, enforced, cookie };
  const rest = [settings.pipeline, ...pixelsOf(decided), cookie ?? "", settings.partition(headers)];
  return { ...decided, key: keyOf(source, rest) };
}

/** Throws HttpError where the format that was asked for cannot be written here, and nothing may replace it. */
export function checkFormat({ options: { format }, enforced }: Job): void {
  // An SVG source may still answer a wish for svg; all other formats need an encoder.
  if (!format || format === "svg" || FORMATS[format].save || enforced.length > 0) return;
  throw new HttpError("format_unsaveable", `no encoder for ${format} is installed`);
}

/** What a path says. Throws HttpError. */
export function readWishes(path: string, headers: Headers, { grammar, clientHints }: JobSettings): Wishes {
  try {
    return parsePath(path, clientHints ? { ...grammar, defaults: hintsOf(headers) } : grammar);
  } catch (error) {
    if (error instanceof UrlError) throw new HttpError(error.code, error.message, { cause: error });
    throw error;
  }
}

const isExpired = (expires = 0): boolean => expires > 0 && expires * 1000 < Date.now();

/** Longest, widest ratio that a client hint may ask for. */
const MAX_HINT_DPR = 8;

/** Width and DPR that the client's headers ask for; a width in device pixels becomes one in CSS pixels. */
function hintsOf(headers: Headers): Options {
  const dpr = firstNumber(headers, ["sec-ch-dpr", "dpr"], (value) => value > 0 && value <= MAX_HINT_DPR);
  const device = firstNumber(
    headers,
    ["sec-ch-width", "width"],
    (value) => value > 0 && Number.isInteger(value),
  );
  const width = device === undefined ? NaN : Math.round(device / (dpr ?? 1));
  return {
    ...(dpr !== undefined && { dpr }),
    // A tiny ratio or a huge width comes to what nobody can count in.
    ...(Number.isSafeInteger(width) && { width }),
  };
}

function firstNumber(
  headers: Headers,
  names: readonly string[],
  admits: (value: number) => boolean,
): number | undefined {
  const values = names
    .map((name) => header(headers, name))
    .map((text) => (text?.trim() ? Number(text) : NaN));
  return values.find((value) => admits(value));
}

/**
 * Offered formats that the Accept header names, in the table's order of preference: the smaller comes first. However
 * many headers there are, at most four classes come of them, since each is another picture to make and to keep: where all
 * three formats are offered, a client counts by the largest of `LADDER` that it accepts whole. Browsers that read a format
 * read those before it.
 */
function acceptedFormats(headers: Headers, offered: readonly FormatName[]): FormatName[] {
  const accept = header(headers, "accept") ?? "";
  const offers = BY_SIZE.filter((format) => offered.includes(format) && FORMATS[format].save);
  const accepted = offers.filter((format) => accept.includes(FORMATS[format].mime));
  if (offers.length < BY_SIZE.length) return accepted;
  return LADDER.find((rung) => rung.every((format) => accepted.includes(format))) ?? [];
}

export const BY_SIZE: readonly FormatName[] = ["jxl", "avif", "webp"];
export const LADDER: readonly FormatName[][] = [["jxl", "avif", "webp"], ["avif", "webp"], ["webp"]];

/** What of a decision changes bytes: not what only shapes the reply, nor what is accepted where the URL names a format. */
export function pixelsOf({ options, accepted, enforced }: Omit<Job, "key">): readonly unknown[] {
  const pixel = Object.entries(options).filter(([name]) => stageOf(name as OptionName) !== "reply");
  return [listOptions(Object.fromEntries(pixel)), options.format ? enforced : accepted];
}

const stageOf = (name: OptionName): Stage => (OPTIONS[name] as AnyOption).stage;

/** Canonical spelling of options, for the log. */
export const spelling = (options: Options): string =>
  listOptions(options)
    .map((parts) => parts.join(":"))
    .join("/");
