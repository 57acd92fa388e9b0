/// <reference lib="dom" />
/** Tabs with code to copy. */
import { all, need } from "./element.ts";
import { RECIPES, type Ingredients } from "./recipes.ts";

const SAID_FOR_MILLISECONDS = 1500;

/** Copies on a press, and says on the button that it did; hidden where there is no clipboard. */
export function openCopyButton(button: HTMLButtonElement, textOf: () => string): void {
  // A page over plain HTTP on another host has none.
  button.hidden = !window.isSecureContext;
  const words = button.textContent;
  button.addEventListener("click", () => {
    const copied = navigator.clipboard.writeText(textOf());
    void copied
      .then(
        () => "Copied",
        () => "Not allowed",
      )
      .then((told) => {
        button.textContent = told;
        setTimeout(() => (button.textContent = words), SAID_FOR_MILLISECONDS);
      });
  });
}

/** Wires the tabs; the answer shows what they say now. */
export function openRecipes(): (ingredients: Ingredients) => Promise<void> {
  const root = need("[data-recipes]", HTMLElement);
  const code = need("code", HTMLElement, root);
  const tabs = all("[name=recipe]", HTMLInputElement, root);
  let last: Ingredients | undefined;
  const show = async (): Promise<void> => {
    const kind = tabs.find(({ checked }) => checked)?.value ?? "";
    const asked = last;
    const text = await RECIPES[kind]?.(asked!);
    if (asked === last) code.textContent = text ?? "";
  };
  for (const tab of tabs)
    tab.addEventListener("change", () => {
      if (last) void show();
    });
  openCopyButton(need("button", HTMLButtonElement, root), () => code.textContent);
  return async (ingredients) => {
    last = ingredients;
    await show();
  };
}
