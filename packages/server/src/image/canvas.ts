import { FORMATS, type Format } from "../formats.ts";
import type { Embed } from "./geometry/embed.ts";
import { fitFormat, type Plan } from "./geometry/plan.ts";
import { settle, step, type Picture } from "./picture.ts";

const CLEAR = { r: 0, g: 0, b: 0, alpha: 0 };
const WHITE = "ffffff";
/** libvips' GIF encoder holds no more. */
const GIF_PIXELS = 536_870_911;

interface Ground {
  readonly format: Format;
  /** Six hex digits. */
  readonly background: string | undefined;
}

/** What lies around and behind the picture: extension, padding, the format's own bounds, background. */
export async function canvas(picture: Picture, plan: Plan, { format, background }: Ground): Promise<Picture> {
  const solid = background ?? (FORMATS[format].alpha ? undefined : WHITE);
  const needed = picture.alpha || plan.embeds.length > 0;
  const lit = solid === undefined || !needed ? picture : await flatten(picture, solid);
  const embedded = await embedAll(lit, plan.embeds, solid);
  return shrinkToFormat(embedded, format);
}

async function flatten(picture: Picture, background: string): Promise<Picture> {
  const coloured = picture.grey && !isGrey(background) ? await settle({ ...picture, grey: false }) : picture;
  if (!coloured.alpha) return coloured;
  return step(coloured, "flatten", (pipeline) => pipeline.flatten({ background: `#${background}` }), {
    alpha: false,
  });
}

const isGrey = (color: string): boolean =>
  color.slice(0, 2) === color.slice(2, 4) && color.slice(2, 4) === color.slice(4);

async function embedAll(
  picture: Picture,
  embeds: readonly Embed[],
  solid: string | undefined,
): Promise<Picture> {
  const outer = embeds.at(-1);
  if (!outer) return picture;
  const clipped = await clip(picture, embeds[0] ?? outer);
  const left = embeds.reduce((sum, embed) => sum + embed.left, 0);
  const top = embeds.reduce((sum, embed) => sum + embed.top, 0);
  const right = outer.width - left - clipped.size.width;
  const bottom = outer.height - top - clipped.size.height;
  const background = solid === undefined ? CLEAR : `#${solid}`;
  return step(clipped, "extend", (pipeline) => pipeline.extend({ top, right, bottom, left, background }), {
    size: { width: outer.width, height: outer.height },
    alpha: clipped.alpha || solid === undefined,
  });
}

/** A canvas that is smaller than the picture on one axis cuts it there. */
async function clip(picture: Picture, { width, height }: Embed): Promise<Picture> {
  const size = { width: Math.min(width, picture.size.width), height: Math.min(height, picture.size.height) };
  if (size.width === picture.size.width && size.height === picture.size.height) return picture;
  return step(await settle(picture), "crop", (pipeline) => pipeline.extract({ left: 0, top: 0, ...size }), {
    size,
  });
}

async function shrinkToFormat(picture: Picture, format: Format): Promise<Picture> {
  const { maxSide } = FORMATS[format];
  const size = fitFormat(picture.size, { maxSide, ...(format === "gif" && { maxPixels: GIF_PIXELS }) });
  if (!size) return picture;
  return step(await settle(picture), "scale", (p) => p.resize({ ...size, fit: "fill" }), { size });
}
