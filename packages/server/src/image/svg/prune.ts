import { ANIMATED, ANIMATIONS, ATTRIBUTES, ELEMENTS, PRESENTATION, TEXT_ONLY } from "./allow.ts";
import { cleanDeclarations, cleanSheet, cleanValue } from "./css.ts";
import { cleanLink } from "./href.ts";
import { textOf } from "./read.ts";
import type { Attributes, SvgElement, SvgNode } from "./read.ts";

type Clean = (value: string, element: string) => string | undefined;

/** Attributes with a rule of their own; the rest go by the table that names them. */
const CLEANERS: ReadonlyMap<string, Clean> = new Map<string, Clean>([
  ["href", (value, element) => cleanLink(element, value)],
  ["xlink:href", (value, element) => cleanLink(element, value)],
  ["attributeName", (value) => (ANIMATED.has(value) ? value : undefined)],
  ["style", (value) => cleanDeclarations(value) || undefined],
  ["xml:lang", (value) => (/^[\w-]*$/.test(value) ? value : undefined)],
  ["xml:space", (value) => (/^(?:default|preserve)$/.test(value) ? value : undefined)],
]);

/** The values that an animation gives to its attribute. */
const ANIMATION_VALUES = ["by", "from", "to", "values"] as const;

/** A copy of a document with only what the tables of `svg-allow.ts` name. The copy's copy is equal to it. */
export const pruneSvg = (root: SvgElement): SvgElement => ({
  name: root.name,
  attributes: pruneAttributes(root),
  children: pruneChildren(root),
});

function pruneChildren(element: SvgElement): readonly SvgNode[] {
  if (!TEXT_ONLY.has(element.name)) return joinText(element.children.flatMap(pruneNode));
  const text = textOf(element);
  const kept = element.name === "style" ? cleanSheet(text) : text;
  return kept === "" ? [] : [kept];
}

const pruneNode = (node: SvgNode): readonly SvgNode[] =>
  typeof node === "string" ? [node] : isKept(node) ? [pruneSvg(node)] : [];

/** Text around an element that went is one run when it is read again, so it is one run here. */
function joinText(nodes: readonly SvgNode[]): readonly SvgNode[] {
  const joined: SvgNode[] = [];
  for (const node of nodes) {
    const last = joined.at(-1);
    if (typeof node === "string" && typeof last === "string") joined[joined.length - 1] = last + node;
    else joined.push(node);
  }
  return joined;
}

function isKept({ name, attributes }: SvgElement): boolean {
  if (!ELEMENTS.has(name)) return false;
  // No reader has the extensions that are asked for here, so none draws the element.
  if (attributes.has("requiredExtensions")) return false;
  if (name === "style") return /^(?:text\/css)?$/i.test(attributes.get("type") ?? "");
  return !ANIMATIONS.has(name) || isHarmless(name, attributes);
}

function isHarmless(name: string, attributes: Attributes): boolean {
  const target = attributes.get("attributeName");
  if (target === undefined ? name !== "animateMotion" : !ANIMATED.has(target)) return false;
  return ANIMATION_VALUES.every((key) => isPlain(attributes.get(key) ?? ""));
}

/** Neither an address nor an escape: what an animation sets is not cleaned, so it must need none. */
const isPlain = (value: string): boolean => isCalm(value) && !/[:\\<]/.test(value);

function pruneAttributes({ name: element, attributes }: SvgElement): Attributes {
  const kept = new Map<string, string>();
  for (const [name, value] of attributes) {
    const clean = cleanAttribute(name, value, element);
    if (clean !== undefined) kept.set(name, clean);
  }
  return kept;
}

function cleanAttribute(name: string, value: string, element: string): string | undefined {
  const clean = CLEANERS.get(name);
  if (clean !== undefined) return clean(value, element);
  if (PRESENTATION.has(name)) return value.includes("!") ? undefined : cleanValue(name, value);
  return ATTRIBUTES.has(name) && isCalm(value) ? value : undefined;
}

/**
 * Attributes outside of CSS are never followed as links. Should a reader do so all the same, or another program copy
 * them to where they are, nothing is found in them.
 */
const isCalm = (value: string): boolean =>
  !/script:|data:|:\/\/|url\(/i.test(value.replace(/[\s\p{Cc}\p{Cf}]+/gu, ""));
