import sharp, { type Sharp } from "sharp";
import { HttpError } from "../errors.ts";
import type { Size } from "../plan/gravity.ts";

/**
 * sharp's own order inside one pipeline, whatever the order of the calls. A step that would go back in it starts a new
 * pass through raw pixels.
 */
export const RANKS = [
  "crop",
  "flatten",
  "scale",
  "turn",
  "cut",
  "extend",
  "blur",
  "sharpen",
  "composite",
] as const;
export type Rank = (typeof RANKS)[number];

/** What a picture on its way is like. */
export interface Traits {
  readonly size: Size;
  readonly alpha: boolean;
  /** One colour channel, and to stay so. */
  readonly grey: boolean;
  /** 16 bits a channel, and to stay so. */
  readonly deep: boolean;
  /** Pixels are in the space of an embedded profile and have to be converted to sRGB in the end. */
  readonly convert: boolean;
}

/** A picture on its way: a pipeline that has not run yet. Never edited; each step answers with the next. */
export interface Picture extends Traits {
  readonly pipeline: Sharp;
  /** Rank of the last step in this pass, as an index into RANKS. */
  readonly reached: number;
  /** Straight from the source, so the pipeline still has the source's metadata. */
  readonly original: boolean;
}

/** The picture that a pipeline begins. */
export const begin = (pipeline: Sharp, traits: Traits): Picture => ({
  ...traits,
  pipeline,
  reached: -1,
  original: true,
});

/** Does one thing to the picture, in a new pass where sharp's order demands one. */
export async function step(
  picture: Picture,
  rank: Rank,
  work: (pipeline: Sharp) => Sharp,
  traits: Partial<Traits> = {},
): Promise<Picture> {
  const place = RANKS.indexOf(rank);
  const ready = place > picture.reached ? picture : await settle(picture);
  return { ...ready, ...traits, pipeline: work(ready.pipeline), reached: place };
}

/** Pixels as sharp gives and takes them: native byte order where `depth` is 16. */
export interface Raw {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly depth: 8 | 16;
}

/** Runs the pass and answers with its pixels. Throws HttpError("broken_image") where the source cannot be decoded. */
export async function pixels(picture: Picture): Promise<Raw> {
  // Raw output of grey drops transparency, so the grey waits in three channels until it is encoded.
  const whole = { ...picture, grey: picture.grey && !picture.alpha };
  const output = coloured(whole).raw({ depth: picture.deep ? "ushort" : "uchar" });
  const { data, info } = await run(picture, output.toBuffer({ resolveWithObject: true }));
  const { channels } = info;
  const depth = picture.deep ? 16 : 8;
  // Where a pass cuts and then extends, sharp tells the size of the cut.
  const { width } = picture.size;
  const height = (data.length * 8) / (width * channels * depth);
  if (!Number.isInteger(height))
    throw new HttpError("internal", `expected rows of ${width} pixels, got ${data.length} bytes`);
  return { data, width, height, channels, depth };
}

/** Runs a pass to its end; what fails while the source is being decoded is the source's fault. */
export async function run<T>({ original }: Picture, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (!original) throw error;
    throw new HttpError("broken_image", String(error), { cause: error });
  }
}

/** A picture whose pixels are all there. */
export function fromRaw({ data, width, height, channels, depth }: Raw, traits: Traits): Picture {
  const array = depth === 16 ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
  const pipeline = sharp(array, { raw: { width, height, channels } });
  const alpha = channels === 2 || channels === 4;
  return {
    ...traits,
    size: { width, height },
    alpha,
    convert: false,
    pipeline,
    reached: -1,
    original: false,
  };
}

/** Ends the pass and begins another over its pixels. */
export const settle = async (picture: Picture): Promise<Picture> => fromRaw(await pixels(picture), picture);

/** The picture in sRGB, where the colours of a URL and of a watermark are at home. */
export const inSrgb = (picture: Picture): Promise<Picture> =>
  picture.convert ? settle(picture) : Promise.resolve(picture);

/** Leaves the embedded profile's space and sees to the number of channels and their depth. */
export function coloured({ pipeline, grey, deep, convert }: Picture): Sharp {
  if (convert) return pipeline.withIccProfile("srgb", { attach: false });
  if (grey) return pipeline.toColourspace(deep ? "grey16" : "b-w");
  return deep ? pipeline.toColourspace("rgb16") : pipeline;
}
