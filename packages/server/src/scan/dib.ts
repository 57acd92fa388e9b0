/** The header of a bitmap, as far as it tells the size. Format: Microsoft, "Bitmap Storage". */
import type { Reader } from "./reader.ts";
import { broken, requireSides, type Size } from "./scanned.ts";

/** For an icon's bitmap the height is twice the picture's. */
export interface Dib extends Size {
  readonly bitsPerPixel: number;
  readonly runLength: boolean;
  /** First byte after header and masks, where the palette begins. */
  readonly paletteAt: number;
  readonly paletteBytes: number;
}

const CORE = 12;
const INFO = 40;
const HEADERS: readonly number[] = [CORE, INFO, 52, 56, 108, 124];
const LONGEST = 2 ** 31;

/** By compression: bits per pixel that it allows, and bytes of masks behind a header of 40. Two more wrap whole files. */
const COMPRESSIONS: Readonly<Record<number, { readonly bits: readonly number[]; readonly masks: number }>> = {
  0: { bits: [1, 2, 4, 8, 16, 24, 32], masks: 0 },
  1: { bits: [8], masks: 0 },
  2: { bits: [4], masks: 0 },
  3: { bits: [16, 32], masks: 12 },
  6: { bits: [16, 32], masks: 16 },
};

/** Reads the header at `at`; palette and pixels need not be there. Throws `broken_image` and `source_incomplete`. */
export function readDib(read: Reader, at: number): Dib {
  const bytes = read.u32(at);
  if (!HEADERS.includes(bytes)) throw broken(`expected a known bitmap header size, got ${bytes}`);
  const core = bytes === CORE;
  const [width, height] = core ? [read.u16(at + 4), read.u16(at + 6)] : [read.i32(at + 4), read.i32(at + 8)];
  const bitsPerPixel = read.u16(at + (core ? 10 : 14));
  const compression = core ? 0 : read.u32(at + 16);
  const known = COMPRESSIONS[compression];
  if (!known?.bits.includes(bitsPerPixel)) {
    throw broken(`expected a known compression, got ${compression} at ${bitsPerPixel} bits per pixel`);
  }
  const size = { width, height: Math.abs(height) };
  requireSides(size, LONGEST);
  // No file can hold more, and its own fields cannot count more.
  if (rowBytes(width, bitsPerPixel) * size.height >= 2 ** 32) {
    throw broken(`expected less than 4 GiB of pixels, got ${width} x ${size.height}`);
  }
  const colours = core ? 0 : read.u32(at + 32);
  const indexed = bitsPerPixel <= 8 ? Math.min(colours || 256, 2 ** bitsPerPixel) : 0;
  return {
    ...size,
    bitsPerPixel,
    runLength: compression === 1 || compression === 2,
    paletteAt: at + bytes + (bytes === INFO ? known.masks : 0),
    paletteBytes: indexed * (core ? 3 : 4),
  };
}

/** Bytes from one stored row to the next: whole 32-bit words. */
const rowBytes = (width: number, bitsPerPixel: number): number => Math.ceil((width * bitsPerPixel) / 32) * 4;

/** Where pixels that begin at `at` end at the earliest: the padding of the last row may be missing, and of run lengths nothing is known. */
export function pixelsEnd({ width, height, bitsPerPixel, runLength }: Dib, at: number): number {
  if (runLength) return at + 1;
  return at + rowBytes(width, bitsPerPixel) * (height - 1) + Math.ceil((width * bitsPerPixel) / 8);
}

/** What a bitmap tells about its colours; with 32 bits per pixel, transparency depends on the pixels. */
export const coloursOf = ({ bitsPerPixel }: Dib) => ({
  depthBits: bitsPerPixel < 8 ? bitsPerPixel : 8,
  channels: bitsPerPixel === 32 ? undefined : 3,
  alpha: bitsPerPixel === 32 ? undefined : false,
});
