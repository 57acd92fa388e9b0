/** What the playground adds to the option table: where sliders begin and end, and which rows stand in front. */
import type { OptionName } from "@tintype/url";

/** Where a slider begins, ends and rests while nothing is asked for. In the unit of the option. */
export interface Range {
  /** The codec's own bound, or 0, where left out. */
  readonly min?: number;
  readonly max: number;
  /** 1 for integers and a hundredth of the way for other numbers, where left out. */
  readonly step?: number;
  /** The least value where left out. */
  readonly rest?: number;
}

/** An option, or one of its arguments: `trim.threshold`. */
type Place = OptionName | `${OptionName}.${string}`;

/** For numbers that the table sets no two bounds, or whose slider should rest elsewhere than at its beginning. */
export const RANGES: Readonly<Partial<Record<Place, Range>>> = {
  maxSrcResolution: { max: 100, step: 1 },
  "trim.threshold": { max: 255, step: 1 },
  width: { max: 2000 },
  height: { max: 2000 },
  minWidth: { max: 2000 },
  minHeight: { max: 2000 },
  "zoom.x": { min: 0.1, max: 4, step: 0.1, rest: 1 },
  "zoom.y": { min: 0.1, max: 4, step: 0.1, rest: 1 },
  dpr: { min: 0.5, max: 4, step: 0.5, rest: 1 },
  rotate: { max: 270 },
  blur: { max: 40, step: 0.5 },
  sharpen: { max: 5, step: 0.1 },
  pixelate: { max: 80 },
  "padding.top": { max: 200 },
  "padding.right": { max: 200 },
  "padding.bottom": { max: 200 },
  "padding.left": { max: 200 },
  "watermark.opacity": { max: 1, rest: 1 },
  "watermark.scale": { max: 1, step: 0.05 },
  quality: { max: 100, rest: 80 },
  maxBytes: { max: 200_000, step: 1000 },
  maxAnimationFrames: { max: 100, rest: 100 },
  maxAnimationFrameResolution: { max: 50, step: 1 },
  maxResultDimension: { max: 4000, rest: 4000 },
};

/** What is tried first; the other rows of a stage lie folded behind these. */
export const FOREMOST: ReadonlySet<OptionName> = new Set([
  "resizingType",
  "width",
  "height",
  "gravity",
  "rotate",
  "flip",
  "blur",
  "sharpen",
  "padding",
  "background",
  "format",
  "quality",
]);
