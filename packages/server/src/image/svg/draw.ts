import { HttpError } from "../../errors.ts";
import { hrefOf } from "./href.ts";
import { checkCount } from "./limit.ts";
import type { DrawnCounts, SvgLimits } from "./limit.ts";
import { measureShape } from "./path.ts";
import type { Outline } from "./path.ts";
import type { SvgElement } from "./read.ts";
import { TEXTS, elementsOf, pathBytesOf, primitivesIn, runsOf } from "./stand.ts";
import { INITIAL, Styles } from "./style.ts";
import type { Style } from "./style.ts";
import type { Value } from "./value.ts";

/** Where an element is drawn: what it takes from its parent, and the paints of the element whose `use` or marker it is. */
interface Place {
  readonly parent: Style;
  readonly context: readonly Value[];
}

const PAINTED = new Set(["circle", "ellipse", "line", "path", "polygon", "polyline", "rect", ...TEXTS]);
const DRAWN = new Set([...PAINTED, "g", "image", "svg", "switch", "use"]);

/** Elements whose content is drawn where a style refers to them. */
const CANVASES = new Set(["clipPath", "marker", "mask", "pattern"]);

/** Elements that may take what they lack from another one. */
const HEIRS = new Set(["filter", "linearGradient", "pattern", "radialGradient"]);

const EFFECTS = ["clip-path", "mask", "filter"] as const;
const PAINTS = ["fill", "stroke"] as const;

/**
 * Counts what drawing a pruned document comes to, by going through all of it as a renderer would. It finds no fewer
 * references and elements than librsvg: of several values that may hold, it counts each. Throws `broken_svg` as soon as a
 * count passes its limit, or where a reference leads back to itself.
 */
export function countDrawn(root: SvgElement, limits: SvgLimits): DrawnCounts {
  const drawing = new Drawing(root, limits);
  drawing.draw(root, { parent: INITIAL, context: [] });
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
    this.#styles = new Styles(elements, limits);
    for (const element of elements) {
      const id = element.attributes.get("id");
      // The first one has the name, as in librsvg and in browsers.
      if (id !== undefined && !this.#ids.has(id)) this.#ids.set(id, element);
      for (const child of childrenOf(element)) this.#parents.set(child, element);
    }
  }

  draw(element: SvgElement, place: Place): void {
    this.#within(element, () => {
      this.#count("drawnElements", 1);
      const style = this.#styles.of(element, place.parent);
      this.#applyEffects(style);
      if (PAINTED.has(element.name)) this.#paint(element, style, place);
      const inside = { parent: style, context: contextOf(style, place) };
      if (element.name === "use") this.#use(element, inside);
      this.#drawInside(element, inside);
    });
  }

  #drawInside(element: SvgElement, place: Place): void {
    for (const child of childrenOf(element)) if (DRAWN.has(child.name)) this.draw(child, place);
  }

  #use(element: SvgElement, inside: Place): void {
    const target = this.#find(hrefOf(element));
    if (target === undefined) return;
    if (DRAWN.has(target.name) || target.name === "symbol") this.draw(target, inside);
  }

  #applyEffects(style: Style): void {
    for (const property of EFFECTS) this.#refer(style.get(property) ?? [], []);
    const functions = (style.get("filter") ?? []).reduce((sum, value) => sum + value.functions, 0);
    this.#count("drawnPrimitives", functions);
  }

  #paint(element: SvgElement, style: Style, place: Place): void {
    const outline = this.#outlineOf(element);
    for (const length of runsOf(element)) this.#count("drawnCharacters", length);
    this.#count("drawnPathBytes", pathBytesOf(element));
    const period = periodOf(style);
    if (period < Infinity) this.#count("dashes", outline.length / period);
    this.#refer(contextOf(style, place), []);
    if (outline.vertices > 0) this.#mark(outline.vertices, style, contextOf(style, place));
    if (element.name === "textPath") this.#count("drawnPathBytes", this.#sizeOf(hrefOf(element)));
  }

  #mark(vertices: number, style: Style, context: readonly Value[]): void {
    this.#refer(style.get("marker-start") ?? [], context);
    this.#refer(style.get("marker-end") ?? [], context);
    const middle = style.get("marker-mid") ?? [];
    if (middle.every(({ ids }) => ids.length === 0)) return;
    for (let vertex = 2; vertex < vertices; vertex += 1) this.#refer(middle, context);
  }

  /** Draws whatever the values point to. */
  #refer(values: readonly Value[], context: readonly Value[]): void {
    for (const { ids } of values) for (const id of ids) this.#open(this.#find(`#${id}`), context);
  }

  #open(target: SvgElement | undefined, context: readonly Value[]): void {
    if (target === undefined) return;
    this.#within(target, () => {
      if (CANVASES.has(target.name)) this.#drawCanvas(target, context);
      if (target.name === "filter") this.#applyFilter(target);
      if (HEIRS.has(target.name)) this.#open(this.#find(hrefOf(target)), context);
    });
  }

  /** What a resource holds takes its style from where the resource stands, not from what refers to it. */
  #drawCanvas(target: SvgElement, context: readonly Value[]): void {
    const style = this.#standingStyle(target);
    this.#applyEffects(style);
    this.#drawInside(target, { parent: style, context });
  }

  #applyFilter(filter: SvgElement): void {
    this.#count("drawnPrimitives", primitivesIn(filter));
    for (const primitive of childrenOf(filter)) {
      const target = primitive.name === "feImage" ? this.#find(hrefOf(primitive)) : undefined;
      if (target === undefined || !DRAWN.has(target.name)) continue;
      this.draw(target, { parent: this.#styleAround(target), context: [] });
    }
  }

  /** The element that a link names. Each question counts as a reference, whether there is an answer or not. */
  #find(href: string | undefined): SvgElement | undefined {
    if (href?.startsWith("#") !== true) return undefined;
    this.#count("references", 1);
    return this.#ids.get(href.slice(1));
  }

  #sizeOf(href: string | undefined): number {
    const target = this.#find(href);
    return target === undefined ? 0 : pathBytesOf(target);
  }

  #outlineOf(element: SvgElement): Outline {
    const outline = this.#outlines.get(element) ?? measureShape(element);
    this.#outlines.set(element, outline);
    return outline;
  }

  #standingStyle(element: SvgElement): Style {
    const style = this.#standing.get(element) ?? this.#styles.of(element, this.#styleAround(element));
    this.#standing.set(element, style);
    return style;
  }

  #styleAround(element: SvgElement): Style {
    const parent = this.#parents.get(element);
    return parent === undefined ? INITIAL : this.#standingStyle(parent);
  }

  #within(element: SvgElement, work: () => void): void {
    if (this.#active.has(element)) throw loopAt(element);
    this.#active.add(element);
    this.counts.drawnDepth = Math.max(this.counts.drawnDepth, this.#active.size);
    checkCount("drawnDepth", this.#active.size, this.#limits);
    work();
    this.#active.delete(element);
  }

  #count(name: keyof DrawnCounts, amount: number): void {
    this.counts[name] += amount;
    checkCount(name, this.counts[name], this.#limits);
  }
}

const childrenOf = ({ children }: SvgElement): readonly SvgElement[] =>
  children.filter((child) => typeof child !== "string");

/** The paints that an element's `context-fill` or `context-stroke` may come to. */
function contextOf(style: Style, { context }: Place): readonly Value[] {
  const paints = PAINTS.flatMap((property) => style.get(property) ?? []);
  return paints.some(({ usesContext }) => usesContext) ? [...new Set([...paints, ...context])] : paints;
}

const periodOf = (style: Style): number =>
  Math.min(...(style.get("stroke-dasharray") ?? []).map(({ period }) => period));

function loopAt({ name, attributes }: SvgElement): HttpError {
  const id = attributes.get("id");
  const which = id === undefined ? name : `${name} ${JSON.stringify(id)}`;
  return new HttpError("broken_svg", `expected no reference to lead back to itself, got one at ${which}`);
}
