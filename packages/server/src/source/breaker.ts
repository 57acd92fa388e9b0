import { HttpError } from "../errors.ts";
import type { Original, Source, Wish } from "./source.ts";

/** When a host is left alone. */
export interface BreakerSettings {
  /** Failures to connect or to answer in time, one after another, until then. */
  readonly failures: number;
  /** How long for, doubled with each failure more. */
  readonly pauseSeconds: number;
  readonly maxPauseSeconds: number;
}

/** What is remembered of a host that fails. */
interface Trouble {
  readonly failures: number;
  /** On `performance.now()`'s clock, which no change of the date moves. */
  readonly closedUntil: number;
  readonly error: HttpError;
}

/** Hosts that are remembered; the oldest is forgotten first. */
const MOST_HOSTS = 10_000;

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : "");

/** Codes of the operating system and of DNS; a malformed answer (`HPE_...`) says nothing of the host's next one. */
const NETWORK_CODE = /^E[A-Z]+$/;

/** A connection that failed or an answer that is late: the host's trouble, whatever was asked for. */
function isTrouble({ code, cause }: HttpError): boolean {
  if (code === "source_timeout") return true;
  if (code !== "source_unreachable" || !(cause instanceof Error) || !("code" in cause)) return false;
  return NETWORK_CODE.test(String(cause.code));
}

/** The source's own word; a lane that is full has a Retry-After too, but says nothing of the host. */
const asksForPause = ({ code, retryAfter }: HttpError): boolean =>
  retryAfter !== undefined && (code === "source_refused" || code === "source_failed");

/**
 * A source that leaves a host alone for a while after it has failed several times in a row, or as long as the host asks
 * for with Retry-After. One request at a time then finds out whether it is back. Refuses with the host's last error.
 */
export function breaker(source: Source, settings: BreakerSettings): Source {
  const troubles = new Map<string, Trouble>();
  const asking = new Set<string>();

  const remember = (host: string, error: HttpError): void => {
    const failures = (troubles.get(host)?.failures ?? 0) + 1;
    troubles.delete(host);
    troubles.set(host, {
      failures,
      closedUntil: performance.now() + pauseMs(failures, error, settings),
      error,
    });
    if (troubles.size > MOST_HOSTS) troubles.delete(troubles.keys().next().value ?? "");
  };

  const fetchFrom = async (host: string, url: string, wish: Wish): Promise<Original> => {
    try {
      const original = await source.fetch(url, wish);
      troubles.delete(host);
      return original;
    } catch (caught) {
      const error = HttpError.from(caught);
      if (isTrouble(error) || asksForPause(error)) remember(host, error);
      throw error;
    }
  };

  return {
    fetch: async (url, wish) => {
      const host = hostOf(url);
      const trouble = troubles.get(host);
      if (!trouble || trouble.closedUntil === -Infinity) return fetchFrom(host, url, wish);
      if (performance.now() < trouble.closedUntil || asking.has(host)) throw leftAlone(host, trouble);
      asking.add(host);
      try {
        return await fetchFrom(host, url, wish);
      } finally {
        asking.delete(host);
      }
    },
  };
}

/** Minus infinity while the host still gets the benefit of the doubt; spread by up to a fifth, so that hosts do not come back as one. */
function pauseMs(failures: number, { retryAfter }: HttpError, settings: BreakerSettings): number {
  const { pauseSeconds, maxPauseSeconds } = settings;
  if (retryAfter !== undefined) return Math.min(retryAfter, maxPauseSeconds) * 1000;
  const beyond = failures - settings.failures;
  if (beyond < 0) return -Infinity;
  return Math.min(pauseSeconds * 2 ** Math.min(beyond, 16), maxPauseSeconds) * 1000 * (1 + Math.random() / 5);
}

function leftAlone(host: string, { error, failures, closedUntil }: Trouble): HttpError {
  const seconds = Math.max(1, Math.ceil((closedUntil - performance.now()) / 1000));
  const detail = `expected ${host} to have recovered, got ${failures} failures and left it alone for ${seconds} s; the last: ${error.message}`;
  return new HttpError(error.code, detail, { status: error.status, cause: error, retryAfter: seconds });
}
