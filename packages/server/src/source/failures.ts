import { HttpError } from "../errors.ts";
import type { Source } from "./source.ts";

/** How long a failure is believed without asking again. */
export interface FailureSettings {
  /** Seconds for what is not there (404, 410). */
  readonly missingSeconds: number;
  /** Seconds for a source that fails (5xx, time-outs, no connection). */
  readonly failureSeconds: number;
}

/** Not the error itself: its stack holds on to whatever was at hand where it was made. */
interface Failure extends Pick<HttpError, "code" | "status" | "message"> {
  /** On `performance.now()`'s clock, which no change of the date moves. */
  readonly until: number;
}

/** URLs that are remembered; the oldest is forgotten first. Their texts are at most 8 KB each. */
const MOST_URLS = 5000;

const MISSING = new Set([404, 410]);
const FAILING = new Set(["source_failed", "source_timeout", "source_unreachable"]);

/** 0 for what says nothing about the next request, such as a refused authorisation. */
function secondsFor(
  { code, status }: HttpError,
  { missingSeconds, failureSeconds }: FailureSettings,
): number {
  if (code === "source_refused") return MISSING.has(status) ? missingSeconds : 0;
  return FAILING.has(code) ? failureSeconds : 0;
}

/** A source that can be told to try again what failed before. */
export interface ForgetfulSource extends Source {
  forget(): void;
}

/**
 * A source that remembers for a while which pictures could not be had, so that a page with a missing picture costs its
 * origin one request and not one per visitor. Requests with cookies are not remembered: another visitor's may succeed.
 */
export function failures(source: Source, settings: FailureSettings): ForgetfulSource {
  const known = new Map<string, Failure>();

  const remember = (url: string, error: HttpError): void => {
    const seconds = secondsFor(error, settings);
    if (seconds === 0) return;
    // Spread by up to a fifth, so that what failed together is not asked for again together.
    const { code, status, message } = error;
    known.set(url, {
      code,
      status,
      message,
      until: performance.now() + seconds * 1000 * (1 + Math.random() / 5),
    });
    if (known.size > MOST_URLS) known.delete(known.keys().next().value ?? "");
  };

  return {
    fetch: async (url, wish) => {
      if (wish.mode === "relay" || wish.headers["cookie"] !== undefined) return source.fetch(url, wish);
      const failure = known.get(url);
      if (failure && performance.now() < failure.until) throw again(failure);
      known.delete(url);
      try {
        return await source.fetch(url, wish);
      } catch (caught) {
        const error = HttpError.from(caught);
        remember(url, error);
        throw error;
      }
    },
    forget: () => known.clear(),
  };
}

/** A new error for each request: the log line is about this one. */
const again = ({ code, status, message }: Failure): HttpError =>
  new HttpError(code, `remembered: ${message}`, { status });
