/** Where crop and focal point lie on the upright original: the server's own plan, and the way back from it. */
import type { Crop, Gravity, Options } from "@tintype/url";
import { untransform, type Mirroring, type Rect, type Size } from "../../../plan/gravity.ts";
import { plan } from "../../../plan/plan.ts";
import { orientationOf, stored, turnOf } from "../../../plan/turn.ts";

/** Fractions of a picture, from its top left corner. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

// The original as the browser shows it is upright already.
const UPRIGHT = 1;
const BOUNDLESS = { maxResultDimension: 0, maxWorkingPixels: Infinity };

/** What the crop option leaves of the original, in its pixels; undefined where that is all, or only pixels can tell. */
export function cropOn(size: Size, options: Options): Rect | undefined {
  if (!options.crop) return undefined;
  try {
    const { crop } = plan({ ...size, orientation: UPRIGHT, vector: false }, options, BOUNDLESS);
    return crop && "left" in crop ? crop : undefined;
  } catch {
    // A size that cannot be is refused by the server, which says why.
    return undefined;
  }
}

/** The crop option that leaves a rectangle of the original. */
export function cropFrom(size: Size, rect: Rect, options: Options): Crop {
  const user = orientationOf(UPRIGHT, options).user;
  const turned = stored(size, turnOf(UPRIGHT, options));
  const corners = [
    { x: rect.left / size.width, y: rect.top / size.height },
    { x: (rect.left + rect.width) / size.width, y: (rect.top + rect.height) / size.height },
  ].map((spot) => forth(spot, user));
  const [left = 0, right = 1] = corners.map(({ x }) => Math.round(x * turned.width)).sort((a, b) => a - b);
  const [top = 0, bottom = 1] = corners.map(({ y }) => Math.round(y * turned.height)).sort((a, b) => a - b);
  const type = "nowe";
  return {
    width: Math.max(1, right - left),
    height: Math.max(1, bottom - top),
    gravity: left === 0 && top === 0 ? { type } : { type, x: left, y: top },
  };
}

/** Where the focal point lies on the original; undefined where there is none. */
export function focusOn(size: Size, options: Options): Spot | undefined {
  if (options.gravity?.type !== "fp") return undefined;
  const { x = 0, y = 0 } = untransform(options.gravity, orientationOf(UPRIGHT, options).user);
  const { left, top, width, height } = areaOn(size, options);
  return { x: (left + x * width) / size.width, y: (top + y * height) / size.height };
}

/** The gravity that has a spot of the original as its focal point, which counts in what the crop leaves. */
export function focusFrom(size: Size, spot: Spot, options: Options): Gravity {
  const { left, top, width, height } = areaOn(size, options);
  const inside = {
    x: clamp((spot.x * size.width - left) / width),
    y: clamp((spot.y * size.height - top) / height),
  };
  const { x, y } = forth(inside, orientationOf(UPRIGHT, options).user);
  return { type: "fp", x: thousandths(x), y: thousandths(y) };
}

const areaOn = (size: Size, options: Options): Rect => cropOn(size, options) ?? { left: 0, top: 0, ...size };

const clamp = (value: number): number => Math.max(0, Math.min(1, value));
const thousandths = (value: number): number => Math.round(value * 1000) / 1000;

/**
 * A spot of the original as it lies in the turned and mirrored picture: `untransform` backwards, which does no more than
 * exchange and reverse axes.
 */
function forth(spot: Spot, user: Mirroring): Spot {
  const back = (x: number, y: number): Spot => {
    const { x: left = 0, y: top = 0 } = untransform({ type: "fp", x, y }, user);
    return { x: left, y: top };
  };
  const origin = back(0, 0);
  const along = (axis: Spot): number =>
    (spot.x - origin.x) * (axis.x - origin.x) + (spot.y - origin.y) * (axis.y - origin.y);
  return { x: along(back(1, 0)), y: along(back(0, 1)) };
}
