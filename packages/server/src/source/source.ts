import { HttpError } from "../errors.ts";

/** What every kind of place that pictures come from agrees on. */

/** What is wanted of one fetch. */
export interface Wish {
  /** Ends the fetch, its body included. */
  readonly signal: AbortSignal;
  /** Most bytes that the body may have after decoding; 0 means no limit. */
  readonly maxBytes: number;
  /** Request headers to send along, lower-case: `cookie`, and for a relay `if-none-match`, `range`, ... */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * `picture`: only a whole 200 (or whole 206) is an answer, and a 304 where the headers have conditions; ranges are
   * not asked for, and a gzip layer is taken off.
   * `relay`: any status is an answer and the body is passed as it comes (contract http.md, section 9).
   */
  readonly mode: "picture" | "relay";
}

/** The headers of a source's answer that mean something here. */
export const KEPT_HEADERS = [
  "content-type",
  "content-length",
  "content-encoding",
  "content-range",
  "accept-ranges",
  "etag",
  "last-modified",
  "cache-control",
  "expires",
  "age",
  "date",
  "vary",
] as const;

/** What asks whether a copy is still good (RFC 9110, section 13.1). */
export const CONDITIONS = ["if-none-match", "if-modified-since"] as const;

/** Whether a 304 may answer a wish. */
export const isConditional = ({ headers }: Wish): boolean =>
  CONDITIONS.some((name) => headers[name] !== undefined);

/** A source's answer: the bytes of a picture, still streaming. */
export interface Original {
  readonly status: number;
  /** Only KEPT_HEADERS, lower-case. */
  readonly headers: Readonly<Partial<Record<(typeof KEPT_HEADERS)[number], string>>>;
  /** Throws HttpError when the bytes end early, come too slowly or are too many. Must be read or `cancel`led. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of the connection without reading on; safe to call twice. */
  cancel(): void;
}

/** One kind of place that pictures come from. A source is a factory's answer, such as `fileSource({ root })`. */
export interface Source {
  /** Throws HttpError with one of the `source_*` codes. */
  fetch(url: string, wish: Wish): Promise<Original>;
}

/** A source that hands each URL to the one of its scheme. Throws HttpError("source_unreachable") where none is. */
export function byScheme(sources: Readonly<Record<string, Source>>): Source {
  return {
    fetch: (url, wish) => {
      const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase() ?? "";
      const source = Object.hasOwn(sources, scheme) ? sources[scheme] : undefined;
      if (!source)
        return Promise.reject(
          new HttpError(
            "source_unreachable",
            `expected a scheme of ${Object.keys(sources).join(", ")}, got ${url}`,
          ),
        );
      return source.fetch(url, wish);
    },
  };
}
