import type { Options } from "@tintype/url";
import { HttpError } from "../errors.ts";
import type { Size } from "./gravity.ts";
import type { PlanLimits } from "./plan.ts";
import { scale } from "./rounding.ts";

/** How large pictures may be, unless a URL is permitted to say otherwise. */
export interface Limits {
  /** Pixels of a source. */
  readonly maxSrcResolution: number;
  readonly maxAnimationFrames: number;
  /** Pixels of one frame of an animation; 0 for none. */
  readonly maxAnimationFrameResolution: number;
  /** Pixels of all frames of an animation together. */
  readonly maxAnimationResolution: number;
  /** Pixels; 0 for none. */
  readonly maxResultDimension: number;
}

/** Pixels that a step between source and result may have, beyond what sources themselves may. */
const MAX_WORKING_PIXELS = 100_000_000;

/** Frames of the source that the options and settings let play; 1 makes a still picture. */
export function playableFrames(
  facts: Size & { readonly frames: number },
  options: Options,
  limits: Limits,
): number {
  const frames = Math.min(facts.frames, options.maxAnimationFrames ?? limits.maxAnimationFrames);
  return facts.width * facts.height * frames > limits.maxAnimationResolution ? 1 : frames;
}

interface Limiting {
  readonly options: Options;
  readonly settings: Limits;
}

/** Refuses a source with too many pixels. Throws HttpError("resolution_too_big"). */
export function checkResolution(facts: Size, frames: number, { options, settings: limits }: Limiting): void {
  const area = facts.width * facts.height;
  const frameLimit = megapixels(options.maxAnimationFrameResolution) ?? limits.maxAnimationFrameResolution;
  const most =
    frames > 1
      ? frameLimit || limits.maxAnimationResolution
      : (megapixels(options.maxSrcResolution) ?? limits.maxSrcResolution);
  if (area <= most) return;
  throw new HttpError(
    "resolution_too_big",
    `expected at most ${most} pixels, got ${facts.width} x ${facts.height}`,
  );
}

const megapixels = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : Math.trunc(value * 1e6);

/** A vector picture that is larger than allowed is drawn smaller rather than refused. */
export function guardVector<T extends Size & { readonly vector: boolean }>(facts: T, limits: Limits): T {
  const area = facts.width * facts.height;
  if (!facts.vector || area <= limits.maxSrcResolution) return facts;
  const factor = Math.sqrt(limits.maxSrcResolution / area);
  return {
    ...facts,
    width: Math.max(1, scale(facts.width, factor)),
    height: Math.max(1, scale(facts.height, factor)),
  };
}

/** Bounds of the plan for each of so many frames, all of which are held until the last is finished. */
export const planLimits = (options: Options, limits: Limits, frames = 1): PlanLimits => ({
  maxResultDimension: options.maxResultDimension ?? limits.maxResultDimension,
  maxWorkingPixels: Math.trunc(Math.max(MAX_WORKING_PIXELS, limits.maxSrcResolution) / frames),
});
