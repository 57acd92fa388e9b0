import { HttpError } from "./errors.ts";

/** Timers overflow into "at once" above this many milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A clock and some signals seen as one signal, which must be stopped when the work is over. */
export interface Deadline {
  /** Its reason is always an HttpError. */
  readonly signal: AbortSignal;
  stop(): void;
}

/** What an aborted signal means to the client: the server's clock is `timeout`, anything else a client that left. */
export function abortReason(signal: AbortSignal): HttpError {
  const reason: unknown = signal.reason;
  if (reason instanceof HttpError) return reason;
  const isClock = reason instanceof Error && reason.name === "TimeoutError";
  const detail = isClock
    ? "expected an answer in time, got none"
    : "expected a client, got a closed connection";
  return new HttpError(isClock ? "timeout" : "client_gone", detail, { cause: reason });
}

/** Aborts after `ms` milliseconds with `timeout`, or with the reason of the first of `signals` that aborts. */
export function startDeadline(ms: number, signals: readonly AbortSignal[] = []): Deadline {
  const controller = new AbortController();
  const late = () =>
    controller.abort(new HttpError("timeout", `expected an answer within ${ms} ms, got none`));
  const timer = setTimeout(late, Math.min(ms, LONGEST_TIMER_MS));
  const stop = () => {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener("abort", onAbort);
  };
  function onAbort(this: AbortSignal): void {
    stop();
    controller.abort(abortReason(this));
  }
  for (const signal of signals) {
    if (signal.aborted) onAbort.call(signal);
    else signal.addEventListener("abort", onAbort, { once: true });
  }
  return { signal: controller.signal, stop };
}
