export interface Size {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** The largest cut of a shape, such as `3x2`, that a picture has room for; all of it for `natural`. */
export function cutTo(shape: string, { width, height }: Size): Size {
  if (shape === "natural") return { width, height };
  const [across = 1, down = 1] = shape.split("x").map(Number);
  const widest = Math.max(1, Math.min(width, Math.floor((height * across) / down)));
  return { width: widest, height: Math.max(1, Math.min(height, Math.round((widest * down) / across))) };
}
