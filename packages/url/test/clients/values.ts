import fc from "fast-check";

/** Values as people choose them, for the arguments of clients. */

export const side = fc.nat(5000);
export const percent = fc.nat(100);
export const decimal = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: Math.ceil(min * 100), max: max * 100 }).map((hundredths) => hundredths / 100);
export const fraction = decimal(0, 1);
export const offset = decimal(-500, 500);
export const hex = fc.stringMatching(/^(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/);
/** A colour of `hex` as it is read. */
export const digits = (color: string): string =>
  (color.length === 3 ? color.replace(/./g, "$&$&") : color).toLowerCase();
export const rgb = fc.record({ r: fc.nat(255), g: fc.nat(255), b: fc.nat(255) });
export const digitsOf = ({ r, g, b }: { r: number; g: number; b: number }): string =>
  [r, g, b].map((channel) => channel.toString(16).padStart(2, "0")).join("");
export const word = fc.stringMatching(/^[\w.-]{1,12}$/);
