import { createElement, type ReactElement } from "react";
import * as ReactDOM from "react-dom";
import type { PreloadAttributes } from "../markup/markup.ts";
import { FETCH_PRIORITY } from "./elements.ts";

/**
 * Has a picture loaded before the page's end is known. React 19 is told, and writes one link however often it is told; for
 * React 18 there is a link to render.
 */
export function preloadPicture(wanted: PreloadAttributes): ReactElement | null {
  const { href, imagesrcset, imagesizes, type, fetchpriority } = wanted;
  const lists = {
    ...(imagesrcset && { imageSrcSet: imagesrcset }),
    ...(imagesizes && { imageSizes: imagesizes }),
  };
  const { preload } = ReactDOM as { readonly preload?: typeof ReactDOM.preload };
  if (preload === undefined) {
    const priority = { [FETCH_PRIORITY]: fetchpriority };
    return createElement("link", { rel: "preload", as: "image", href, type, ...lists, ...priority });
  }
  preload(href, { as: "image", fetchPriority: fetchpriority, ...(type && { type }), ...lists });
  return null;
}
