import { check } from "./check.ts";
import { LEXICON } from "./lexicon.ts";
import type { Options } from "./options.ts";
import { relativeTo } from "./relative.ts";
import { CodecError, quote, type Shape } from "./shape.ts";
import { formatSource, type SourceWriting } from "./source.ts";
import { formatSegments } from "./spelling.ts";

const WRITING: Shape = {
  kind: "fields",
  of: { form: { kind: "choice", of: ["plain", "base64"] }, extension: LEXICON.format[1] },
};
const SOURCE: Shape = { kind: "text", filled: true };

/** Throws CodecError where an option is none of the table's, or its value none that the server could read. */
export function checkOptions(options: Options): void {
  // From JavaScript anything may come.
  const given: Readonly<Record<string, unknown>> = options;
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(LEXICON, key)) throw new CodecError(`expected an option, got ${quote(key)}`);
    if (value !== undefined) check(LEXICON[key as keyof Options][1], value, key);
  }
}

/**
 * A URL's path behind its signature, in the one canonical spelling. Throws CodecError, which names the option and says
 * what was expected of it.
 */
export function buildPath(source: string, options: Options = {}, writing: SourceWriting = {}): string {
  check(SOURCE, source, "source");
  checkOptions(options);
  check(WRITING, writing, "settings");
  return [...formatSegments(options), formatSource(source, writing)].join("/");
}

export interface BuilderSettings<Signature extends string | Promise<string> = string> extends SourceWriting {
  /** Where the server is, such as `https://img.example.com`, with its path prefix; empty for the page's own host. */
  readonly endpoint: string;
  /**
   * What sources without a scheme are relative to, such as `https://shop.example`: `/a.jpg` to its host, `a.jpg` to all
   * of it. Where it is left out, sources are passed on as they are, for a server that has a base URL of its own.
   */
  readonly baseUrl?: string;
  /** Options that every URL begins with. What a call says wins. */
  readonly defaults?: Options;
  /** Gives the signature of a path, or promises it; URLs are unsigned where it is left out. It knows a key, so it is for servers. */
  readonly sign?: (path: string) => Signature;
}

/** Options over the defaults of a builder; `undefined` takes a default away. */
export type Overrides = { readonly [K in keyof Options]?: Options[K] | undefined };

/** From a source and options to a URL, or to the promise of one. Throws CodecError, and never promises one. */
export type Build<Url extends string | Promise<string> = string> = (
  source: string,
  options?: Overrides,
) => Url;

/**
 * Makes a function from a source and options to a URL, or to the promise of one where `sign` promises a signature.
 * Throws CodecError where a setting is wrong.
 */
export function createBuilder<Signature extends string | Promise<string> = string>({
  endpoint,
  baseUrl,
  defaults = {},
  sign,
  ...writing
}: BuilderSettings<Signature>): Build<Signature extends string ? string : Promise<string>> {
  check({ kind: "text" }, endpoint, "endpoint");
  if (/[?#\s]/.test(endpoint))
    throw new CodecError(`endpoint: expected a URL without a query, got ${quote(endpoint)}`);
  check(WRITING, writing, "settings");
  checkOptions(defaults);
  const base = endpoint.replace(/\/+$/, "");
  const resolve = baseUrl === undefined ? (source: string) => source : relativeTo(baseUrl);
  const build: Build<string | Promise<string>> = (source, options) => {
    check(SOURCE, source, "source");
    // What is undefined is not asked for, be it absent or not.
    const path = buildPath(resolve(source), { ...defaults, ...options } as Options, writing);
    const signature = sign ? sign(path) : "unsafe";
    const urlWith = (text: string): string => `${base}/${text}/${path}`;
    return typeof signature === "string" ? urlWith(signature) : signature.then(urlWith);
  };
  // Signatures and URLs are promised alike, which the compiler cannot follow.
  return build as Build<Signature extends string ? string : Promise<string>>;
}
