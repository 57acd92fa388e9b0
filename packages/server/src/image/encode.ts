import type { Options } from "@tintype/url";
import type { Sharp } from "sharp";
import { encodeBmp } from "./codec/bmp.ts";
import type { Format } from "../formats.ts";
import type { Facts } from "./facts.ts";
import { encodeIco } from "./codec/ico.ts";
import type { Size } from "../plan/gravity.ts";
import { resetResolution } from "./metadata/resolution.ts";
import type { RenderSettings } from "./settings.ts";

type Settings = RenderSettings["encode"];

/** What an encoder needs to know besides the pixels. */
export interface Recipe {
  readonly format: Format;
  /** Of the picture; sharp's own answer is wrong where a pass cuts and then extends. */
  readonly size: Size;
  /** 1 to 100; means something only where the format has a quality. */
  readonly quality: number;
  readonly settings: Settings;
  /** Bits of an index in the source's palette, where it had one. */
  readonly paletteBits: number | undefined;
  readonly deep: boolean;
  readonly animation: Pick<Facts, "delays" | "loop"> | undefined;
}

/** From here up, colour is kept at full resolution: libvips' own rule for JPEG and AVIF. */
const FULL_CHROMA_QUALITY = 90;

const chroma = (quality: number): string => (quality < FULL_CHROMA_QUALITY ? "4:2:0" : "4:4:4");

const timing = ({ animation }: Recipe) =>
  animation ? { loop: animation.loop, delay: [...animation.delays] } : {};

/** Bits of a PNG's palette that hold so many colours. */
const bitsFor = (colors: number): number => [1, 2, 4].find((bits) => colors <= 2 ** bits) ?? 8;

function pngPalette({ settings, paletteBits }: Recipe): number | undefined {
  if (settings.pngQuantize) return bitsFor(settings.pngQuantizationColors);
  return paletteBits === undefined ? undefined : bitsFor(2 ** paletteBits);
}

function png(pipeline: Sharp, recipe: Recipe): Sharp {
  const bits = pngPalette(recipe);
  const palette = bits === undefined ? { adaptiveFiltering: true } : { palette: true, colours: 2 ** bits };
  return pipeline.png({ compressionLevel: 6, progressive: recipe.settings.pngInterlaced, ...palette });
}

type Encoder = (pipeline: Sharp, recipe: Recipe) => Promise<Uint8Array>;

const bySharp =
  (prepare: (pipeline: Sharp, recipe: Recipe) => Sharp): Encoder =>
  (pipeline, recipe) =>
    prepare(pipeline, recipe).toBuffer();

/** 72 dots per inch, which stripped pictures have. */
const DOTS_PER_MM = 72 / 25.4;

/** Contract processing.md, section 13. */
const ENCODERS: Readonly<Partial<Record<Format, Encoder>>> = {
  jpeg: bySharp((pipeline, { quality, settings }) =>
    pipeline.jpeg({ quality, progressive: settings.jpegProgressive, chromaSubsampling: chroma(quality) }),
  ),
  png: async (pipeline, recipe) => resetResolution(await png(pipeline, recipe).toBuffer()),
  webp: bySharp((pipeline, recipe) =>
    pipeline.webp({
      quality: recipe.quality,
      effort: recipe.settings.webpEffort,
      preset: recipe.settings.webpPreset,
      ...timing(recipe),
    }),
  ),
  gif: bySharp((pipeline, recipe) =>
    pipeline.gif({ colours: Math.max(2, 2 ** (recipe.paletteBits ?? 8)), reuse: false, ...timing(recipe) }),
  ),
  avif: bySharp((pipeline, { quality, settings, deep }) =>
    pipeline.avif({
      quality,
      effort: 9 - settings.avifSpeed,
      chromaSubsampling: chroma(quality),
      bitdepth: deep ? 12 : 8,
    }),
  ),
  tiff: bySharp((pipeline, { quality }) =>
    pipeline.tiff({ quality, compression: "none", predictor: "none", xres: DOTS_PER_MM, yres: DOTS_PER_MM }),
  ),
  bmp: async (pipeline, { size }) => {
    const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
    // Grey with transparency has no form in BMP; sharp is asked for four channels before it comes to this.
    return encodeBmp({ data, ...size, channels: info.channels as 1 | 3 | 4 });
  },
  ico: async (pipeline, { size }) => {
    const { data, info } = await pipeline.png({ compressionLevel: 6 }).toBuffer({ resolveWithObject: true });
    return encodeIco(resetResolution(data), { ...size, bitsPerPixel: info.channels === 4 ? 32 : 24 });
  },
};

/** Writes one picture at one quality. */
export const encode: Encoder = (pipeline, recipe) => {
  const encoder = ENCODERS[recipe.format];
  if (!encoder)
    throw new Error(`no encoder for ${recipe.format}, which the table of formats should have said`);
  return encoder(pipeline, recipe);
};

/** The quality that options and settings agree on, from the most to the least specific; 0 means "not said". */
export function qualityOf(format: Format, { quality, formatQuality }: Options, settings: Settings): number {
  return quality || formatQuality?.[format] || settings.formatQuality[format] || settings.quality;
}

/** No further than this is quality lowered for `max_bytes`. */
const LEAST_QUALITY = 10;

/** A picture that only has to be encoded, once or for one quality after the other. */
export interface Encodable {
  /** Starts a pipeline that ends in the encoder. */
  readonly open: () => Sharp;
  /** Adds to the encoder's bytes what it could not write itself. */
  readonly complete: (bytes: Uint8Array) => Uint8Array;
}

/** Lowers the quality until the bytes fit (contract processing.md, section 13, max_bytes). */
export async function encodeWithin(
  maxBytes: number,
  { open, complete }: Encodable,
  recipe: Recipe,
): Promise<Uint8Array> {
  let { quality } = recipe;
  while (true) {
    const bytes = complete(await encode(open(), { ...recipe, quality }));
    if (bytes.length <= maxBytes || quality <= LEAST_QUALITY) return bytes;
    quality = lowered(quality, bytes.length / maxBytes);
  }
}

function lowered(quality: number, overshoot: number): number {
  const factor = overshoot > 3 ? 0.25 : overshoot > 1.5 ? 0.5 : 0.75;
  return Math.max(1, Math.min(quality - 1, Math.round(quality * factor)));
}
