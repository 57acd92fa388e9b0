/**
 * A PNG made to be read once: pixels that were worked on as raw bytes go back into an encoder together with the metadata
 * that raw bytes cannot carry. Nothing is compressed but the profile. Formats: PNG (third edition), RFC 1950, RFC 1951.
 */
import { crc32, deflateSync } from "node:zlib";
import { HttpError } from "../../errors.ts";
import { bareExif } from "./exif.ts";
import type { Kept } from "./kept.ts";

/** A picture as bytes: interleaved, rows top-down without padding, alpha not multiplied in. */
export interface RawPixels {
  /** Exactly `width * height * channels * depth / 8` bytes; 16-bit channels are little-endian. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Grey, grey with alpha, RGB, RGB with alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  readonly depth: 8 | 16;
}

/** Metadata blocks as sharp's `metadata()` gives them. libpng drops a profile of other channels. */
export interface Carried extends Kept {
  /** Pixels per inch, 72 where left out or out of PNG's range. */
  readonly density?: number;
}

const SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
const COLOUR_TYPE = { 1: 0, 2: 4, 3: 2, 4: 6 } as const;
const DEFAULT_DENSITY = 72;
const METRES_PER_INCH = 0.0254;
const PIXELS_PER_METRE = 1;
/** Where PNG's four-byte numbers end, lengths of chunks among them. */
const MAX_NUMBER = 0x7fffffff;
const CHUNK_BYTES = 12;

/** Where the first chunk, which says how large the picture is, ends. */
const HEADER_END = SIGNATURE.length + CHUNK_BYTES + 13;

/** A stored block holds up to 65535 bytes; this is the filter's byte less, and even for the sake of 16-bit channels. */
const MAX_PIECE_BYTES = 65_534;
const BLOCK_HEADER_BYTES = 5;
const ZLIB_HEADER = Buffer.from([0x78, 0x01]);
const LAST_BLOCK = Buffer.from([1, 0, 0, 0xff, 0xff]);
const ADLER_BYTES = 4;
const ADLER_BASE = 65_521;
/** How many bytes the sums of Adler-32 take before they could outgrow the 31 bits of V8's fast integers. */
const ADLER_RUN = 3800;

/** Wraps pixels and metadata as a PNG file. Throws `internal` where the bytes do not fit the size. */
export function wrapPng(pixels: RawPixels, carried: Carried = {}): Buffer {
  const stride = strideOf(pixels);
  const bytes = streamBytes(stride, pixels.height);
  if (bytes > MAX_NUMBER) {
    throw new HttpError("result_too_big", `expected at most ${MAX_NUMBER} bytes of pixels, got ${bytes}`);
  }
  const head = Buffer.concat([SIGNATURE, header(pixels), ...metadata(carried)]);
  const tail = chunk("IEND", Buffer.alloc(0));
  // One buffer from the start: these can be hundreds of megabytes, and joining chunks would take them twice.
  const png = Buffer.allocUnsafe(head.length + CHUNK_BYTES + bytes + tail.length);
  head.copy(png);
  png.writeUInt32BE(bytes, head.length);
  const body = png.subarray(head.length + 4, head.length + 8 + bytes);
  body.write("IDAT", "latin1");
  writeStream(body.subarray(4), pixels, stride);
  png.writeUInt32BE(crc32(body), head.length + 8 + bytes);
  tail.copy(png, png.length - tail.length);
  return png;
}

/** Bytes of a row. */
function strideOf({ data, width, height, channels, depth }: RawPixels): number {
  const stride = (width * channels * depth) / 8;
  if (!(stride > 0) || height < 1 || data.length !== stride * height) {
    const expected = `expected ${stride * height} bytes for ${width} x ${height} x ${channels} at ${depth} bits`;
    throw new HttpError("internal", `${expected}, got ${data.length}`);
  }
  return stride;
}

function header({ width, height, channels, depth }: RawPixels): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.writeUInt8(depth, 8);
  data.writeUInt8(COLOUR_TYPE[channels], 9);
  return chunk("IHDR", data);
}

const metadata = ({ density = DEFAULT_DENSITY, ...kept }: Carried): readonly Buffer[] => [
  resolution(density),
  ...chunksOf(kept),
];

/** Returns the PNG with metadata and profile in front of everything but its header. Bytes that are none stay as they were. */
export function insertPng(png: Uint8Array, kept: Kept): Uint8Array {
  const chunks = chunksOf(kept);
  const isPng = SIGNATURE.equals(png.subarray(0, SIGNATURE.length));
  if (chunks.length === 0 || !isPng || png.length < HEADER_END) return png;
  return Buffer.concat([png.subarray(0, HEADER_END), ...chunks, png.subarray(HEADER_END)]);
}

function chunksOf({ exif, icc, xmp }: Kept): readonly Buffer[] {
  const chunks: Buffer[] = [];
  // A name, its NUL and compression method 0.
  if (icc) chunks.push(chunk("iCCP", Buffer.concat([Buffer.from("icc\0\0", "latin1"), deflateSync(icc)])));
  if (exif) chunks.push(chunk("eXIf", bareExif(exif)));
  // The keyword, then not compressed, method 0, no language and no translated keyword.
  if (xmp) {
    const keyword = Buffer.from("XML:com.adobe.xmp\0\0\0\0\0", "latin1");
    chunks.push(chunk("iTXt", Buffer.concat([keyword, Buffer.from(xmp)])));
  }
  return chunks;
}

function resolution(density: number): Buffer {
  const asked = Math.round(density / METRES_PER_INCH);
  // Densities come from strangers' headers, too.
  const isSane = asked >= 1 && asked <= MAX_NUMBER;
  const perMetre = isSane ? asked : Math.round(DEFAULT_DENSITY / METRES_PER_INCH);
  const data = Buffer.alloc(9);
  data.writeUInt32BE(perMetre, 0);
  data.writeUInt32BE(perMetre, 4);
  data.writeUInt8(PIXELS_PER_METRE, 8);
  return chunk("pHYs", data);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(CHUNK_BYTES + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, "latin1");
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}

/** Length of the zlib stream: each row is a filter byte and its channels, cut into stored blocks of its own. */
function streamBytes(stride: number, height: number): number {
  const blocks = Math.ceil(stride / MAX_PIECE_BYTES);
  return (
    ZLIB_HEADER.length + height * (blocks * BLOCK_HEADER_BYTES + 1 + stride) + LAST_BLOCK.length + ADLER_BYTES
  );
}

function writeStream(out: Buffer, { data, height, depth }: RawPixels, stride: number): void {
  ZLIB_HEADER.copy(out);
  let at = ZLIB_HEADER.length;
  let adler: Adler = { low: 1, high: 0 };
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < stride; column += MAX_PIECE_BYTES) {
      const start = row * stride + column;
      const piece = data.subarray(start, start + Math.min(MAX_PIECE_BYTES, stride - column));
      // Only the row's first block begins with its filter byte, which is 0 for none.
      const filterBytes = column === 0 ? 1 : 0;
      const length = filterBytes + piece.length;
      out.writeUInt8(0, at);
      out.writeUInt16LE(length, at + 1);
      out.writeUInt16LE(0xffff - length, at + 3);
      const block = out.subarray(at + BLOCK_HEADER_BYTES, at + BLOCK_HEADER_BYTES + length);
      block.fill(0, 0, filterBytes);
      block.set(piece, filterBytes);
      if (depth === 16) block.subarray(filterBytes).swap16();
      adler = addAdler(adler, block);
      at += BLOCK_HEADER_BYTES + length;
    }
  }
  LAST_BLOCK.copy(out, at);
  out.writeUInt16BE(adler.high, at + LAST_BLOCK.length);
  out.writeUInt16BE(adler.low, at + LAST_BLOCK.length + 2);
}

/** The two halves of an Adler-32 checksum (RFC 1950, section 9), of which node:zlib offers only the other one, CRC-32. */
interface Adler {
  readonly low: number;
  readonly high: number;
}

function addAdler({ low, high }: Adler, bytes: Uint8Array): Adler {
  for (let start = 0; start < bytes.length; start += ADLER_RUN) {
    const end = Math.min(start + ADLER_RUN, bytes.length);
    let index = start;
    // Four at a time is several times faster, because the additions do not wait for one another.
    for (; index + 4 <= end; index += 4) {
      // All four lie below `end`.
      const [a, b, c, d] = [bytes[index]!, bytes[index + 1]!, bytes[index + 2]!, bytes[index + 3]!];
      high += 4 * (low + a) + 3 * b + 2 * c + d;
      low += a + b + c + d;
    }
    for (; index < end; index += 1) {
      low += bytes[index]!;
      high += low;
    }
    low %= ADLER_BASE;
    high %= ADLER_BASE;
  }
  return { low, high };
}
