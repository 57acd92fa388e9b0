import { FORMATS, type Format } from "../formats.ts";
import type { Embed } from "../plan/embed.ts";
import type { Size } from "../plan/gravity.ts";
import { fitFormat, type Plan } from "../plan/plan.ts";
import { lay, type Frame } from "./ground.ts";
import { fromRaw, inSrgb, pixels, settle, step, type Picture } from "./picture.ts";

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
  const open = plan.embeds.length > 0 || (picture.alpha && solid !== undefined);
  return shrinkToFormat(open ? await layOn(picture, plan.embeds, solid) : picture, format);
}

async function layOn(
  picture: Picture,
  embeds: readonly Embed[],
  solid: string | undefined,
): Promise<Picture> {
  const clipped = await clip(await inEightBits(picture), embeds[0] ?? picture.size);
  const coloured = solid === undefined ? clipped : await readyFor(clipped, solid);
  const frame = frameOf(embeds) ?? { ...coloured.size, left: 0, top: 0 };
  if (coloured.deep) return fromRaw(lay(await pixels(coloured), frame, solid), coloured);
  return extend(solid === undefined ? coloured : await flatten(coloured, solid), frame, solid);
}

/** In 16 bits of grey, sharp's white and opaque are 65280, which its way to 8 bits makes 254 of. */
const inEightBits = (picture: Picture): Promise<Picture> =>
  picture.original && picture.grey && !picture.deep ? settle(picture) : Promise.resolve(picture);

/** Brings the picture to where it can meet a colour that the URL names: into sRGB, and out of grey if need be. */
async function readyFor(picture: Picture, solid: string): Promise<Picture> {
  if (picture.grey && !isGrey(solid)) return settle({ ...picture, grey: false });
  return inSrgb(picture);
}

const isGrey = (color: string): boolean =>
  color.slice(0, 2) === color.slice(2, 4) && color.slice(2, 4) === color.slice(4);

/** Canvases around canvases, as one. */
function frameOf(embeds: readonly Embed[]): Frame | undefined {
  const outer = embeds.at(-1);
  if (!outer) return undefined;
  const left = embeds.reduce((sum, embed) => sum + embed.left, 0);
  const top = embeds.reduce((sum, embed) => sum + embed.top, 0);
  return { width: outer.width, height: outer.height, left, top };
}

async function flatten(picture: Picture, background: string): Promise<Picture> {
  if (!picture.alpha) return picture;
  return step(picture, "flatten", (pipeline) => pipeline.flatten({ background: `#${background}` }), {
    alpha: false,
  });
}

async function extend(picture: Picture, frame: Frame, solid: string | undefined): Promise<Picture> {
  const { width, height, left, top } = frame;
  const right = width - left - picture.size.width;
  const bottom = height - top - picture.size.height;
  if (left + top + right + bottom === 0) return picture;
  const background = solid === undefined ? CLEAR : `#${solid}`;
  return step(picture, "extend", (pipeline) => pipeline.extend({ top, right, bottom, left, background }), {
    size: { width, height },
    alpha: picture.alpha || solid === undefined,
  });
}

/** Rounding can leave a picture larger than its canvas, which then cuts it. */
async function clip(picture: Picture, canvas: Size): Promise<Picture> {
  const width = Math.min(canvas.width, picture.size.width);
  const height = Math.min(canvas.height, picture.size.height);
  if (width === picture.size.width && height === picture.size.height) return picture;
  const area = { left: 0, top: 0, width, height };
  return step(await settle(picture), "crop", (pipeline) => pipeline.extract(area), {
    size: { width, height },
  });
}

async function shrinkToFormat(picture: Picture, format: Format): Promise<Picture> {
  const { maxSide } = FORMATS[format];
  const size = fitFormat(picture.size, { maxSide, ...(format === "gif" && { maxPixels: GIF_PIXELS }) });
  if (!size) return picture;
  return step(await settle(picture), "scale", (p) => p.resize({ ...size, fit: "fill" }), { size });
}
