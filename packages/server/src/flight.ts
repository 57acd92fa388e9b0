import { abortReason } from "./deadline.ts";
import { HttpError } from "./errors.ts";

interface Trip<T> {
  readonly outcome: Promise<T>;
  readonly controller: AbortController;
  waiters: number;
}

/**
 * One piece of work per key, shared by all who ask for it while it runs. Its signal aborts only when the last of
 * them has left; a waiter whose own signal aborts leaves at once with what its reason means. Failures reach every waiter.
 */
export class Flight<T> {
  readonly #trips = new Map<string, Trip<T>>();

  /** How many pieces of work are under way. */
  get size(): number {
    return this.#trips.size;
  }

  async share(key: string, start: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw abortReason(signal);
    const trip = this.#trips.get(key) ?? this.#begin(key, start);
    trip.waiters += 1;
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        this.#leave(key, trip);
        reject(abortReason(signal));
      };
      signal.addEventListener("abort", leave, { once: true });
      const stay = (): void => signal.removeEventListener("abort", leave);
      trip.outcome.then(resolve, reject).finally(stay).catch(reject);
    });
  }

  #begin(key: string, start: (signal: AbortSignal) => Promise<T>): Trip<T> {
    const controller = new AbortController();
    // An async function, so that a `start` that throws at once fails like one that rejects.
    const run = async (): Promise<T> => start(controller.signal);
    const trip: Trip<T> = { outcome: run(), controller, waiters: 0 };
    this.#trips.set(key, trip);
    const settle = (): void => this.#forget(key, trip);
    trip.outcome.then(settle, settle);
    return trip;
  }

  #leave(key: string, trip: Trip<T>): void {
    trip.waiters -= 1;
    if (trip.waiters > 0) return;
    // Forgotten before it has settled, so that nobody joins work that is being ended.
    this.#forget(key, trip);
    trip.controller.abort(new HttpError("client_gone", "expected someone to wait for the work, got nobody"));
  }

  #forget(key: string, trip: Trip<T>): void {
    if (this.#trips.get(key) === trip) this.#trips.delete(key);
  }
}
