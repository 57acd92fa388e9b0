/** Where a picture stands on a page, before any of it has arrived. */

/**
 * `constrained`: as wide as it says, and narrower where there is less room. `fixed`: always as it says. `full`: as wide as
 * what is around it; width and height are its ratio. `fill`: covers what is around it, which is positioned.
 */
export type Layout = "constrained" | "fixed" | "full" | "fill";

export interface Box {
  readonly layout: Layout;
  /** CSS pixels; without a meaning for `fill`. */
  readonly width: number;
  readonly height: number;
}

/** Declarations by the names that the DOM has for them. */
export type Style = Readonly<Record<string, string>>;

interface Rule {
  readonly style: (box: Box) => Style;
  /** How wide it is shown, where nobody says it better; undefined where the width never changes. */
  readonly sizes: (box: Box) => string | undefined;
  /** Device pixels of the narrowest and the widest picture that are worth offering. */
  readonly range: (box: Box) => readonly [low: number, high: number];
  /** Pixels of the picture for programs that know no srcset. */
  readonly plain: (box: Box) => number;
}

/** Sharper than two device pixels for each of CSS no eye tells apart, and every step doubles the bytes. */
const DENSEST = 2;
/** Pixels of a small phone, and of the widest screens that are common. */
const PHONE = 320;
const WALL = 3840;
/** Pixels that a picture of unknown width is taken for where there is but one choice. */
const TYPICAL = 1280;

// Chromium gives a broken picture the size of its text unless it is a block. And the ratio is not that of the file: the box
// stands before, after and without it.
const BLOCK: Style = { display: "block", objectFit: "cover" };
const ratio = ({ width, height }: Box): Style => ({ height: "auto", aspectRatio: `${width} / ${height}` });

export const LAYOUTS: Readonly<Record<Layout, Rule>> = {
  constrained: {
    style: (box) => ({ ...BLOCK, maxWidth: "100%", ...ratio(box) }),
    sizes: ({ width }) => `(min-width: ${width}px) ${width}px, 100vw`,
    range: ({ width }) => [Math.min(PHONE, width / 4), width * DENSEST],
    plain: ({ width }) => width,
  },
  fixed: {
    style: ({ width, height }) => ({ ...BLOCK, width: `${width}px`, height: `${height}px` }),
    sizes: () => undefined,
    range: ({ width }) => [width, width * DENSEST],
    plain: ({ width }) => width,
  },
  full: {
    style: (box) => ({ ...BLOCK, width: "100%", ...ratio(box) }),
    sizes: () => "100vw",
    range: () => [PHONE, WALL],
    plain: () => TYPICAL,
  },
  fill: {
    style: () => ({ ...BLOCK, position: "absolute", inset: "0", width: "100%", height: "100%" }),
    sizes: () => "100vw",
    range: () => [PHONE, WALL],
    plain: () => TYPICAL,
  },
};

/** Those of rising widths that lie in a range, and the next one above, so that its end is met. */
export function widthsWithin(rising: readonly number[], [low, high]: readonly [number, number]): number[] {
  const end = rising.findIndex((width) => width >= high);
  const below = end === -1 ? rising : rising.slice(0, end + 1);
  const kept = below.filter((width) => width >= low);
  return kept.length > 0 ? kept : below.slice(-1);
}

/** Throws TypeError where a side is no number of pixels. */
export function checkBox({ layout, width, height }: Box): void {
  if (!Object.hasOwn(LAYOUTS, layout))
    throw new TypeError(`layout: expected ${Object.keys(LAYOUTS).join(", ")}, got ${JSON.stringify(layout)}`);
  if (layout === "fill") return;
  for (const [name, side] of Object.entries({ width, height }))
    if (!Number.isInteger(side) || side <= 0)
      throw new TypeError(
        `${name}: expected whole CSS pixels above 0 for layout "${layout}", got ${JSON.stringify(side)}`,
      );
}
