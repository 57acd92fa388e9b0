/** The pixels behind a bitmap's header, for BMP files and ICO entries alike. */
import { HttpError } from "../../errors.ts";
import { requireBytes, type Channel, type Dib, type Masks } from "./dib.ts";
import type { Pixels } from "./pixels.ts";
import { unpackRle } from "./rle.ts";

export interface Bitmap extends Pixels {
  /** Bits per pixel of the palette that the picture was stored with: 1, 2, 4 or 8. */
  readonly paletteBits?: number;
}

export interface Limits {
  readonly maxPixels: number;
}

/** Beyond this an array of four bytes a pixel cannot be counted on, whatever the limits say. */
const MOST_PIXELS = 2 ** 29;

/** Throws `resolution_too_big`. To be asked before anything is set aside for the pixels. */
export function requireArea({ width, height }: Dib, { maxPixels }: Limits): void {
  const most = Math.min(maxPixels, MOST_PIXELS);
  if (width * height > most) {
    throw new HttpError("resolution_too_big", `expected at most ${most} pixels, got ${width} x ${height}`);
  }
}

/** Decodes the pixels that begin at `at`. Throws `broken_image` where some are missing. */
export function decodeBitmap(bytes: Uint8Array, dib: Dib, at: number): Bitmap {
  if (dib.palette.count > 0) return decodeIndexed(bytes, dib, at);
  requireRows(bytes, dib, at);
  return dib.masks === undefined ? decodeBgr(bytes, dib, at) : decodeMasked(bytes, dib, at, dib.masks);
}

/** Bytes from one stored row to the next: rows are padded to whole 32-bit words. */
export const rowStride = (width: number, bitsPerPixel: number): number =>
  Math.ceil((width * bitsPerPixel) / 32) * 4;

/** The padding of the last row may be missing, its pixels may not. */
function requireRows(bytes: Uint8Array, { width, height, bitsPerPixel }: Dib, at: number): void {
  const lastRow = Math.ceil((width * bitsPerPixel) / 8);
  requireBytes(bytes, at + rowStride(width, bitsPerPixel) * (height - 1) + lastRow);
}

const storedRow = ({ height, topDown }: Dib, y: number): number => (topDown ? y : height - 1 - y);

function decodeIndexed(bytes: Uint8Array, dib: Dib, at: number): Bitmap {
  const { width, height, bitsPerPixel, runLength } = dib;
  const palette = readPalette(bytes, dib);
  if (!runLength) requireRows(bytes, dib, at);
  const rows = runLength
    ? { bytes: unpackRle(bytes.subarray(at), dib), at: 0, stride: width, bits: 8 }
    : { bytes, at, stride: rowStride(width, bitsPerPixel), bits: bitsPerPixel };

  const data = new Uint8Array(width * height * 3);
  const highest = (1 << rows.bits) - 1;
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = rows.at + storedRow(dib, y) * rows.stride;
    for (let bit = 0; bit < width * rows.bits; bit += rows.bits) {
      const byte = rows.bytes[row + (bit >> 3)] ?? 0;
      const colour = ((byte >> (8 - rows.bits - (bit & 7))) & highest) * 3;
      data[to++] = palette[colour] ?? 0;
      data[to++] = palette[colour + 1] ?? 0;
      data[to++] = palette[colour + 2] ?? 0;
    }
  }
  return { data, width, height, channels: 3, paletteBits: bitsPerPixel };
}

/** Red, green, blue; indices beyond the colours that the file brings are black. */
function readPalette(bytes: Uint8Array, { palette: { at, count, stride }, end }: Dib): Uint8Array {
  requireBytes(bytes, end);
  const colours = new Uint8Array(256 * 3);
  for (let i = 0; i < count; i++) {
    const [blue = 0, green = 0, red = 0] = bytes.subarray(at + i * stride, at + i * stride + 3);
    colours.set([red, green, blue], i * 3);
  }
  return colours;
}

function decodeBgr(bytes: Uint8Array, dib: Dib, at: number): Bitmap {
  const { width, height, bitsPerPixel } = dib;
  const data = new Uint8Array(width * height * 3);
  let to = 0;
  for (let y = 0; y < height; y++) {
    let from = at + storedRow(dib, y) * rowStride(width, bitsPerPixel);
    for (let x = 0; x < width; x++, from += 3) {
      data[to++] = bytes[from + 2] ?? 0;
      data[to++] = bytes[from + 1] ?? 0;
      data[to++] = bytes[from] ?? 0;
    }
  }
  return { data, width, height, channels: 3 };
}

function decodeMasked(bytes: Uint8Array, dib: Dib, at: number, masks: Masks): Bitmap {
  const { width, height, bitsPerPixel } = dib;
  const { red, green, blue, alpha, alphaAssumed } = masks;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const step = bitsPerPixel / 8;
  const channels = alpha.max === 0 ? 3 : 4;
  const data = new Uint8Array(width * height * channels);
  let to = 0;
  let opacity = 0;
  for (let y = 0; y < height; y++) {
    let from = at + storedRow(dib, y) * rowStride(width, bitsPerPixel);
    for (let x = 0; x < width; x++, from += step) {
      const word = step === 4 ? view.getUint32(from, true) : view.getUint16(from, true);
      data[to++] = level(word, red);
      data[to++] = level(word, green);
      data[to++] = level(word, blue);
      if (channels === 4) opacity |= data[to++] = level(word, alpha);
    }
  }
  // Writers that know no alpha leave zeros there, and the whole picture would be invisible.
  if (alphaAssumed && opacity === 0) for (let i = 3; i < data.length; i += 4) data[i] = 255;
  return { data, width, height, channels };
}

/** Scales `max` to 255, so that white is white at any depth. */
function level(word: number, { shift, max }: Channel): number {
  if (max === 0) return 0;
  return Math.round((((word >>> shift) & max) >>> 0) * (255 / max));
}
