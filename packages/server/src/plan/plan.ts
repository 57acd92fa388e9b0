import type { Options } from "@tintype/url";
import { HttpError } from "../errors.ts";
import { embeds, type Embed } from "./embed.ts";
import { place, untransform, type Cut, type Rect, type Size } from "./gravity.ts";
import { minNonZero, scale } from "./rounding.ts";
import { measure, type Measures } from "./measure.ts";
import { orientationOf, stored, turnOf, type Turn } from "./turn.ts";

/** What the plan needs to know of a picture. Sizes are in pixels, as stored, of one frame. */
export interface PlanFacts extends Size {
  /** EXIF orientation, 1 to 8. */
  readonly orientation: number;
  /** May be enlarged without loss, as SVG can. */
  readonly vector: boolean;
}

/** Every rectangle and number of the result, in whole pixels, before a pixel is decoded. */
export interface Plan {
  /** Cut out of the picture as stored, before scaling. */
  readonly crop: Cut | undefined;
  /** Size after scaling, as stored. */
  readonly scaled: Size;
  /** The side to scale by where both axes have one factor; undefined where each has its own. */
  readonly driving: keyof Size | undefined;
  readonly turn: Turn;
  /** Cut out of the scaled and turned picture. */
  readonly cut: Cut | undefined;
  /** Canvases around it, innermost first: extend, extend_aspect_ratio, padding. */
  readonly embeds: readonly Embed[];
  readonly size: Size;
  /** The device pixel ratio that came out: smaller than asked for where nothing may be enlarged. */
  readonly dpr: number;
}

export interface PlanLimits {
  /** Longest side of the result in pixels; 0 or less for none. */
  readonly maxResultDimension: number;
  /** Most pixels that any step on the way may have. */
  readonly maxWorkingPixels: number;
}

/** All geometry (contract processing.md, sections 4 and 5), pure. Throws HttpError where no such picture can be made. */
export function plan(facts: PlanFacts, options: Options, limits: PlanLimits): Plan {
  const turn = turnOf(facts.orientation, options);
  const source = turn.swaps ? { width: facts.height, height: facts.width } : facts;
  const measures = measure(source, options, {
    vector: facts.vector,
    maxResultDimension: limits.maxResultDimension,
  });
  const cut = resultCut(measures, options);
  const inner = cut ?? measures.scaled;
  const canvas = embeds(inner, measures, options);
  const size = canvas.at(-1) ?? inner;
  for (const step of [measures.scaled, ...canvas, size]) checkWorkingSize(step, limits);
  checkLongestSide(size, limits);
  return {
    crop: sourceCrop(facts, measures.input, options),
    scaled: stored(measures.scaled, turn),
    driving: turn.swaps && measures.exact ? OTHER[measures.exact] : measures.exact,
    turn,
    cut,
    embeds: canvas,
    size: { width: size.width, height: size.height },
    dpr: measures.dpr,
  };
}

const OTHER = { width: "height", height: "width" } as const;

function checkWorkingSize({ width, height }: Size, { maxWorkingPixels }: PlanLimits): void {
  if (width * height <= maxWorkingPixels) return;
  throw new HttpError(
    "result_too_big",
    `expected at most ${maxWorkingPixels} pixels on the way, got ${width} x ${height}`,
  );
}

/** What the rounding of sides, edges and ratios may add to the longest side. */
const ROUNDING = { factor: 1.1, pixels: 3 };

/** The contract shrinks once, which cannot hold a picture whose other side is down to its last pixel. */
function checkLongestSide({ width, height }: Size, { maxResultDimension: most }: PlanLimits): void {
  const longest = Math.max(width, height);
  if (most <= 0 || longest <= most * ROUNDING.factor + ROUNDING.pixels) return;
  throw new HttpError("result_too_big", `expected at most ${most} pixels a side, got ${width} x ${height}`);
}

/** The `crop` option's area; sizes refer to the upright picture, the answer to the picture as stored. */
function sourceCrop(facts: PlanFacts, input: Size, options: Options): Cut | undefined {
  if (!options.crop) return undefined;
  const { exif, user } = orientationOf(facts.orientation, options);
  const turn = turnOf(facts.orientation, options);
  const size = stored(input, turn);
  if (size.width >= facts.width && size.height >= facts.height) return undefined;
  const upright = options.crop.gravity ?? options.gravity ?? { type: "ce" };
  const gravity = untransform(untransform(upright, user), exif);
  return gravity.type === "sm"
    ? { ...size, smart: true }
    : rect(size, place(facts, size, gravity, { dpr: 1 }));
}

/** The area that is left of the scaled and turned picture. */
function resultCut({ scaled, target, dpr }: Measures, options: Options): Cut | undefined {
  const size = {
    width: minNonZero(target.width, scaled.width),
    height: minNonZero(target.height, scaled.height),
  };
  if (size.width >= scaled.width && size.height >= scaled.height) return undefined;
  const gravity = options.gravity ?? { type: "ce" };
  return gravity.type === "sm" ? { ...size, smart: true } : rect(size, place(scaled, size, gravity, { dpr }));
}

const rect = ({ width, height }: Size, at: { left: number; top: number }): Rect => ({ ...at, width, height });

/** The longest side that a format can hold, as a size to shrink to (contract processing.md, section 9). */
export function fitFormat(
  size: Size,
  { maxSide, maxPixels }: { maxSide: number; maxPixels?: number },
): Size | undefined {
  const bySide = maxSide === 0 ? 1 : Math.max(size.width, size.height) / maxSide;
  const byArea = maxPixels === undefined ? 1 : Math.sqrt((size.width * size.height) / maxPixels);
  const shrink = Math.max(bySide, byArea);
  if (shrink <= 1) return undefined;
  return {
    width: Math.max(1, scale(size.width, 1 / shrink)),
    height: Math.max(1, scale(size.height, 1 / shrink)),
  };
}
