/// <reference lib="dom" />
/** Moving things about on a picture, by pointer or by key. */
import type { Rect, Size } from "../../../plan/gravity.ts";
import type { Spot } from "./geometry.ts";

export type Corner = "nw" | "ne" | "sw" | "se";

/** Fewer pixels than that and a rectangle cannot be taken hold of any more. */
const LEAST = 8;
/** A press that moves less, in pixels of the screen, is a click. */
const STILL = 4;

interface Bounds {
  readonly size: Size;
}

const clamp = (value: number, most: number): number => Math.round(Math.max(0, Math.min(most, value)));

/** A rectangle moved by so many pixels, as far as the picture goes. */
export const moved = (rect: Rect, dx: number, dy: number, { size }: Bounds): Rect => ({
  ...rect,
  left: clamp(rect.left + dx, size.width - rect.width),
  top: clamp(rect.top + dy, size.height - rect.height),
});

/** A rectangle with one of its corners moved. */
export function stretched(rect: Rect, corner: Corner, dx: number, dy: number, { size }: Bounds): Rect {
  const least = { width: Math.min(LEAST, size.width), height: Math.min(LEAST, size.height) };
  const right = rect.left + rect.width;
  const bottom = rect.top + rect.height;
  const left = corner.endsWith("w")
    ? Math.min(clamp(rect.left + dx, size.width), right - least.width)
    : rect.left;
  const top = corner.startsWith("n")
    ? Math.min(clamp(rect.top + dy, size.height), bottom - least.height)
    : rect.top;
  const width = corner.endsWith("w") ? right - left : clamp(rect.width + dx, size.width - left);
  const height = corner.startsWith("n") ? bottom - top : clamp(rect.height + dy, size.height - top);
  return { left, top, width: Math.max(width, least.width), height: Math.max(height, least.height) };
}

/** The rectangle between two spots of a picture. */
export function between(one: Spot, other: Spot, { width, height }: Size): Rect {
  const left = clamp(Math.min(one.x, other.x) * width, width);
  const top = clamp(Math.min(one.y, other.y) * height, height);
  return {
    left,
    top,
    width: clamp(Math.abs(one.x - other.x) * width, width - left),
    height: clamp(Math.abs(one.y - other.y) * height, height - top),
  };
}

/** How far an arrow key goes, in steps; undefined for another key. */
export function arrow({ key }: Pick<KeyboardEvent, "key">): readonly [dx: number, dy: number] | undefined {
  const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  return Object.hasOwn(ARROWS, key) ? ARROWS[key] : undefined;
}

/** A press on an element until it ends: how it moves, and where it was if it did not. */
export interface Press {
  /** Fractions of the picture, where it began and where it is. */
  readonly onMove: (from: Spot, to: Spot) => void;
  readonly onClick?: (at: Spot) => void;
}

/** Follows a press; spots are measured on `sheet`, which the picture fills. */
export function press(event: PointerEvent, sheet: HTMLElement, { onMove, onClick }: Press): void {
  const { left, top, width, height } = sheet.getBoundingClientRect();
  const spotOf = ({ clientX, clientY }: PointerEvent): Spot => ({
    x: Math.max(0, Math.min(1, (clientX - left) / width)),
    y: Math.max(0, Math.min(1, (clientY - top) / height)),
  });
  const from = spotOf(event);
  let isStill = true;
  const ended = new AbortController();
  const { signal } = ended;
  const move = (next: PointerEvent): void => {
    if (next.pointerId !== event.pointerId) return;
    isStill &&= Math.hypot(next.clientX - event.clientX, next.clientY - event.clientY) < STILL;
    if (!isStill) onMove(from, spotOf(next));
  };
  window.addEventListener("pointermove", move, { signal });
  window.addEventListener("pointercancel", () => ended.abort(), { signal });
  window.addEventListener(
    "pointerup",
    (last) => {
      if (last.pointerId !== event.pointerId) return;
      ended.abort();
      if (isStill) onClick?.(from);
    },
    { signal },
  );
}
