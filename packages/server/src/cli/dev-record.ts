import type { Options } from "@tintype/url";
import type { ErrorCode } from "../errors.ts";

/** What somebody asked for, and what became of it. */
export interface Sighting {
  /** What production calls the source. */
  readonly source: string;
  /** As it stood in the URL, where only `tintype dev` knew what to put in front. */
  readonly relative?: string;
  readonly options: Options;
  /** Whether the URL spells its options out, as all do but those of capabilities. */
  readonly isSpelled: boolean;
  /** Of the answer: a format, `original` where it was passed on untouched, or `none`. */
  readonly format: string;
  /** The best format that the client takes of those that are offered, or `none`. */
  readonly accept: string;
  readonly status: number;
  /** Code of the refusal. */
  readonly code?: ErrorCode;
  /** What was asked for, without its query. */
  readonly path: string;
}

/** Further ones are counted, but not known. */
const MOST = 10_000;

export const isServed = ({ status }: Pick<Sighting, "status">): boolean => status < 400;

/** Everything that was asked for, each once. */
export class Sightings {
  readonly #most: number;
  readonly #onFull: (most: number) => void;
  readonly #seen = new Map<string, Sighting>();
  #missed = 0;

  /** `onFull` is told once, when there is no place for one more. */
  constructor(onFull: (most: number) => void, most = MOST) {
    this.#onFull = onFull;
    this.#most = most;
  }

  add(sighting: Sighting): void {
    const key = JSON.stringify(sighting);
    if (this.#seen.has(key)) return;
    if (this.#seen.size < this.#most) {
      this.#seen.set(key, sighting);
      return;
    }
    if (this.#missed === 0) this.#onFull(this.#most);
    this.#missed += 1;
  }

  /** In the order in which they came. */
  all(): readonly Sighting[] {
    return [...this.#seen.values()];
  }

  /** Requests that were not recorded for want of a place. */
  get missed(): number {
    return this.#missed;
  }
}
