/** How much wider a rung is than the one below, by the id that a policy names it with. An id never changes its meaning. */
export const LADDERS = { 1: 1.15, 2: 1.25, 3: Math.SQRT2 } as const;
export type Ladder = keyof typeof LADDERS;

/** Pixels that every ladder has a rung at, up to the rounding. */
const FOOT = 48;
/** Rungs are multiples of so many pixels. */
const STEP = 8;
/** Pixels of the narrowest and the widest rung. */
export const NARROWEST = 16;
export const WIDEST = 8192;

/**
 * Rungs of a ladder from `low` to `high` pixels, rising: 48 times each power of the ladder's ratio, rounded up to a
 * multiple of 8.
 */
export function rungs(ladder: Ladder, low: number = NARROWEST, high: number = WIDEST): number[] {
  const ratio = LADDERS[ladder];
  const found: number[] = [];
  for (let exact = FOOT / ratio ** 12; exact <= high; exact *= ratio) {
    // What was multiplied up to a multiple exceeds it by an error in the last digits.
    const rung = Math.ceil(exact / STEP - 1e-9) * STEP;
    if (rung >= low && rung <= high && rung !== found.at(-1)) found.push(rung);
  }
  return found;
}
