import { readDeclarations, readSheet } from "./css.ts";
import type { Declaration, StyleRule } from "./css.ts";
import { checkCount } from "./limit.ts";
import type { SvgLimits } from "./limit.ts";
import { textOf } from "./read.ts";
import type { SvgElement } from "./read.ts";
import { compoundsOf, keyOf, keysOf, matches, spellingOf, subjectOf } from "./selector.ts";
import type { Compound, Subject } from "./selector.ts";
import { SETS, TRAITS, valueOf } from "./value.ts";
import type { Property, Value } from "./value.ts";

/** The values that may hold for each property. Which of them wins is not asked: all are counted. */
export type Style = ReadonlyMap<Property, readonly Value[]>;

/** Values that are being gathered, each once. */
type Gathered = Map<Property, Set<Value>>;

/** All that rules with the same compound declare. */
interface Rule {
  readonly compound: Compound;
  readonly values: Gathered;
}

/** The style that holds where nothing is declared. */
export const INITIAL: Style = new Map();

const PROPERTIES = Object.keys(TRAITS) as readonly Property[];

/** Finds the values that elements of one document declare. Expects a pruned document, whose CSS is clean. */
export class Styles {
  readonly #rules = new Map<string, Map<string, Rule>>();
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
    if (!declarations.some(({ property }) => SETS.has(property))) return;
    for (const compound of compoundsOf(selector)) {
      const rules = this.#rules.get(keyOf(compound)) ?? new Map<string, Rule>();
      const rule = rules.get(spellingOf(compound)) ?? { compound, values: new Map() };
      this.#gather(rule.values, declarations);
      this.#rules.set(keyOf(compound), rules.set(spellingOf(compound), rule));
    }
  }

  #declaredBy(element: SvgElement): Style {
    const known = this.#declared.get(element);
    if (known !== undefined) return known;
    const values: Gathered = new Map();
    this.#gather(
      values,
      Array.from(element.attributes, ([property, value]) => ({ property, value })),
    );
    this.#gather(values, readDeclarations(element.attributes.get("style") ?? ""));
    this.#gatherRules(values, subjectOf(element));
    const declared: Style = new Map(Array.from(values, ([property, set]) => [property, [...set]]));
    this.#declared.set(element, declared);
    return declared;
  }

  #gatherRules(gathered: Gathered, subject: Subject): void {
    for (const key of keysOf(subject))
      for (const { compound, values } of this.#rules.get(key)?.values() ?? []) {
        if (!matches(compound, subject)) continue;
        for (const [property, set] of values) for (const value of set) this.#add(gathered, property, value);
      }
  }

  #gather(gathered: Gathered, declarations: readonly Declaration[]): void {
    for (const { property, value } of declarations)
      for (const set of SETS.get(property) ?? []) this.#add(gathered, set, this.#valueOf(set, value));
  }

  #add(gathered: Gathered, property: Property, value: Value): void {
    const values = gathered.get(property) ?? new Set();
    gathered.set(property, values.add(value));
    checkCount("candidates", values.size, this.#limits);
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
