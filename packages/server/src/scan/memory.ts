/**
 * How much memory a picture will take a renderer, told from its header. The numbers are peaks of the resident size above
 * that of an idle renderer, over pictures of 2 to 24 megapixels through sharp 0.35.5 (libvips 8.18.7, glibc's allocator,
 * one thread a picture), rounded up: real pictures stay below them, most by a third.
 */
import type { Format } from "../formats.ts";
import type { Scanned, Size } from "./scanned.ts";

/** The picture to be made. What is left out counts as whatever costs more. */
export interface Made extends Size {
  readonly format: Format;
  readonly alpha?: boolean;
  /** 1 to 100. */
  readonly quality?: number;
  /** More than 8 bits a channel. */
  readonly deep?: boolean;
  /** The encoder's, as sharp counts it. */
  readonly effort?: number;
  /** For PNG, stored in passes. */
  readonly interlaced?: boolean;
}

export interface Making {
  readonly scanned: Scanned;
  /** Of the original. */
  readonly format: Format;
  /** Length of the original. */
  readonly bytes: number;
  /** Frames that are decoded; 1 for a still of an animation. */
  readonly frames: number;
  /** Copies of the whole picture besides the decoder's own: 2 where borders are looked for, 1 for a smart crop, and for any of an SVG. */
  readonly copies?: number;
  /** Undefined where nothing is encoded. */
  readonly result: Made | undefined;
}

const MIB = 2 ** 20;
/** Codecs, tables and lines in hand, whatever the size. */
const FIXED = 8 * MIB;
/** Pixels between two passes, at most four channels of 8 bits. */
const WORKING = 4;

/**
 * Bytes that making this picture takes at its peak, above an idle renderer. Infinity for an SVG without a declared size of
 * which no result is known either.
 */
export function predictBytes(making: Making): number {
  const { scanned, format, bytes, frames, copies = 0, result } = making;
  const pixels = scanned.pixels ?? 0;
  const whole = pixels * pixelBytes(scanned);
  const decoding = drawnPixels(making) * DECODERS[format](scanned);
  const encoding = result ? encodingBytes(scanned, result) : 0;
  const peak = RELEASES.has(format) ? Math.max(decoding, whole + encoding) : decoding + encoding;
  const held = bytes * (COPIES_FILE.has(format) ? 2 : 1);
  return Math.ceil(FIXED + held + peak + copies * whole + (frames > 1 ? filmBytes(making) : 0));
}

/** A vector picture is drawn as large as its result, unless pixels of it have to be looked at first. */
function drawnPixels({ scanned, format, copies = 0, result }: Making): number {
  if (format !== "svg") return scanned.pixels ?? 0;
  return (copies === 0 ? areaOf(result) : undefined) ?? scanned.pixels ?? Infinity;
}

const areaOf = (size: Size | undefined): number | undefined => size && size.width * size.height;

/** Decoders that keep a copy of the file, or of what is compressed in it. */
const COPIES_FILE: ReadonlySet<Format> = new Set(["avif", "heic", "jxl", "tiff"]);

/** Decoders that are done, and have let go of everything but the pixels, before an encoder begins. */
const RELEASES: ReadonlySet<Format> = new Set(["avif", "heic"]);

/** Bytes of one decoded pixel. */
const pixelBytes = ({ channels = 4, depthBits }: Scanned): number => channels * Math.ceil(depthBits / 8);

/** Lines that libvips keeps of a picture that it reads line by line: 0.36 to 0.41 of one that is 4,000 high. */
const LINES = 1700;

const share = ({ size }: Scanned): number => Math.min(1, LINES / Math.max(1, size?.height ?? 0));

/** Bytes a pixel of one frame, at full size: what shrinks while it decodes takes less. */
const DECODERS: Readonly<Record<Format, (scanned: Scanned) => number>> = {
  // In passes all of the picture and a quarter.
  png: (scanned) => pixelBytes(scanned) * (scanned.interlaced ? 1.3 : share(scanned)),
  // Two bytes for each coefficient while there are more scans to come; half of that where colour is subsampled.
  jpeg: (scanned) => pixelBytes(scanned) * (share(scanned) + (scanned.interlaced ? 2 : 0)),
  // 8.3 to 9.7 for stills; 15.2 with the canvas of an animation.
  webp: ({ animated }) => (animated ? 16 : 10),
  gif: () => 7,
  // 15.8 (4:2:0) to 20.2 at 8 bits; 19.2 to 26.2 above.
  avif: ({ depthBits }) => (depthBits > 8 ? 27 : 21),
  heic: ({ depthBits }) => (depthBits > 8 ? 27 : 21),
  // Floating point in libjxl; not measured, as there is no decoder for it here.
  jxl: () => 32,
  // 0.37 to 0.48 of a picture that is 4,000 high; 0.8 of one of half that height.
  tiff: (scanned) => pixelBytes(scanned) * 1.25 * share(scanned),
  svg: () => 4,
  // Decoded as a whole: 1.1.
  bmp: (scanned) => pixelBytes(scanned) * 1.25,
  ico: (scanned) => pixelBytes(scanned) * 1.3,
};

/** All frames of the source as one strip, which WebP's decoder holds a second time, then those of the result, twice while they are joined. */
function filmBytes({ scanned: { pixels = 0 }, format, frames, result }: Making): number {
  const strip = pixels * (format === "webp" ? 9 : 4.5);
  return frames * (strip + (areaOf(result) ?? pixels) * 8.5);
}

interface Traits {
  readonly alpha: boolean;
  /** Colour at full resolution. */
  readonly full: boolean;
  readonly deep: boolean;
  readonly effort: number;
  readonly interlaced: boolean;
}

interface Cost {
  readonly perPixel: number;
  readonly fixed?: number;
}

/** From this quality up, encoders get colour at full resolution. */
const FULL_CHROMA_QUALITY = 90;

function encodingBytes(scanned: Scanned, made: Made): number {
  const traits = {
    alpha: made.alpha ?? true,
    full: (made.quality ?? 100) >= FULL_CHROMA_QUALITY,
    deep: made.deep ?? scanned.depthBits > 8,
    effort: made.effort ?? 9,
    interlaced: made.interlaced ?? true,
  };
  const { perPixel, fixed = 0 } = ENCODERS[made.format](traits);
  return made.width * made.height * (WORKING * (traits.deep ? 2 : 1) + perPixel) + fixed;
}

const NONE: Cost = { perPixel: 0 };

/** Bytes a pixel of the result, the file included. */
const ENCODERS: Readonly<Record<Format, (traits: Traits) => Cost>> = {
  // 6.4 to 6.8, 12.4 to 12.9.
  jpeg: ({ full }) => ({ perPixel: full ? 13 : 7 }),
  // 6.7 with 4 MB more; transparency that varies: 34.6, and 50.7 at effort 6.
  webp: ({ alpha, effort }) => ({ perPixel: alpha ? (effort > 4 ? 52 : 38) : 7, fixed: 4 * MIB }),
  avif: avifCost,
  // 1.6 to 1.9, in passes 5.7 to 7.2; with a palette 3.3 and 47 MB more.
  png: ({ interlaced, deep }) => ({ perPixel: (interlaced ? 7.5 : 3.5) * (deep ? 2 : 1), fixed: 46 * MIB }),
  // 9.6 and 36 MB more.
  gif: () => ({ perPixel: 10.5, fixed: 40 * MIB }),
  // 3.8 to 5.0.
  tiff: () => ({ perPixel: 5.5 }),
  // Pixels and file: 8.9.
  bmp: () => ({ perPixel: 9 }),
  ico: () => ({ perPixel: 9 }),
  svg: () => NONE,
  heic: avifCost,
  jxl: avifCost,
};

/** At effort 2: 21.7, with full colour 34.4, at 12 bits 49.6, each with transparency 16 to 20 more; from effort 4 up 1.7 times that. */
function avifCost({ alpha, full, deep, effort }: Traits): Cost {
  const colour = deep ? 52 : full ? 37 : 24;
  return { perPixel: (colour + (alpha ? 20 : 0)) * (effort > 3 ? 1.7 : 1), fixed: 6 * MIB };
}
