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

/** The three forms of a date (RFC 9110, section 5.6.7); the last one leaves out that it means GMT. */
const DATE =
  /^(?:[a-z]{3}, \d\d [a-z]{3} \d{4} [\d:]{8} GMT|[a-z]{6,9}, \d\d-[a-z]{3}-\d\d [\d:]{8} GMT|([a-z]{3} [a-z]{3} [ \d]\d [\d:]{8} \d{4}))$/i;

/** Milliseconds since 1970 of a date in a header; NaN where it is none, of which `Date.parse` makes one readily. */
export function httpDate(text = ""): number {
  const match = DATE.exec(text.trim());
  return match ? Date.parse(match[1] === undefined ? match[0] : `${match[1]} GMT`) : NaN;
}
