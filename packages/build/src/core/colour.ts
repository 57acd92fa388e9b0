/** Colours that are alike in their highest bits are counted together. */
const KEPT_BITS = 4;
/** Pixels that are less opaque than this have no say. */
const OPAQUE = 128;

/**
 * The colour that most pixels have, about: the mean of the fullest of 4096 equal parts of the RGB cube, as `#rrggbb`.
 * `rgba` holds four bytes for each pixel. White where no pixel is opaque.
 */
export function dominantColour(rgba: Uint8Array): string {
  const shift = 8 - KEPT_BITS;
  const counts = new Uint32Array(1 << (3 * KEPT_BITS));
  const sums = new Float64Array(3 * counts.length);
  let fullest = 0;
  for (let at = 0; at < rgba.length; at += 4) {
    const [red, green, blue, alpha] = [rgba[at]!, rgba[at + 1]!, rgba[at + 2]!, rgba[at + 3]!];
    if (alpha < OPAQUE) continue;
    const part = (((red >> shift) << (2 * KEPT_BITS)) | ((green >> shift) << KEPT_BITS)) + (blue >> shift);
    counts[part]! += 1;
    sums[3 * part]! += red;
    sums[3 * part + 1]! += green;
    sums[3 * part + 2]! += blue;
    if (counts[part]! > counts[fullest]!) fullest = part;
  }
  const count = counts[fullest]!;
  if (count === 0) return "#ffffff";
  const mean = Array.from(sums.subarray(3 * fullest, 3 * fullest + 3), (sum) => Math.round(sum / count));
  return `#${mean.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
