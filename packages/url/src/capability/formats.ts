/** Formats that a pick may name, by the letter that a policy lists them with, in its order. */
export const PICK_FORMATS = { a: "avif", x: "jxl", w: "webp", j: "jpg", p: "png", u: "auto" } as const;
/** `auto` leaves the choice to the server, which follows the Accept header. */
export type PickFormat = (typeof PICK_FORMATS)[keyof typeof PICK_FORMATS];

/** As options and media types call a format: they spell JPEG out. */
export const longName = <F extends PickFormat>(format: F): Exclude<F, "jpg"> | "jpeg" =>
  format === "jpg" ? "jpeg" : (format as Exclude<F, "jpg">);
