import type { Gravity, Options } from "@tintype/url";
import { place, type Rect, type Size } from "./gravity.ts";
import type { Measures } from "./measure.ts";
import { scaleEven } from "./rounding.ts";

/** A canvas of `width` x `height` and where on it the picture lies; what hangs over is cut off. */
export type Embed = Rect;

/** The canvases that lie around the cut picture, innermost first (contract processing.md, section 5). */
export function embeds(inner: Size, { box, ratioBox, dpr }: Measures, options: Options): Embed[] {
  const extended = embed(inner, options.extend?.enabled ? box : NONE, {
    gravity: options.extend?.gravity,
    dpr,
  });
  const filled = extended ?? inner;
  const ratio = embed(filled, ratioBox, { gravity: options.extendAspectRatio?.gravity, dpr });
  const padded = pad(ratio ?? filled, options, dpr);
  return [extended, ratio, padded].filter((step) => step !== undefined);
}

const NONE: Size = { width: 0, height: 0 };

function embed(
  inner: Size,
  target: Size,
  { gravity = { type: "ce" }, dpr }: { gravity: Gravity | undefined; dpr: number },
): Embed | undefined {
  if (target.width <= inner.width && target.height <= inner.height) return undefined;
  const canvas = { width: target.width || inner.width, height: target.height || inner.height };
  return { ...canvas, ...place(canvas, inner, gravity, { dpr }) };
}

function pad({ width, height }: Size, { padding }: Options, dpr: number): Embed | undefined {
  if (!padding) return undefined;
  const side = (length: number): number => scaleEven(length, dpr);
  const [top, right, bottom, left] = [padding.top, padding.right, padding.bottom, padding.left].map(side) as [
    number,
    number,
    number,
    number,
  ]; // Four sides in, four sides out.
  if (top + right + bottom + left === 0) return undefined;
  return { width: width + left + right, height: height + top + bottom, left, top };
}
