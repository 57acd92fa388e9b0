/** The roundings that sizes and positions are computed with (contract processing.md, section 0). All are pure. */

/** Half away from zero. */
export const round = (value: number): number => Math.sign(value) * Math.round(Math.abs(value));

/** Half to even. */
export function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** A length scaled; nothing stays nothing. */
export const scale = (length: number, factor: number): number => (length === 0 ? 0 : round(length * factor));
export const scaleEven = (length: number, factor: number): number =>
  length === 0 ? 0 : roundEven(length * factor);
export const shrinkEven = (length: number, factor: number): number =>
  length === 0 ? 0 : roundEven(length / factor);

/** The smaller of two lengths, where 0 means "not given". */
export const minNonZero = (a: number, b: number): number => (a === 0 ? b : b === 0 ? a : Math.min(a, b));
