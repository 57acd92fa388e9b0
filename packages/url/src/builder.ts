import type { Options } from "./options.ts";
import { formatSegments } from "./segments.ts";
import { formatSource, type SourceWriting } from "./source.ts";

/** A URL's path behind its signature, in the one canonical spelling. Throws CodecError. */
export function buildPath(source: string, options: Options = {}, writing: SourceWriting = {}): string {
  return [...formatSegments(options), formatSource(source, writing)].join("/");
}

export interface BuilderSettings extends SourceWriting {
  /** Where the server is, such as `https://img.example.com`, with its path prefix and without a slash at the end. */
  readonly endpoint: string;
  /** Options that every URL begins with. */
  readonly defaults?: Options;
  /** Gives the signature of a path; unsigned URLs where left out. */
  readonly sign?: (path: string) => string;
}

export type Build = (source: string, options?: Options) => string;

/** Makes a function from a source and options to a URL. */
export function createBuilder({
  endpoint,
  defaults = {},
  sign = () => "unsafe",
  ...writing
}: BuilderSettings): Build {
  const base = endpoint.replace(/\/+$/, "");
  return (source, options = {}) => {
    const path = buildPath(source, { ...defaults, ...options }, writing);
    return `${base}/${sign(path)}/${path}`;
  };
}
