import { abortReason, startDeadline } from "./deadline.ts";
import { HttpError } from "./errors.ts";

const LONGEST_RETRY_SECONDS = 30;
/** Share of the newest time in a moving average of times. */
const NEWEST_SHARE = 0.1;
/** Of those who should be served within a time, so many are counted on: with more, too many are let in that find no place. */
const SURE_SHARE = 0.75;
/** In means: whoever fetches for longer may come at any time or never, and is not counted. */
const LATE_MEANS = 2;

/** People in a line, served in the order in which they came; whoever's signal aborts leaves at once. */
export class Line<T> {
  readonly #takers = new Map<(value: T) => void, number>();

  get length(): number {
    return this.#takers.size;
  }

  /** What the first in line said that it needs; undefined when nobody waits. */
  get firstNeed(): number | undefined {
    const [need] = this.#takers.values();
    return need;
  }

  /** Resolves when it is this caller's turn; rejects with the signal's reason as HttpError. */
  wait(signal: AbortSignal, need = 0): Promise<T> {
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
      this.#takers.set(take, need);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  /** Hands a value to the first in line; false when nobody waits. */
  give(value: T): boolean {
    const [first] = this.#takers.keys();
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
  /** Bytes of memory for all that run at a time; no limit where left out. */
  readonly budgetBytes?: number;
}

/** Someone who fetches what the work needs. */
interface Visit {
  readonly since: number;
}

/** A place among those that work. */
export interface Slot {
  readonly leave: () => void;
}

/** Slots for work, a budget of memory that it shares, and a bounded line in front of both. */
export class Queue {
  readonly #options: QueueOptions;
  readonly #line = new Line<undefined>();
  /** Those who are on their way to the line, the first at the front. */
  readonly #coming = new Set<Visit>();
  #running = 0;
  #heldBytes = 0;
  /** Of a run; undefined before the first. */
  #meanSeconds: number | undefined;
  #meanFetchSeconds = 0;

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

  /** Bytes that those who run have reserved. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Has someone fetch what the work needs, who is to `enter` next. Throws `queue_full` at once where, as far as can be
   * told, there will be no place then: a refusal must neither cost a download nor wait for one.
   */
  async prepare<T>(fetch: () => Promise<T>): Promise<T> {
    if (this.#ahead() >= this.#places()) throw this.#full();
    const visit = { since: performance.now() };
    this.#coming.add(visit);
    try {
      const fetched = await fetch();
      this.#meanFetchSeconds += (secondsSince(visit.since) - this.#meanFetchSeconds) * NEWEST_SHARE;
      return fetched;
    } finally {
      this.#coming.delete(visit);
    }
  }

  /**
   * Takes a slot and `bytes` of the budget, which must be left once. Throws HttpError: `too_expensive` at once where the
   * budget is smaller, `queue_full` at once when the line is full, `timeout` after `waitSeconds` in it, and the signal's
   * reason when that aborts before there was room.
   */
  async enter(signal: AbortSignal, bytes = 0): Promise<Slot> {
    const { budgetBytes = Infinity } = this.#options;
    if (bytes > budgetBytes)
      throw new HttpError(
        "too_expensive",
        `expected at most ${budgetBytes} bytes of memory, got a need of ${bytes}`,
      );
    // A need without end, where no budget forbids it, could never be given back.
    const need = Number.isFinite(bytes) ? bytes : 0;
    await this.#enter(signal, need);
    const began = performance.now();
    return { leave: () => this.#leave(need, secondsSince(began)) };
  }

  /** Those who run, wait, or will soon. */
  #ahead(): number {
    for (const visit of this.#coming) {
      if (secondsSince(visit.since) <= LATE_MEANS * this.#meanFetchSeconds) break;
      this.#coming.delete(visit);
    }
    return this.#running + this.#line.length + this.#coming.size;
  }

  /** For how many there is time and room: in slots, in the line, and where others will have left when a fetch is done. */
  #places(): number {
    const { slots, line, waitSeconds } = this.#options;
    if (this.#meanSeconds === undefined) return slots + line;
    const perSecond = (SURE_SHARE * slots) / this.#meanSeconds;
    const waiting = Math.min(line, perSecond * waitSeconds);
    return slots + waiting + Math.floor(perSecond * this.#meanFetchSeconds);
  }

  #hasRoomFor(bytes: number): boolean {
    const { slots, budgetBytes = Infinity } = this.#options;
    return this.#running < slots && this.#heldBytes + bytes <= budgetBytes;
  }

  #take(bytes: number): void {
    this.#running += 1;
    this.#heldBytes += bytes;
  }

  async #enter(signal: AbortSignal, bytes: number): Promise<void> {
    if (signal.aborted) throw abortReason(signal);
    if (this.#line.length === 0 && this.#hasRoomFor(bytes)) {
      this.#take(bytes);
      return;
    }
    if (this.#line.length >= this.#options.line) throw this.#full();
    const deadline = startDeadline(this.#options.waitSeconds * 1000, [signal]);
    try {
      await this.#line.wait(deadline.signal, bytes);
    } finally {
      deadline.stop();
      // Whoever left a line that a large need had blocked may have made room for the next.
      if (deadline.signal.aborted) this.#admit();
    }
  }

  #leave(bytes: number, seconds: number): void {
    this.#meanSeconds ??= seconds;
    this.#meanSeconds += (seconds - this.#meanSeconds) * NEWEST_SHARE;
    this.#running -= 1;
    this.#heldBytes -= bytes;
    this.#admit();
  }

  /** Room goes straight to the first in line, so that no newcomer slips in between and no large need waits for ever. */
  #admit(): void {
    for (let need = this.#line.firstNeed; need !== undefined; need = this.#line.firstNeed) {
      if (!this.#hasRoomFor(need)) return;
      this.#take(need);
      this.#line.give(undefined);
    }
  }

  #full(): HttpError {
    const { slots, line } = this.#options;
    const { length } = this.#line;
    const seconds = Math.ceil(((this.#meanSeconds ?? 1) * (length + 1)) / slots);
    const retryAfter = Math.min(LONGEST_RETRY_SECONDS, Math.max(1, seconds));
    const detail = `expected a line of at most ${line}, got ${length} in it and ${this.#coming.size} on their way`;
    return new HttpError("queue_full", detail, { retryAfter });
  }
}

const secondsSince = (time: number): number => (performance.now() - time) / 1000;

export const createQueue = (options: QueueOptions): Queue => new Queue(options);
