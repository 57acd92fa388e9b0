import { HttpError } from "../../errors.ts";
import { PRIMITIVES } from "./allow.ts";
import { readDeclarations, readSheet } from "./css.ts";
import type { Declaration } from "./css.ts";
import { readRaster } from "./href.ts";
import type { StandingCounts } from "./limit.ts";
import { textOf } from "./read.ts";
import type { SvgElement } from "./read.ts";

interface Standing {
  readonly element: SvgElement;
  /** 1 for the root. */
  readonly depth: number;
}

/** Elements whose text is drawn. */
export const TEXTS: ReadonlySet<string> = new Set(["a", "text", "textPath", "tspan"]);

const PICTURES: ReadonlySet<string> = new Set(["feImage", "image"]);

/** Counts what stands in a document, each element once, whether it is drawn or not. */
export function countStanding(root: SvgElement, images: readonly Uint8Array[]): StandingCounts {
  const standing = flatten(root);
  const elements = standing.map(({ element }) => element);
  const runs = elements.flatMap(runsOf);
  return {
    elements: elements.length,
    depth: largest(standing.map(({ depth }) => depth)),
    textCharacters: sum(runs),
    textRun: largest(runs),
    pathBytes: sum(elements.map(pathBytesOf)),
    cssRules: sum(elements.map(rulesIn)),
    cssBytes: sum(elements.map((element) => sheetOf(element).length)),
    filterPrimitives: largest(elements.map(primitivesIn)),
    imageBytes: largest(images.map(({ length }) => length)),
  };
}

/** Counts the numbers in all dash arrays of a pruned document. */
export const countDashNumbers = (root: SvgElement): number =>
  sum(elementsOf(root).flatMap(declarationsIn).map(dashNumbersOf));

/** Parts of a selector, each of which is looked for in an element: types, and whatever begins with a mark. */
const SIMPLE = /[.#:[*]|(?<![-\w.#:[*\u0080-\uffff])[-\w\u0080-\uffff]+/g;

/** Parts for which an element is not compared alone, but with its siblings. */
const AMONG_SIBLINGS = /~|nth-|of-type/g;

/** Counts the comparisons that finding the style of each element of a pruned document takes. */
export function countComparisons(root: SvgElement): number {
  const elements = elementsOf(root);
  const selectors = elements
    .filter(({ name }) => name === "style")
    .flatMap((element) => readSheet(textOf(element)))
    .map(({ selector }) => selector);
  const times = (part: RegExp): number => sum(selectors.map((text) => (text.match(part) ?? []).length));
  const classes = sum(elements.map(({ attributes }) => classesIn(attributes.get("class") ?? "")));
  const pairs = sum(elements.map(({ children }) => (children.length * (children.length - 1)) / 2));
  return times(SIMPLE) * Math.max(elements.length, classes) + times(AMONG_SIBLINGS) * pairs;
}

const classesIn = (text: string): number => (text.match(/\S+/g) ?? []).length;

/** The elements of a document in their order, the root first. */
export const elementsOf = (root: SvgElement): readonly SvgElement[] =>
  flatten(root).map(({ element }) => element);

/** The pictures in a document's `data:` links. Throws `broken_svg` for one that is not a raster. */
export const embeddedIn = (root: SvgElement): readonly Uint8Array[] =>
  elementsOf(root)
    .filter(({ name }) => PICTURES.has(name))
    .flatMap(({ attributes }) => [attributes.get("href") ?? "", attributes.get("xlink:href") ?? ""])
    .filter((href) => /^\s*data:/i.test(href))
    .map(decodeRaster);

/** Lengths of an element's own runs of text, if they are drawn. */
export const runsOf = ({ name, children }: SvgElement): readonly number[] =>
  TEXTS.has(name) ? children.flatMap((child) => (typeof child === "string" ? child.length : [])) : [];

/** Bytes of an element's path data. */
export const pathBytesOf = ({ attributes }: SvgElement): number =>
  (attributes.get("d")?.length ?? 0) + (attributes.get("points")?.length ?? 0);

/** Primitives in a filter; none in other elements. */
export const primitivesIn = ({ name, children }: SvgElement): number =>
  name === "filter"
    ? children.filter((child) => typeof child !== "string" && PRIMITIVES.has(child.name)).length
    : 0;

function flatten(root: SvgElement): readonly Standing[] {
  const found: Standing[] = [];
  const visit = (element: SvgElement, depth: number): void => {
    found.push({ element, depth });
    for (const child of element.children) if (typeof child !== "string") visit(child, depth + 1);
  };
  visit(root, 1);
  return found;
}

function decodeRaster(href: string): Uint8Array {
  const picture = readRaster(href);
  if (picture !== undefined) return Buffer.from(picture.base64, "base64");
  const got = JSON.stringify(href.trim().slice(0, 32));
  throw new HttpError("broken_svg", `expected an embedded PNG, JPEG, GIF, WebP or AVIF, got ${got}`);
}

/** Every block counts, so that no rule is missed for the way it is written. */
const rulesIn = (element: SvgElement): number => sheetOf(element).split("{").length - 1;

const sheetOf = (element: SvgElement): string =>
  element.name === "style" ? textOf(element).replace(/url\([^)]*\)?/gi, "url()") : "";

function declarationsIn(element: SvgElement): readonly Declaration[] {
  const { name, attributes } = element;
  const dashes = attributes.get("stroke-dasharray");
  return [
    ...(dashes === undefined ? [] : [{ property: "stroke-dasharray", value: dashes }]),
    ...readDeclarations(attributes.get("style") ?? ""),
    ...(name === "style" ? readSheet(textOf(element)).flatMap(({ declarations }) => declarations) : []),
  ];
}

const dashNumbersOf = ({ property, value }: Declaration): number =>
  property === "stroke-dasharray" ? (value.match(/\d+(?:\.\d*)?|\.\d+/g) ?? []).length : 0;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const largest = (numbers: readonly number[]): number =>
  numbers.reduce((most, number) => Math.max(most, number), 0);
