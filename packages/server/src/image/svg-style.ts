import { readDeclarations, readSheet } from "./svg-css.ts";
import type { Declaration, StyleRule } from "./svg-css.ts";
import { checkCount } from "./svg-limit.ts";
import type { SvgLimits } from "./svg-limit.ts";
import { textOf } from "./svg-read.ts";
import type { SvgElement } from "./svg-read.ts";
import { compoundsOf, keyOf, keysOf, matches } from "./svg-selector.ts";
import type { Compound } from "./svg-selector.ts";
import { SETS, TRAITS, valueOf } from "./svg-value.ts";
import type { Property, Value } from "./svg-value.ts";

/** The values that may hold for each property. Which of them wins is not asked: all are counted. */
export type Style = ReadonlyMap<Property, readonly Value[]>;

interface Rule {
  readonly compound: Compound;
  readonly values: readonly (readonly [Property, Value])[];
}

/** The style that holds where nothing is declared. */
export const INITIAL: Style = new Map();

const PROPERTIES = Object.keys(TRAITS) as readonly Property[];

/** Finds the values that elements of one document declare. Expects a pruned document, whose CSS is clean. */
export class Styles {
  readonly #rules = new Map<string, Rule[]>();
  readonly #values = new Map<string, Value>();
  readonly #declared = new Map<SvgElement, Style>();
  readonly #limits: SvgLimits;

  constructor(elements: readonly SvgElement[], limits: SvgLimits) {
    this.#limits = limits;
    for (const element of elements) {
      if (element.name !== "style") continue;
      for (const rule of readSheet(textOf(element))) this.#file(rule);
    }
  }

  /** The style of an element that stands in, or is drawn in, a place whose style is `parent`. */
  of(element: SvgElement, parent: Style): Style {
    const declared = this.#declaredBy(element);
    const style = new Map<Property, readonly Value[]>();
    for (const property of PROPERTIES) {
      const values = resolve(property, declared.get(property) ?? [], parent.get(property) ?? []);
      if (values.length > 0) style.set(property, values);
    }
    return style;
  }

  #file({ selector, declarations }: StyleRule): void {
    const values = this.#valuesOf(declarations);
    if (values.length === 0) return;
    for (const compound of compoundsOf(selector)) {
      const filed = this.#rules.get(keyOf(compound)) ?? [];
      filed.push({ compound, values });
      this.#rules.set(keyOf(compound), filed);
    }
  }

  #declaredBy(element: SvgElement): Style {
    const known = this.#declared.get(element);
    if (known !== undefined) return known;
    const found = new Map<Property, Set<Value>>();
    for (const [property, value] of this.#candidates(element)) {
      const values = found.get(property) ?? new Set();
      found.set(property, values.add(value));
      checkCount("candidates", values.size, this.#limits);
    }
    const declared: Style = new Map(Array.from(found, ([property, values]) => [property, [...values]]));
    this.#declared.set(element, declared);
    return declared;
  }

  #candidates(element: SvgElement): readonly (readonly [Property, Value])[] {
    const rules = [...keysOf(element)].flatMap((key) => this.#rules.get(key) ?? []);
    return [
      ...this.#valuesOf(Array.from(element.attributes, ([property, value]) => ({ property, value }))),
      ...this.#valuesOf(readDeclarations(element.attributes.get("style") ?? "")),
      ...rules.filter(({ compound }) => matches(compound, element)).flatMap(({ values }) => values),
    ];
  }

  #valuesOf(declarations: readonly Declaration[]): readonly (readonly [Property, Value])[] {
    return declarations.flatMap(({ property, value }) =>
      (SETS.get(property) ?? []).map((set) => [set, this.#valueOf(set, value)] as const),
    );
  }

  /** One meaning for each text, so that equal values are the same object and long ones are read once. */
  #valueOf(property: Property, text: string): Value {
    const key = `${property}:${text}`;
    const value = this.#values.get(key) ?? valueOf(property, text);
    this.#values.set(key, value);
    return value;
  }
}

function resolve(property: Property, own: readonly Value[], parent: readonly Value[]): readonly Value[] {
  const takesParent = TRAITS[property].inherited
    ? own.length === 0 || !own.every(({ definite }) => definite)
    : own.some(({ inherits }) => inherits);
  if (!takesParent || parent.length === 0) return own;
  return own.length === 0 ? parent : [...new Set([...own, ...parent])];
}
