/// <reference lib="dom" />
/** The URL, which is written by the controls and can be written by hand, each segment in the colour of its stage. */
import { need, textElement } from "./element.ts";
import type { Language, Piece } from "./language.ts";

export interface Address {
  /** Shows a URL. */
  write(url: string): void;
  isBeingTyped(): boolean;
  /** Says what is wrong with it, or nothing. */
  complain(sentence: string): void;
}

interface AddressSettings {
  readonly language: Language;
  readonly onType: (text: string) => void;
  /** Hears that nobody is typing any more. */
  readonly onLeave: () => void;
}

/** Wires the URL's place in the page. */
export function openAddress({ language, onType, onLeave }: AddressSettings): Address {
  const root = need("[data-address]", HTMLElement);
  const typed = need("textarea", HTMLTextAreaElement, root);
  const drawn = need("[data-drawn]", HTMLElement, root);
  const legend = need("[data-legend]", HTMLElement, root);
  const complaint = need(".bad", HTMLElement, root);

  const draw = (text: string): void => {
    const pieces = language.pieces(text).filter((piece) => piece.text !== "");
    drawn.replaceChildren(...pieces.map(pieceElement));
    const parts = [...new Set(pieces.map(({ part }) => part))];
    legend.replaceChildren(...parts.map((part) => marked(textElement("span", part), part)));
  };
  typed.addEventListener("input", () => {
    draw(typed.value);
    onType(typed.value);
  });
  // A URL has no lines: Enter would only put one in.
  typed.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  typed.addEventListener("blur", () => {
    if (complaint.textContent === "") onLeave();
  });
  return {
    isBeingTyped: () => document.activeElement === typed,
    write: (url) => {
      draw(url);
      if (typed.value !== url) typed.value = url;
    },
    complain: (sentence) => (complaint.textContent = sentence),
  };
}

const pieceElement = ({ text, part }: Piece): HTMLElement => marked(textElement("span", text), part);

function marked(element: HTMLElement, part: Piece["part"]): HTMLElement {
  element.dataset["stage"] = part;
  return element;
}
