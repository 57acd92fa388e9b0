import type { Readable } from "node:stream";
import { type Detail, HttpError } from "../errors.ts";
import { httpDate } from "../message.ts";
import { capped, gunzipped, paced, tooBig, untilOver } from "./body.ts";
import type { Budget } from "./budget.ts";
import { isConditional, KEPT_HEADERS, type Original, type Wish } from "./source.ts";

/** The head of an HTTP answer, and its body to come. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

/** All values of a header, in the order in which they came. */
export const valuesOf = ({ headers }: Answer, name: string): readonly string[] => {
  const value = headers[name];
  return typeof value === "string" ? [value] : (value ?? []);
};

/** RFC 9110, section 14.4: a 206 that is the whole file after all. */
function isWhole(answer: Answer): boolean {
  const [range = ""] = valuesOf(answer, "content-range");
  const [, from, to, size] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(range) ?? [];
  const whole = size === "*" ? valuesOf(answer, "content-length")[0] : size;
  return Number(from) === 0 && Number(to) + 1 === Number(whole);
}

/** The refusal that a source's status means; 4xx is passed on. */
export function refusalOf(status: number, detail: string, more: Omit<Detail, "status"> = {}): HttpError {
  if (status >= 400 && status < 500) return new HttpError("source_refused", detail, { ...more, status });
  return new HttpError(status >= 500 && status < 600 ? "source_failed" : "source_unreachable", detail, more);
}

function checkStatus(answer: Answer, wish: Wish): void {
  const { statusCode: status } = answer;
  if (status === 200 || (status === 206 && isWhole(answer)) || (status === 304 && isConditional(wish)))
    return;
  const later = PAUSES.has(status) ? retryAfterOf(answer) : undefined;
  const pause = later === undefined ? {} : { retryAfter: later };
  throw refusalOf(status, `expected status 200, got ${status}`, pause);
}

/** Statuses with which a source asks to be left alone for a while. */
const PAUSES: ReadonlySet<number> = new Set([429, 503]);
const LONGEST_PAUSE_SECONDS = 60;

/** RFC 9110, section 10.2.3, in seconds; no source is believed beyond a minute. */
function retryAfterOf(answer: Answer): number | undefined {
  const [text = ""] = valuesOf(answer, "retry-after");
  const seconds = /^\d+$/.test(text) ? Number(text) : (httpDate(text) - Date.now()) / 1000;
  return seconds > 0 ? Math.min(LONGEST_PAUSE_SECONDS, Math.ceil(seconds)) : undefined;
}

function checkLength(answer: Answer, maxBytes: number): void {
  const [length] = valuesOf(answer, "content-length");
  // A 304 announces the length of a body that it does not have.
  if (answer.statusCode === 304 || maxBytes === 0 || Number(length ?? 0) <= maxBytes) return;
  throw tooBig(maxBytes, length ?? "");
}

/** What zlib says of bytes that are not gzip, as opposed to gzip that ends early. */
const isNotGzip = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "Z_DATA_ERROR";

function bodyFailure(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  const got = error instanceof Error ? error.message : String(error);
  const detail = `expected the rest of the body, got ${got}`;
  const code = isNotGzip(error) ? "source_unrecognised" : "source_incomplete";
  return new HttpError(code, detail, { cause: error });
}

const WINDOW_SECONDS = 2;

/** The body, whose source is left where it drips. */
function watched(body: AsyncIterable<Uint8Array>, budget: Budget): AsyncIterable<Uint8Array> {
  const { leastRate } = budget;
  if (leastRate === 0) return body;
  const detail = `expected ${leastRate} bytes a second, got fewer for ${WINDOW_SECONDS} s`;
  const slow = (): void => budget.refuse(new HttpError("source_timeout", detail));
  return paced(body, { least: leastRate * WINDOW_SECONDS, windowMs: WINDOW_SECONDS * 1000, slow });
}

async function* explained(body: AsyncIterable<Uint8Array>, budget: Budget): AsyncGenerator<Uint8Array, void> {
  try {
    yield* body;
  } catch (error) {
    throw budget.refusal ?? bodyFailure(error);
  }
  // A stream that was destroyed before anyone read from it ends as if it had been whole.
  if (budget.refusal) throw budget.refusal;
}

/**
 * The original that an answer brings. Throws HttpError where it brings none; the budget is over once the body has been
 * read or cancelled.
 */
export function originalOf(answer: Answer, wish: Wish, budget: Budget): Original {
  if (wish.mode === "picture") checkStatus(answer, wish);
  checkLength(answer, wish.maxBytes);
  const [encoding = ""] = valuesOf(answer, "content-encoding");
  const isGzip = wish.mode === "picture" && /^(?:x-)?gzip$/i.test(encoding);
  const kept = KEPT_HEADERS.flatMap((name) => {
    const values = valuesOf(answer, name);
    return values.length === 0 ? [] : [[name, values.join(", ")] as const];
  });
  const hidden = isGzip ? ["content-encoding", "content-length"] : [];
  const bytes: AsyncIterable<Uint8Array> = isGzip ? gunzipped(answer.body) : answer.body;
  return {
    status: answer.statusCode,
    headers: Object.fromEntries(kept.filter(([name]) => !hidden.includes(name))),
    ...untilOver(capped(explained(watched(bytes, budget), budget), wish.maxBytes), wish.signal, () =>
      budget.end(),
    ),
  };
}
