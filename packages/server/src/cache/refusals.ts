import type { HttpError } from "../errors.ts";

interface Refusal {
  readonly error: HttpError;
  /** On `performance.now()`'s clock, which no change of the date moves. */
  readonly until: number;
}

/** Keys that are remembered; the oldest is forgotten first. */
const MOST = 5000;

/** What could not be made, and why: a broken picture is not fetched and decoded for every visitor of its page. */
export class Refusals {
  readonly #known = new Map<string, Refusal>();

  find(key: string): HttpError | undefined {
    const refusal = this.#known.get(key);
    if (refusal && performance.now() < refusal.until) return refusal.error;
    this.#known.delete(key);
    return undefined;
  }

  keep(key: string, error: HttpError, seconds: number): void {
    if (seconds <= 0) return;
    // Spread by up to a fifth, so that what failed together is not tried again together.
    this.#known.set(key, { error, until: performance.now() + seconds * 1000 * (1 + Math.random() / 5) });
    if (this.#known.size > MOST) this.#known.delete(this.#known.keys().next().value ?? "");
  }

  clear(): void {
    this.#known.clear();
  }
}
