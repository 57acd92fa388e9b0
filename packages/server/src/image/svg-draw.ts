import { HttpError } from "../errors.ts";
import { hrefOf } from "./svg-href.ts";
import { checkCount } from "./svg-limit.ts";
import type { DrawnCounts, Limited, SvgLimits } from "./svg-limit.ts";
import { measureShape } from "./svg-path.ts";
import type { Outline } from "./svg-path.ts";
import type { SvgElement } from "./svg-read.ts";
import { elementsOf, pathBytesOf, primitivesIn, runsOf } from "./svg-stand.ts";
import { INITIAL, Styles } from "./svg-style.ts";
import type { Style } from "./svg-style.ts";
import type { Property, Value } from "./svg-value.ts";

/** Where an element is drawn: what it takes from its parent, and from the element that a `use` or marker belongs to. */
interface Place {
  readonly parent: Style;
  readonly context: Style;
}

const NOWHERE: Place = { parent: INITIAL, context: INITIAL };

/** Elements that are drawn only where another one refers to them. */
const RESOURCES: ReadonlySet<string> = new Set([
  "clipPath",
  "defs",
  "filter",
  "linearGradient",
  "marker",
  "mask",
  "pattern",
  "radialGradient",
  "symbol",
]);

/** Those of them whose content is drawn by a reference from a style. */
const CANVASES: ReadonlySet<string> = new Set(["clipPath", "marker", "mask", "pattern"]);

/** Those of them that may build on another one. */
const HEIRS: ReadonlySet<string> = new Set(["filter", "linearGradient", "pattern", "radialGradient"]);

const EFFECTS: readonly Property[] = ["clip-path", "mask", "filter"];
const PAINTS: readonly Property[] = ["fill", "stroke"];
const PAINTED: ReadonlySet<string> = new Set(
  "circle ellipse line path polygon polyline rect text textPath tspan".split(" "),
);

/**
 * Counts what drawing a pruned document comes to, by going through all of it as a renderer would. Never counts less than
 * librsvg draws; where it cannot tell which of several values holds, it counts them all. Throws `broken_svg` as soon as
 * a count passes its limit, or where a reference leads back to itself.
 */
export function countDrawn(root: SvgElement, limits: SvgLimits): DrawnCounts {
  const drawing = new Drawing(root, limits);
  drawing.draw(root, NOWHERE);
  return drawing.counts;
}

class Drawing {
  readonly counts: Record<keyof DrawnCounts, number> = {
    references: 0,
    drawnElements: 0,
    drawnDepth: 0,
    drawnCharacters: 0,
    drawnPathBytes: 0,
    drawnPrimitives: 0,
    dashes: 0,
  };
  readonly #limits: SvgLimits;
  readonly #styles: Styles;
  readonly #ids = new Map<string, SvgElement>();
  readonly #parents = new Map<SvgElement, SvgElement>();
  readonly #outlines = new Map<SvgElement, Outline>();
  readonly #standing = new Map<SvgElement, Style>();
  /** Elements that are being drawn now, each for the sake of the one before it. */
  readonly #active = new Set<SvgElement>();

  constructor(root: SvgElement, limits: SvgLimits) {
    const elements = elementsOf(root);
    this.#limits = limits;
    this.#styles = new Styles(elements);
    for (const element of elements) {
      const id = element.attributes.get("id");
      // The first one has the name, as in librsvg and in browsers.
      if (id !== undefined && !this.#ids.has(id)) this.#ids.set(id, element);
      for (const child of element.children) if (typeof child !== "string") this.#parents.set(child, element);
    }
  }
}
