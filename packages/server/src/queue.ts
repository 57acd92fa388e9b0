import { abortReason, startDeadline } from "./deadline.ts";
import { HttpError } from "./errors.ts";

const LONGEST_RETRY_SECONDS = 30;
/** Share of the newest run in the moving average of run times. */
const NEWEST_SHARE = 0.1;

/** People in a line, served in the order in which they came; whoever's signal aborts leaves at once. */
export class Line<T> {
  readonly #takers = new Set<(value: T) => void>();

  get length(): number {
    return this.#takers.size;
  }

  /** Resolves when it is this caller's turn; rejects with the signal's reason as HttpError. */
  wait(signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(abortReason(signal));
        return;
      }
      const leave = () => {
        this.#takers.delete(take);
        reject(abortReason(signal));
      };
      const take = (value: T) => {
        signal.removeEventListener("abort", leave);
        resolve(value);
      };
      this.#takers.add(take);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  /** Hands a value to the first in line; false when nobody waits. */
  give(value: T): boolean {
    const [first] = this.#takers;
    if (first === undefined) return false;
    this.#takers.delete(first);
    first(value);
    return true;
  }
}

export interface QueueOptions {
  /** How many pieces of work may run at a time. */
  readonly slots: number;
  /** How many may wait for a slot; 0 lets nobody wait. */
  readonly line: number;
  /** How long each may wait. */
  readonly waitSeconds: number;
}

/** A place among those that work. */
export interface Slot {
  readonly leave: () => void;
}

/** Slots for work, and a bounded line in front of them. */
export class Queue {
  readonly #options: QueueOptions;
  readonly #line = new Line<undefined>();
  #running = 0;
  #meanSeconds = 1;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#line.length;
  }

  /** Runs `work` in a slot and gives its answer. Throws as `enter` does. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const slot = await this.enter(signal);
    try {
      return await work();
    } finally {
      slot.leave();
    }
  }

  /**
   * Takes a slot, which must be left once. Throws HttpError: `queue_full` at once when the line is full, `timeout` after
   * `waitSeconds` in it, and the signal's reason when that aborts before a slot was free.
   */
  async enter(signal: AbortSignal): Promise<Slot> {
    await this.#enter(signal);
    const began = performance.now();
    return { leave: () => this.#leave((performance.now() - began) / 1000) };
  }

  async #enter(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw abortReason(signal);
    if (this.#running < this.#options.slots) {
      this.#running += 1;
      return;
    }
    if (this.#line.length >= this.#options.line) throw this.#full();
    const deadline = startDeadline(this.#options.waitSeconds * 1000, [signal]);
    try {
      await this.#line.wait(deadline.signal);
    } finally {
      deadline.stop();
    }
  }

  /** The slot goes straight to the first in line, so that no newcomer can slip in between. */
  #leave(seconds: number): void {
    this.#meanSeconds += (seconds - this.#meanSeconds) * NEWEST_SHARE;
    if (!this.#line.give(undefined)) this.#running -= 1;
  }

  #full(): HttpError {
    const { slots, line } = this.#options;
    const seconds = Math.ceil((this.#meanSeconds * (this.#line.length + 1)) / slots);
    const retryAfter = Math.min(LONGEST_RETRY_SECONDS, Math.max(1, seconds));
    return new HttpError("queue_full", `expected a line of at most ${line}, got one more`, { retryAfter });
  }
}

export const createQueue = (options: QueueOptions): Queue => new Queue(options);
