import { printable } from "./operator.ts";
import type { Outcome } from "./warm-ask.ts";

/** One that did not get its picture. */
export interface Failure {
  readonly url: string;
  /** The class of its Accept header, if it came to a request. */
  readonly accept?: string;
  readonly trouble: string;
}

const MOST_FAILURES = 10;
/** More states than this are counted together: what servers make up must not fill the memory. */
const MOST_STATES = 20;
const MOST_STATE_LENGTH = 40;

/** What was asked so far, and how it went. */
export class Tally {
  readonly #startedAt = performance.now();
  readonly #caches = new Map<string, number>();
  readonly #statuses = new Map<string, number>();
  readonly #failures: Failure[] = [];
  #done = 0;
  #failed = 0;
  #retries = 0;
  #bytes = 0;

  /** Requests that are over, lines that were none included. */
  get done(): number {
    return this.#done;
  }

  get failed(): number {
    return this.#failed;
  }

  get seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  /** Requests in a second, since the beginning. */
  get rate(): number {
    return this.#done / Math.max(this.seconds, 0.001);
  }

  /** Such as `HIT 12, MISS 3`; empty before the first answer. */
  get caches(): string {
    return listed(this.#caches);
  }

  count(
    { status, cache, bytes, trouble, retries }: Outcome,
    { url, accept }: Omit<Failure, "trouble">,
  ): void {
    this.#bytes += bytes;
    this.#retries += retries;
    if (status !== 0) {
      add(this.#caches, cache ?? "without");
      add(this.#statuses, String(status));
    }
    if (trouble === undefined) this.#done += 1;
    else this.fail({ url, trouble, ...(accept !== undefined && { accept }) });
  }

  fail(failure: Failure): void {
    this.#done += 1;
    this.#failed += 1;
    if (this.#failures.length < MOST_FAILURES) this.#failures.push(failure);
  }

  /** A page about all of it. */
  summary(): readonly string[] {
    const facts = [
      ["Requests", `${this.#done} in ${this.seconds.toFixed(1)} s, ${this.rate.toFixed(1)} a second`],
      ["X-Cache", this.caches || "none"],
      ["Statuses", listed(this.#statuses) || "none"],
      ["Read", sized(this.#bytes)],
      ...(this.#retries > 0 ? [["Retries", String(this.#retries)]] : []),
      ["Failed", String(this.#failed)],
    ];
    return [
      ...facts.map(([name = "", fact = ""]) => `${name.padEnd(8)}  ${fact}`),
      ...(this.#failed > MOST_FAILURES ? [`The first ${MOST_FAILURES} failures:`] : []),
      ...this.#failures.map(
        ({ url, accept, trouble }) =>
          `  ${printable(url)}${accept === undefined ? "" : ` (${accept})`}: ${printable(trouble)}`,
      ),
    ];
  }
}

function add(counts: Map<string, number>, word: string): void {
  const short = printable(word).slice(0, MOST_STATE_LENGTH);
  const name = counts.has(short) || counts.size < MOST_STATES ? short : "others";
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

const listed = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");

/** Bytes for people, in powers of ten. */
export function sized(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit += 1) value /= 1000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ""}`;
}
