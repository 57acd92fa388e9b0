import { ERRORS } from "../errors.ts";
import { STATES, type State } from "./labels.ts";
import type { RequestRecord } from "./log.ts";
import { Times } from "./times.ts";

/** What is counted of a request: the record that its log line is made of. */
export type Counted = Pick<
  RequestRecord,
  "status" | "durationMs" | "state" | "code" | "imageUrl" | "options" | "bytesIn" | "bytesOut" | "steps"
>;

export const CLASSES = ["2xx", "3xx", "4xx", "5xx"] as const;
export type StatusClass = (typeof CLASSES)[number];

/** Requests over some time. Sizes in bytes, times in milliseconds. */
export interface Figures {
  readonly seconds: number;
  readonly requests: number;
  readonly perSecond: number;
  readonly states: Readonly<Record<State, number>>;
  readonly statuses: Readonly<Record<StatusClass, number>>;
  /** Those that were sent away because too much was asked at once: answers 429. */
  readonly refused: number;
  /** The most frequent first; a code that nobody knows is `other`. */
  readonly errors: readonly { readonly code: string; readonly count: number }[];
  /** Of the pictures that were looked for in the cache, the share that was in it; null where none was. */
  readonly hitRatio: number | null;
  /** Null where nothing was asked. */
  readonly milliseconds: { readonly p50: number; readonly p95: number; readonly p99: number } | null;
  readonly bytesServed: number;
  /** How much smaller pictures were than their originals. */
  readonly bytesSaved: number;
}

const OTHER = "other";
const CODES: readonly string[] = [...Object.keys(ERRORS), OTHER];
const CODE_INDEX: ReadonlyMap<string, number> = new Map(CODES.map((code, index) => [code, index]));
const OTHER_INDEX = CODES.length - 1;

/** Counts requests without remembering any. */
export class Tally {
  readonly #states = new Float64Array(STATES.length);
  readonly #statuses = new Float64Array(CLASSES.length);
  readonly #codes = new Float64Array(CODES.length);
  readonly #times = new Times();
  #refused = 0;
  #bytesServed = 0;
  #bytesSaved = 0;

  add({ status, state, code, durationMs, bytesIn, bytesOut = 0 }: Counted): void {
    this.#times.add(durationMs);
    bump(this.#states, STATES.indexOf(state as State));
    bump(this.#statuses, Math.floor(status / 100) - 2);
    if (code !== undefined) bump(this.#codes, CODE_INDEX.get(code) ?? OTHER_INDEX);
    if (status === ERRORS.queue_full.status) this.#refused += 1;
    this.#bytesServed += bytesOut;
    if (bytesIn !== undefined && bytesOut > 0) this.#bytesSaved += Math.max(0, bytesIn - bytesOut);
  }

  addAll(other: Tally): void {
    sum(this.#states, other.#states);
    sum(this.#statuses, other.#statuses);
    sum(this.#codes, other.#codes);
    this.#times.addAll(other.#times);
    this.#refused += other.#refused;
    this.#bytesServed += other.#bytesServed;
    this.#bytesSaved += other.#bytesSaved;
  }

  clear(): void {
    for (const counts of [this.#states, this.#statuses, this.#codes]) counts.fill(0);
    this.#times.clear();
    this.#refused = 0;
    this.#bytesServed = 0;
    this.#bytesSaved = 0;
  }

  /** `seconds` says over how long it was counted. */
  figures(seconds: number): Figures {
    const states = named(STATES, this.#states);
    const found = states.hit + states.stale;
    const looked = found + states.miss + states.shared;
    return {
      seconds: rounded(seconds),
      requests: this.#times.size,
      // In the first moments a handful would look like a storm.
      perSecond: rounded(this.#times.size / Math.max(1, seconds)),
      states,
      statuses: named(CLASSES, this.#statuses),
      refused: this.#refused,
      errors: this.#errors(),
      hitRatio: looked === 0 ? null : rounded(found / looked),
      milliseconds: this.#milliseconds(),
      bytesServed: this.#bytesServed,
      bytesSaved: this.#bytesSaved,
    };
  }

  #errors(): Figures["errors"] {
    return CODES.map((code, index) => ({ code, count: this.#codes[index] ?? 0 }))
      .filter(({ count }) => count > 0)
      .sort((one, other) => other.count - one.count);
  }

  #milliseconds(): Figures["milliseconds"] {
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => this.#times.quantile(share));
    if (p50 === undefined || p95 === undefined || p99 === undefined) return null;
    return { p50: rounded(p50), p95: rounded(p95), p99: rounded(p99) };
  }
}

/** Whatever has no place is not counted. */
function bump(counts: Float64Array, index: number): void {
  const count = counts[index];
  if (count !== undefined) counts[index] = count + 1;
}

const sum = (into: Float64Array, from: Float64Array): void =>
  from.forEach((count, index) => (into[index]! += count)); // Both are of one length.

const named = <K extends string>(names: readonly K[], counts: Float64Array): Record<K, number> =>
  Object.fromEntries(names.map((name, index) => [name, counts[index] ?? 0])) as Record<K, number>;

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
