import type { Options } from "@tintype/url";
import { HttpError } from "../errors.ts";
import type { Size } from "./gravity.ts";
import { minNonZero, round, scale, scaleEven } from "./rounding.ts";

/** The sizes of the upright picture on its way (contract processing.md, sections 4.1 to 4.4). Pure arithmetic. */
export interface Measures {
  /** What is left after `crop`. */
  readonly input: Size;
  readonly scaled: Size;
  /** The side that the factor common to both axes meets without rounding; undefined where each has its own factor. */
  readonly exact: keyof Size | undefined;
  /** Size that the result is cut to; 0 leaves a side as it is. */
  readonly target: Size;
  /** Size that `extend` fills up to; 0 leaves a side as it is. */
  readonly box: Size;
  /** Size that `extend_aspect_ratio` fills up to; 0 leaves a side as it is. */
  readonly ratioBox: Size;
  /** Effective device pixel ratio. */
  readonly dpr: number;
}

interface Scaling {
  /** Factors from input to scaled size. */
  readonly x: number;
  readonly y: number;
  readonly dpr: number;
}

interface Conditions {
  readonly vector: boolean;
  /** Pixels; 0 or less for none. */
  readonly maxResultDimension: number;
}

/** All sizes for an upright source. Throws HttpError("result_too_big") where the numbers are beyond arithmetic. */
export function measure(source: Size, options: Options, conditions: Conditions): Measures {
  const input = cropped(source, options);
  const scaling = scalingOf(input, options, conditions);
  const first = sizes(input, options, scaling);
  const outer = outerSize(first, options);
  if (!Number.isFinite(outer.width + outer.height + first.scaled.width + first.scaled.height))
    throw new HttpError(
      "result_too_big",
      "expected a size within the numbers that can be computed with, got infinity",
    );
  const longest = Math.max(outer.width, outer.height);
  const { maxResultDimension: most } = conditions;
  if (most <= 0 || longest <= most) return first;
  const factor = most / longest;
  return sizes(input, options, {
    x: Math.max(scaling.x * factor, 1 / input.width),
    y: Math.max(scaling.y * factor, 1 / input.height),
    dpr: scaling.dpr * factor,
  });
}

const cropSide = (side: number, wanted: number): number =>
  wanted === 0 ? 0 : wanted >= 1 ? Math.trunc(wanted) : Math.max(1, scale(side, wanted));

const cropped = ({ width, height }: Size, { crop }: Options): Size => ({
  width: minNonZero(cropSide(width, crop?.width ?? 0), width),
  height: minNonZero(cropSide(height, crop?.height ?? 0), height),
});

/** Shrinks by axis before zoom, dpr and limits: how the resizing type meets the box. */
function shrinksOf(
  input: Size,
  { resizingType = "fit", width = 0, height = 0 }: Options,
): Pick<Scaling, "x" | "y"> {
  const box = { width: width || input.width, height: height || input.height };
  const x = input.width / box.width;
  const y = input.height / box.height;
  if (x === 1 && y === 1) return { x, y };
  const landscape = ({ width: w, height: h }: Size): boolean => w >= h;
  const type =
    resizingType === "auto" ? (landscape(input) === landscape(box) ? "fill" : "fit") : resizingType;
  if (type === "force") return { x, y };
  if (width === 0) return { x: y, y };
  if (height === 0) return { x, y: x };
  const both = type === "fit" ? Math.max(x, y) : Math.min(x, y);
  return { x: both, y: both };
}

function scalingOf(input: Size, options: Options, { vector }: Conditions): Scaling {
  const {
    zoom = { x: 1, y: 1 },
    dpr: ratio = 1,
    enlarge = false,
    extend,
    minWidth = 0,
    minHeight = 0,
  } = options;
  let { x, y } = shrinksOf(input, options);
  x /= zoom.x;
  y /= zoom.y;
  let dpr = ratio;
  if (!enlarge && !vector) {
    const least = Math.min(x, y);
    if (least < 1) {
      x /= least;
      y /= least;
      // A box that cannot be reached takes the ratio with it, unless the canvas is going to reach it.
      if (!extend?.enabled) dpr /= least;
    }
    dpr = Math.min(dpr, x, y);
  }
  const widest = minWidth > 0 ? input.width / minWidth : Infinity;
  if (widest < x) [x, y] = [widest, y / (x / widest)];
  const tallest = minHeight > 0 ? input.height / minHeight : Infinity;
  if (tallest < y) [x, y] = [x / (y / tallest), tallest];
  return { x: 1 / Math.min(x / dpr, input.width), y: 1 / Math.min(y / dpr, input.height), dpr };
}

function sizes(input: Size, options: Options, { x, y, dpr }: Scaling): Measures {
  const { zoom = { x: 1, y: 1 }, width = 0, height = 0 } = options;
  const box = { width: scale(width, dpr * zoom.x), height: scale(height, dpr * zoom.y) };
  const scaled = { width: scale(input.width, x), height: scale(input.height, y) };
  const target = targetOf(box, scaled, options);
  return {
    input,
    scaled,
    exact: exactSide(input, { x, y }),
    target,
    box,
    ratioBox: ratioBoxOf(box, { scaled, target }, options),
    dpr,
  };
}

const ROUNDING = 1e-9;

function exactSide({ width, height }: Size, { x, y }: Pick<Scaling, "x" | "y">): keyof Size | undefined {
  if (Math.abs(x - y) > ROUNDING * x) return undefined;
  const off = (length: number): number => Math.abs(length - round(length));
  return off(width * x) <= off(height * y) ? "width" : "height";
}

/** `fill-down` keeps the box's aspect ratio where the picture is too small for the box. */
function targetOf(box: Size, scaled: Size, { resizingType, enlarge = false }: Options): Size {
  if (resizingType !== "fill-down" || enlarge) return box;
  const wide = box.width / scaled.width;
  const tall = box.height / scaled.height;
  if (wide > tall && wide > 1)
    return { width: scaled.width, height: scale(scaled.width, box.height / box.width) };
  if (tall > wide && tall > 1)
    return { width: scale(scaled.height, box.width / box.height), height: scaled.height };
  return box;
}

function ratioBoxOf(
  box: Size,
  { scaled, target }: Pick<Measures, "scaled" | "target">,
  options: Options,
): Size {
  const none = { width: 0, height: 0 };
  if (!options.extendAspectRatio?.enabled || box.width === 0 || box.height === 0) return none;
  const inner = {
    width: minNonZero(scaled.width, target.width),
    height: minNonZero(scaled.height, target.height),
  };
  const wide = box.width / inner.width;
  const tall = box.height / inner.height;
  if (tall > wide) return { width: inner.width, height: scale(inner.width, box.height / box.width) };
  if (wide > tall) return { width: scale(inner.height, box.width / box.height), height: inner.height };
  return none;
}

function outerSize({ scaled, target, box, ratioBox, dpr }: Measures, options: Options): Size {
  const { extend, padding = { top: 0, right: 0, bottom: 0, left: 0 } } = options;
  const canvas = extend?.enabled ? box : ratioBox;
  const pad = (start: number, end: number): number => scaleEven(start, dpr) + scaleEven(end, dpr);
  return {
    width: Math.max(minNonZero(scaled.width, target.width), canvas.width) + pad(padding.left, padding.right),
    height:
      Math.max(minNonZero(scaled.height, target.height), canvas.height) + pad(padding.top, padding.bottom),
  };
}
