/// <reference lib="dom" />
/** Original and result: side by side, or one over the other with a handle between them. */
import { OPTIONS, type Options, type Stage } from "@tintype/url";
import type { Size } from "../../../plan/gravity.ts";
import { all, need, textElement } from "./element.ts";
import { place, Refusal, type Shot } from "./picture.ts";
import { amount, change, duration, formatName, pixels } from "./words.ts";

export type View = "pair" | "swipe";

/** One side of the comparison. */
export interface Side {
  readonly image: HTMLImageElement;
  /** The size of what is shown; undefined while there is nothing. */
  size(): Size | undefined;
  show(shot: Shot): Promise<void>;
  /** Says why there is no picture. */
  fail(error: unknown): void;
  wait(): void;
}

/** What of the options decides where each pixel of the original goes: all else is left out of the swipe's other side. */
const PLACING: ReadonlySet<Stage> = new Set(["admit", "trim", "crop", "scale", "orient", "canvas"]);

/** The options under which the original covers the result exactly; undefined where it does as it is. */
export function sameCut(options: Options): Options | undefined {
  const { raw, preset, ...others } = options;
  const kept = Object.entries(others).filter(([name]) => PLACING.has(OPTIONS[name as keyof Options].stage));
  if (raw || (kept.length === 0 && preset === undefined)) return undefined;
  return { ...(preset && { preset }), ...Object.fromEntries(kept), format: "png" };
}

/** Wires one figure of the two. */
export function openSide(name: "original" | "result"): Side {
  const root = need(`[data-side=${name}]`, HTMLElement);
  const image = need("img", HTMLImageElement, root);
  const facts = need("[data-facts]", HTMLElement, root);
  let last: { readonly shot: Shot; readonly size: Size } | undefined;
  return {
    image,
    size: () => last?.size,
    show: async (shot) => {
      await place(image, shot);
      const size = { width: image.naturalWidth, height: image.naturalHeight };
      last = { shot, size };
      facts.replaceChildren(...factsOf(shot, size).map((fact) => textElement("span", fact)));
      root.dataset["state"] = "shown";
      root.dataset["shown"] = shot.url;
    },
    fail: (error) => {
      root.dataset["state"] = "failed";
      facts.replaceChildren(textElement("span", sentenceOf(error), "failed"));
      delete root.dataset["shown"];
    },
    wait: () => (root.dataset["state"] = "waiting"),
  };
}

const factsOf = ({ type, blob, milliseconds, kept }: Shot, size: Size): string[] => [
  formatName(type),
  pixels(size),
  amount(blob.size),
  `${duration(milliseconds)}${kept ? ", kept" : ""}`,
];

const sentenceOf = (error: unknown): string => {
  if (error instanceof Refusal) return error.message;
  return error instanceof DOMException ? "This browser cannot show it." : "The server does not answer.";
};

/** Says what the result weighs against the original. */
export function weigh(original: Shot | undefined, result: Shot | undefined): void {
  const saving = need("[data-saving]", HTMLElement);
  saving.textContent = original && result ? change(original.blob.size, result.blob.size) : "";
}

/** Wires the choice of the view and the handle of the swipe. */
export function openViews(onView: (view: View) => void): { view(): View } {
  const viewer = need("[data-viewer]", HTMLElement);
  const handle = need("[data-handle]", HTMLInputElement, viewer);
  const choices = all("[name=view]", HTMLInputElement, viewer);
  const viewOf = (): View => (choices.find(({ checked }) => checked)?.value === "swipe" ? "swipe" : "pair");
  for (const choice of choices)
    choice.addEventListener("change", () => {
      viewer.dataset["view"] = viewOf();
      onView(viewOf());
    });
  handle.addEventListener("input", () => viewer.style.setProperty("--at", handle.value));
  return { view: viewOf };
}
