"use client";
import { useCallback, useEffect, useRef, useState } from "react";
import type { CSSProperties, ReactElement, Ref, RefObject } from "react";
import { altCard } from "../markup/fallback.ts";
import { toElement, type Elements } from "./elements.ts";

export interface LiveProps extends Elements {
  /** Lies behind the picture until it is there. */
  readonly backdrop?: CSSProperties | undefined;
  /** Stands in for a picture that cannot be had; its alternative text where left out. */
  readonly fallback?: string | undefined;
}

type Stage = "loading" | "shown" | "fallback" | "card";

/** The part of a picture that needs a browser: it takes the backdrop away, and shows what stands in for a missing one. */
export function Live({ img, sources, backdrop, fallback }: LiveProps): ReactElement {
  const { onLoad, onError, style, ref, ...rest } = img;
  const [stage, setStage] = useState<Stage>("loading");
  const element = useRef<HTMLImageElement>(null);
  const show = () => setStage((now) => (now === "loading" ? "shown" : now));
  // A failure may be heard of twice, so it counts for the picture that failed and not for what stands in by now.
  const fail = useCallback(
    (of: Stage) => setStage((now) => (now !== of ? now : of === "loading" && fallback ? "fallback" : "card")),
    [fallback],
  );

  // Before this script ran, the picture may have come or failed, and nobody heard.
  useEffect(() => {
    const { current } = element;
    if (!current?.complete) return;
    // An SVG without a size of its own is there, and no pixel wide.
    if (current.naturalWidth > 0) show();
    else current.decode().then(show, () => fail("loading"));
  }, [fail]);

  const standIn = { fallback, card: altCard(rest.alt ?? ""), loading: undefined, shown: undefined }[stage];
  return toElement({
    img: {
      ...rest,
      style: { ...(stage === "loading" && backdrop), ...style },
      ...(standIn && { src: standIn, srcSet: undefined, sizes: undefined }),
      ref: useBoth(element, ref),
      onLoad: (event) => {
        show();
        onLoad?.(event);
      },
      onError: (event) => {
        fail(stage);
        onError?.(event);
      },
    },
    sources: sources && (standIn ? [] : sources),
  });
}

type ImgRef = Ref<HTMLImageElement> | undefined;

/** One ref that keeps two. */
const useBoth = (own: RefObject<HTMLImageElement | null>, theirs: ImgRef): ImgRef =>
  useCallback(
    (node: HTMLImageElement | null) => {
      own.current = node;
      if (typeof theirs === "function") return theirs(node);
      if (theirs) theirs.current = node;
    },
    [own, theirs],
  );
