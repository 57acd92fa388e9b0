/// <reference lib="dom" />
import { all, need } from "./element.ts";

/** The controls of one argument, or of many: what they say, and how they are made to say something else. */

const SINGLE = "select, input[type=number], input[type=text], input[type=checkbox]";

const kindOf = (leaf: HTMLElement): string => leaf.dataset["leaf"] ?? "";
const inputs = (leaf: HTMLElement, type: string): readonly HTMLInputElement[] =>
  all(`input[type=${type}]`, HTMLInputElement, leaf);

/** The control that holds the argument as text, where there is one. */
const holder = (leaf: HTMLElement): HTMLInputElement | HTMLSelectElement | undefined => {
  const found = leaf.querySelector(SINGLE);
  return found instanceof HTMLInputElement || found instanceof HTMLSelectElement ? found : undefined;
};

/** What a leaf says: one argument, empty for nothing; leaves that are lists say any number. */
export function readLeaf(leaf: HTMLElement, separator: string): string[] {
  switch (kindOf(leaf)) {
    case "compass":
      return [inputs(leaf, "radio").find(({ checked }) => checked)?.value ?? ""];
    case "several":
      return inputs(leaf, "checkbox").flatMap(({ checked, value }) => (checked ? [value] : []));
    case "words":
      return (holder(leaf)?.value ?? "")
        .split(separator)
        .flatMap((text) => text.split(/[\s,]+/))
        .filter((word) => word !== "");
  }
  const held = holder(leaf);
  if (held === undefined || held.disabled) return [""];
  if (held instanceof HTMLInputElement && held.type === "checkbox") return [held.checked ? held.value : ""];
  return [held.value.trim()];
}

/** Makes a leaf say its arguments: all of them where it is a list, else the one at `place`. */
export function fillLeaf(leaf: HTMLElement, args: readonly string[], place: number): void {
  const arg = args[place] ?? "";
  switch (kindOf(leaf)) {
    case "compass":
      for (const radio of inputs(leaf, "radio")) radio.checked = radio.value === arg;
      return;
    case "several":
      for (const box of inputs(leaf, "checkbox")) box.checked = args.includes(box.value);
      return;
  }
  const held = holder(leaf);
  if (held === undefined) return;
  if (kindOf(leaf) === "words") held.value = args.join(" ");
  else if (held instanceof HTMLInputElement && held.type === "checkbox") held.checked = arg === held.value;
  else held.value = arg;
  mirror(leaf);
}

/** Has the slider or the picker beside a text follow it. */
export function mirror(leaf: HTMLElement): void {
  const text = holder(leaf)?.value.trim() ?? "";
  for (const slider of inputs(leaf, "range"))
    slider.value = text === "" ? (slider.dataset["rest"] ?? "") : text;
  for (const picker of inputs(leaf, "color"))
    if (/^[0-9a-f]{6}$/i.test(text)) picker.value = `#${text.toLowerCase()}`;
}

/** Has the text follow the slider or the picker that was moved; true where it was one. */
export function follow(leaf: HTMLElement, moved: EventTarget | null): boolean {
  const held = holder(leaf);
  if (held === undefined || !(moved instanceof HTMLInputElement)) return false;
  if (moved.type !== "range" && moved.type !== "color") return false;
  held.value = moved.value.replace("#", "");
  return true;
}

/** A focal point needs both numbers, the smart gravity none, and offsets of one place mean nothing at another. */
export function adjust(compass: HTMLElement, others: readonly HTMLElement[]): void {
  const [type] = readLeaf(compass, ":");
  for (const other of others) fillLeaf(other, type === "fp" ? ["0.5"] : [], 0);
}

/** Offsets are out of reach where the gravity is smart. */
export function lock(compass: HTMLElement, others: readonly HTMLElement[]): void {
  const [type] = readLeaf(compass, ":");
  for (const other of others) need("input", HTMLInputElement, other).disabled = type === "sm";
}
