/** Our three words for HTTP. They exist because `Request` and `URL` rewrite paths before a signature can be checked. */

/** Header names in lower case; a header that came twice is joined as Node joins it. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One request, as it came. */
export interface Ask {
  readonly method: string;
  /** The raw request target: bytes as sent, nothing decoded, nothing normalised. */
  readonly target: string;
  readonly headers: Headers;
  /** Address of the connected peer, for the log. */
  readonly peer: string;
  /** Aborts when the client hangs up. */
  readonly signal: AbortSignal;
  /** What came behind the head; only routes that want it read it. */
  readonly body?: AsyncIterable<Uint8Array>;
}

/** One answer. A body that is an iterable is streamed, and an error in its middle cuts the connection. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | AsyncIterable<Uint8Array>;
}

export type Handle = (ask: Ask) => Promise<Reply>;

/** The first value of a header, or undefined where it was not sent. */
export function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
}
