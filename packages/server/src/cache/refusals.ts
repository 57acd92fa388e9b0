import { HttpError, type ErrorCode } from "../errors.ts";

/** Not the error itself: its stack holds on to whatever was at hand where it was made, originals included. */
interface Refusal {
  readonly code: ErrorCode;
  readonly status: number;
  readonly message: string;
  /** On `performance.now()`'s clock, which no change of the date moves. */
  readonly until: number;
}

/** Keys that are remembered; the oldest is forgotten first. */
const MOST = 5000;

/** What could not be made, and why: a broken picture is not fetched and decoded for every visitor of its page. */
export class Refusals {
  readonly #known = new Map<string, Refusal>();

  /** A new error for each request: the log line is about this one. */
  find(key: string): HttpError | undefined {
    const refusal = this.#known.get(key);
    if (refusal && performance.now() < refusal.until) {
      const { code, status, message } = refusal;
      return new HttpError(code, `remembered: ${message}`, { status });
    }
    this.#known.delete(key);
    return undefined;
  }

  keep(key: string, { code, status, message }: HttpError, seconds: number): void {
    if (seconds <= 0) return;
    // Spread by up to a fifth, so that what failed together is not tried again together.
    this.#known.set(key, {
      code,
      status,
      message,
      until: performance.now() + seconds * 1000 * (1 + Math.random() / 5),
    });
    if (this.#known.size > MOST) this.#known.delete(this.#known.keys().next().value ?? "");
  }

  clear(): void {
    this.#known.clear();
  }
}
