/** Steps for each doubling: a time is known to 9 %. */
const PER_DOUBLING = 8;
const LEAST_MS = 0.1;
/** Up to 0.1 ms times 2 to the 25th, which is most of an hour. */
const SLOTS = 25 * PER_DOUBLING + 1;

/** How many took how long, in slots that grow with the time; adding costs no memory. */
export class Times {
  readonly #counts = new Float64Array(SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(milliseconds: number): void {
    this.#counts[slotOf(milliseconds)]! += 1; // slotOf stays within.
    this.#size += 1;
  }

  addAll(other: Times): void {
    other.#counts.forEach((count, slot) => (this.#counts[slot]! += count));
    this.#size += other.#size;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#size = 0;
  }

  /** Milliseconds that a share of all, from 0 to 1, did not exceed; undefined where nothing was added. */
  quantile(share: number): number | undefined {
    if (this.#size === 0) return undefined;
    const rank = Math.max(1, Math.ceil(share * this.#size));
    let seen = 0;
    const slot = this.#counts.findIndex((count) => (seen += count) >= rank);
    return LEAST_MS * 2 ** (slot / PER_DOUBLING);
  }
}

function slotOf(milliseconds: number): number {
  // NaN and what is negative count as no time at all.
  if (!(milliseconds > LEAST_MS)) return 0;
  return Math.min(SLOTS - 1, Math.ceil(Math.log2(milliseconds / LEAST_MS) * PER_DOUBLING));
}
