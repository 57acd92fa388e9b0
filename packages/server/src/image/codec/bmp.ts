/** BMP files, which libvips neither reads nor writes. Format: Microsoft, "Bitmap Storage"; output: contract processing.md, section 13. */
import { HttpError } from "../../errors.ts";
import { decodeBitmap, requireArea, rowStride, type Bitmap, type Limits } from "./bitmap.ts";
import { readDib, requireBytes, type Dib } from "./dib.ts";
import type { Pixels } from "./pixels.ts";

const FILE_HEADER = 14;
const INFO_HEADER = 40;
const V5_HEADER = 124;

/** What a BMP's header tells. */
export interface BmpSize {
  readonly width: number;
  readonly height: number;
  /** As `decodeBmp` will answer. */
  readonly channels: 3 | 4;
  readonly paletteBits?: number;
}

/** Reads the header alone: 14 + 124 bytes are enough. Throws `broken_image`. */
export function readBmpSize(bytes: Uint8Array): BmpSize {
  const { width, height, bitsPerPixel, masks } = readHeader(bytes).dib;
  const channels = (masks?.alpha.max ?? 0) === 0 ? 3 : 4;
  return { width, height, channels, ...(bitsPerPixel <= 8 && { paletteBits: bitsPerPixel }) };
}

/**
 * Decodes to 3 channels, or to 4 where the header allows alpha. Throws `resolution_too_big` before memory is spent and
 * `broken_image` for all else, missing pixels included: there is no half picture.
 */
export function decodeBmp(bytes: Uint8Array, limits: Limits): Bitmap {
  const { dib, pixelsAt } = readHeader(bytes);
  requireArea(dib, limits);
  return decodeBitmap(bytes, dib, pixelsAt);
}

function readHeader(bytes: Uint8Array): { readonly dib: Dib; readonly pixelsAt: number } {
  requireBytes(bytes, FILE_HEADER);
  if (bytes[0] !== 0x42 || bytes[1] !== 0x4d) throw new HttpError("broken_image", "expected BM at the start");
  const dib = readDib(bytes, FILE_HEADER);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pixelsAt = view.getUint32(10, true);
  if (pixelsAt < dib.palette.at) {
    throw new HttpError("broken_image", `expected pixels behind the header, got offset ${pixelsAt}`);
  }
  return { dib, pixelsAt };
}

/** Encodes grey with a palette, colour as it is, rows top-down. Throws `result_too_big` above 4 GiB. */
export function encodeBmp(pixels: Pixels): Uint8Array {
  const { width, height, channels } = pixels;
  const headerSize = channels === 1 ? INFO_HEADER : V5_HEADER;
  const palette = channels === 1 ? greyPalette() : new Uint8Array();
  const pixelsAt = FILE_HEADER + headerSize + palette.length;
  const imageSize = rowStride(width, channels * 8) * height;
  if (pixelsAt + imageSize > 0xffffffff) {
    throw new HttpError("result_too_big", `expected at most 4 GiB of BMP, got ${width} x ${height}`);
  }
  const file = new Uint8Array(pixelsAt + imageSize);
  const view = new DataView(file.buffer);
  file.set([0x42, 0x4d]);
  view.setUint32(2, file.length, true);
  view.setUint32(10, pixelsAt, true);
  view.setUint32(14, headerSize, true);
  view.setInt32(18, width, true);
  view.setInt32(22, -height, true);
  view.setUint16(26, 1, true); // planes
  view.setUint16(28, channels * 8, true);
  view.setUint32(34, imageSize, true);
  view.setUint32(46, palette.length / 4, true);
  if (headerSize === V5_HEADER) writeColourSpace(view, pixels);
  file.set(palette, FILE_HEADER + headerSize);
  writeRows(file.subarray(pixelsAt), pixels);
  return file;
}

function writeColourSpace(view: DataView, { channels }: Pixels): void {
  const alpha = channels === 4 ? 0xff000000 : 0;
  [0xff0000, 0xff00, 0xff, alpha].forEach((mask, i) => view.setUint32(54 + i * 4, mask, true));
  view.setUint32(70, 0x73524742, true); // LCS_sRGB, in the file "BGRs"
  view.setUint32(122, 4, true); // LCS_GM_IMAGES
}

const greyPalette = (): Uint8Array => Uint8Array.from({ length: 1024 }, (_, i) => (i % 4 === 3 ? 0 : i >> 2));

function writeRows(rows: Uint8Array, { data, width, height, channels }: Pixels): void {
  const stride = rowStride(width, channels * 8);
  const length = width * channels;
  for (let y = 0; y < height; y++) {
    const row = rows.subarray(y * stride, y * stride + length);
    row.set(data.subarray(y * length, (y + 1) * length));
    if (channels > 1) swapRedAndBlue(row, channels);
  }
}

function swapRedAndBlue(row: Uint8Array, channels: number): void {
  for (let i = 0; i < row.length; i += channels) {
    const red = row[i] ?? 0;
    row[i] = row[i + 2] ?? 0;
    row[i + 2] = red;
  }
}
