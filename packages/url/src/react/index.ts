/** Pictures for React, for servers and browsers alike: only `live.ts` needs a browser. */
import { createElement, Fragment, type ReactElement } from "react";
import { markup } from "../markup/markup.ts";
import type { Origin } from "../markup/origin.ts";
import { imgProps, toElement } from "./elements.ts";
import { Live } from "./live.ts";
import { preloadPicture } from "./preload.ts";
import type { ImageProps, PictureProps } from "./props.ts";

export type { BuiltPicture, BuiltSource } from "../markup/origin.ts";
export type { ImageProps, PictureProps };

/**
 * An `<img>` in as many sizes as are worth it, in one format. Throws TypeError, which names the option, where it cannot be
 * made.
 */
export const Image = (props: ImageProps): ReactElement => render(props, { sources: false });

/** A `<picture>` with a `<source>` for each modern format. Throws as `Image` does. */
export const Picture = (props: PictureProps): ReactElement => render(props, { sources: true });

function render(props: ImageProps, kind: { readonly sources: boolean }): ReactElement {
  const { capability, path, aspect, src, image, options, ...placed } = props;
  const { fill, layout, width, height, sizes, priority, loading, format, color, blur, ...said } = placed;
  const { fallback, style, ...attributes } = said;
  if (typeof attributes.alt !== "string")
    throw new TypeError(`alt: expected a text, or "" for decoration, got ${JSON.stringify(attributes.alt)}`);
  // The types have let through nothing but a whole origin, which taking it apart made them forget.
  const origin = { capability, path, aspect, src, image, options } as Origin;
  const made = markup(
    {
      ...origin,
      ...{ width, height, sizes, priority, loading, format, color, blur },
      layout: fill ? "fill" : layout,
    },
    kind,
  );
  const elements = {
    img: { ...attributes, ...imgProps(made.img), style: { ...made.style, ...style } },
    sources: kind.sources ? made.sources : undefined,
  };
  const link = made.preload && preloadPicture(made.preload);
  const { backdrop } = made;
  const element =
    fallback === false
      ? toElement({ ...elements, img: { ...elements.img, style: { ...backdrop, ...elements.img.style } } })
      : // Another picture starts anew.
        createElement(Live, { key: made.img.src, ...elements, backdrop, fallback });
  return link ? createElement(Fragment, null, link, element) : element;
}
