import { LINKS } from "./allow.ts";
import type { LinkKind } from "./allow.ts";
import type { SvgElement } from "./read.ts";

/** A picture that stands in the document as a `data:` link. */
export interface Embedded {
  readonly mime: string;
  readonly base64: string;
}

// A data link of a raster format; the character set that some writers add says nothing about a picture.
const RASTER = /^data:(image\/(?:png|jpe?g|gif|webp|avif))(?:;charset=[\w-]+)?;base64,([A-Z\d+/]+={0,2})$/i;

// The first bytes of the five formats, one character a byte.
const MAGIC = /^(?:\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|RIFF[^]{4}WEBP|[^]{4}ftyp(?:avif|avis|mif1|msf1))/;

// A scheme of the web, or a path whose first segment has no colon, written or escaped.
const PAGE = /^(?:https?:\/\/[^\\]*|(?:[\p{L}\p{N}_.~@+,-]|%(?!3a))*(?:[/?#][^\\]*)?)$/iu;

// Whatever a browser may skip while it looks for a scheme.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const CLEANERS: Readonly<Record<LinkKind, (value: string) => string | undefined>> = {
  fragment: (value) => (/^#[^\s"'\\<>]*$/u.test(value) && !HIDDEN.test(value) ? value : undefined),
  page: cleanPage,
  raster: (value) => {
    const picture = readRaster(value);
    return picture && `data:${picture.mime};base64,${picture.base64}`;
  },
};

/** The link as it may stand in a rebuilt document, or undefined where that element may not have it. */
export function cleanLink(element: string, value: string): string | undefined {
  if (!Object.hasOwn(LINKS, element)) return undefined;
  for (const kind of LINKS[element] ?? []) {
    const link = CLEANERS[kind](value.trim());
    if (link !== undefined) return link;
  }
  return undefined;
}

/** What an element refers to, by either spelling; the newer one wins where both stand, as in every reader. */
export const hrefOf = ({ attributes }: SvgElement): string | undefined =>
  attributes.get("href") ?? attributes.get("xlink:href");

/** The picture in a `data:` link, or undefined where the link is another or its first bytes are not of a raster format. */
export function readRaster(value: string): Embedded | undefined {
  const [, mime, base64] = RASTER.exec(value.replace(/\s+/g, "")) ?? [];
  if (mime === undefined || base64 === undefined) return undefined;
  const start = Buffer.from(base64.slice(0, 32), "base64").toString("latin1");
  return MAGIC.test(start) ? { mime: mime.toLowerCase(), base64 } : undefined;
}

function cleanPage(value: string): string | undefined {
  if (HIDDEN.test(value) || !PAGE.test(value.replace(/\s+/g, ""))) return undefined;
  return value.replace(/\s+/g, "%20");
}
