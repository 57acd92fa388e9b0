/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

type Kind<T> = new () => T;

/** The one element that the page has for a purpose. Throws a plain Error where it has none. */
export function need<T extends Element>(selector: string, kind: Kind<T>, within: ParentNode = document): T {
  const found = within.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`expected ${kind.name} at ${selector}, got ${found?.tagName ?? "nothing"}`);
}

/** Every element of a kind that a selector finds. */
export const all = <T extends Element>(
  selector: string,
  kind: Kind<T>,
  within: ParentNode = document,
): readonly T[] =>
  [...within.querySelectorAll(selector)].filter((found): found is T => found instanceof kind);

/** An element with a text in it. */
export function textElement(name: "span" | "p" | "a" | "b", text: string, classes = ""): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = classes;
  return made;
}
