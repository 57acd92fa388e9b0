import type { SvgElement } from "./read.ts";

/** The last part of a selector as far as it is a type, an id and classes. All else in it is taken to match. */
export interface Compound {
  readonly type: string | undefined;
  readonly ids: readonly string[];
  readonly classes: readonly string[];
}

const ANY: Compound = { type: undefined, ids: [], classes: [] };

// Brackets inside brackets, in `:not(:nth-child(2n))`. A selector with more of them is taken to match anything.
const MAX_NESTING = 4;

/** The compounds of a selector list that decide which elements it may match: never fewer than it does. */
export const compoundsOf = (selectors: string): readonly Compound[] =>
  withoutBrackets(selectors).split(",").map(compoundOf);

/** What a compound looks at in an element. */
export interface Subject {
  readonly name: string;
  readonly id: string | undefined;
  readonly classes: ReadonlySet<string>;
}

export const subjectOf = ({ name, attributes }: SvgElement): Subject => ({
  name,
  id: attributes.get("id"),
  classes: new Set((attributes.get("class") ?? "").match(/\S+/g)),
});

/** True where a compound may match an element. */
export const matches = ({ type, ids, classes }: Compound, subject: Subject): boolean =>
  (type === undefined || type === subject.name) &&
  ids.every((id) => id === subject.id) &&
  classes.every((className) => subject.classes.has(className));

/** Where to file a compound, so that only elements that have that key need be tried. */
export const keyOf = ({ type, ids: [id], classes: [className] }: Compound): string =>
  id !== undefined ? `#${id}` : className !== undefined ? `.${className}` : (type ?? "*");

/** All the keys under which an element finds compounds. */
export const keysOf = ({ name, id, classes }: Subject): ReadonlySet<string> =>
  new Set(["*", name, `#${id ?? ""}`, ...Array.from(classes, (className) => `.${className}`)]);

/** The same text for the same compound. */
export const spellingOf = ({ type, ids, classes }: Compound): string =>
  [type ?? "*", ...ids.map((id) => `#${id}`), ...classes.map((className) => `.${className}`)].join("");

/** Arguments and attribute conditions only narrow a selector, and their commas and spaces part nothing. */
function withoutBrackets(selectors: string): string {
  let text = selectors.replace(/"[^"]*"|'[^']*'/g, "");
  for (let level = 0; level < MAX_NESTING; level += 1) text = text.replace(/\([^()]*\)/g, "");
  return text.replace(/\[[^[\]]*\]/g, "");
}

function compoundOf(selector: string): Compound {
  const last =
    selector
      .trim()
      .split(/[\s>+~]+/)
      .at(-1) ?? "";
  const [, type, rest] =
    /^(\*|[^.#*:|()[\]]+)?((?:[.#][^.#*:|()[\]]+)*)$/.exec(last.replace(/::?[^.#:]+/g, "")) ?? [];
  if (rest === undefined) return ANY;
  const parts = rest.match(/[.#][^.#]+/g) ?? [];
  const named = (mark: string): readonly string[] =>
    parts.filter((part) => part.startsWith(mark)).map((part) => part.slice(1));
  return { type: type === "*" ? undefined : type, ids: named("#"), classes: named(".") };
}
