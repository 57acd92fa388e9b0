/** What the root of an SVG says of its size: W3C, "Scalable Vector Graphics (SVG) 2", section 8, read as libvips reads it. */

/** CSS pixels and parts of them. */
export interface SvgSize {
  readonly width: number;
  readonly height: number;
}

// Only one way to read any run of digits: with two, a run of 40,000 took half a minute to refuse.
const LENGTH = /^\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)([a-z]*)\s*$/i;

/** CSS pixels of one unit. Font sizes are libvips' 12; all other units, percent among them, stand for no size. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["px", 1],
  ["em", 12],
  ["ex", 6],
  ["ch", 6],
  ["in", 96],
  ["cm", 96 / 2.54],
  ["mm", 96 / 25.4],
  ["pt", 96 / 72],
  ["pc", 16],
]);

/**
 * The size that the attributes of a root declare; a style sheet may say otherwise. One side is enough where the view box knows
 * how they relate; without any of this, a decoder measures the drawing.
 */
export function declaredSize(attributes: Readonly<Record<string, string>>): SvgSize | undefined {
  const style = declarations(attributes["style"] ?? "");
  const width = pixels(style.get("width") ?? attributes["width"]);
  const height = pixels(style.get("height") ?? attributes["height"]);
  if (width && height) return { width, height };
  const box = viewBoxSize(attributes["viewBox"]);
  if (!box) return undefined;
  if (width) return { width, height: (width * box.height) / box.width };
  if (height) return { width: (height * box.width) / box.height, height };
  return box;
}

const declarations = (style: string): ReadonlyMap<string, string> =>
  new Map(
    style.split(";").flatMap((one) => {
      const [name = "", value] = one.split(":");
      return value === undefined ? [] : [[name.trim(), value] as const];
    }),
  );

/** CSS pixels of a length; undefined where it is none, has no fixed unit or is not positive. */
function pixels(length: string | undefined): number | undefined {
  const [, number = "", unit = ""] = LENGTH.exec(length ?? "") ?? [];
  const value = Number(number) * (UNITS.get(unit.toLowerCase()) ?? 0);
  return value > 0 && Number.isFinite(value) ? value : undefined;
}

/** Sides of a view box; undefined where the text is none. */
export function viewBoxSize(text: string | undefined): SvgSize | undefined {
  const [, , width = 0, height = 0, ...more] = (text ?? "")
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  return width > 0 && height > 0 && more.length === 0 ? { width, height } : undefined;
}
