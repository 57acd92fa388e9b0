import { createElement, version, type ComponentProps, type ReactElement } from "react";
import type { ImgAttributes, SourceAttributes } from "../markup/markup.ts";

/** What an `<img>` may be given. */
export type ImgProps = ComponentProps<"img">;

/** What there is to render: attributes, and sources where it is a `<picture>`. */
export interface Elements {
  readonly img: ImgProps;
  readonly sources?: readonly SourceAttributes[] | undefined;
}

/** React 19 spells as the DOM does what React 18 passes on as HTML does. */
export const FETCH_PRIORITY: string = Number.parseInt(version) >= 19 ? "fetchPriority" : "fetchpriority";

/** Attributes as React spells them. */
export const imgProps = ({ src, srcset, fetchpriority, ...same }: ImgAttributes): ImgProps => ({
  ...same,
  ...(fetchpriority && { [FETCH_PRIORITY]: fetchpriority }),
  ...(srcset && { srcSet: srcset }),
  src,
});

/** `<img>`, or `<picture>` around it; the `<img>` is the same one when its sources leave. */
export function toElement({ img, sources }: Elements): ReactElement {
  const { src, ...rest } = img;
  // React sets attributes in this order, and some browsers begin to load as soon as they see a src.
  const element = createElement("img", { key: "img", ...rest, src });
  if (sources === undefined) return element;
  const offered = sources.map(({ type, srcset, sizes }) =>
    createElement("source", { key: type, type, srcSet: srcset, sizes }),
  );
  return createElement("picture", null, [...offered, element]);
}
