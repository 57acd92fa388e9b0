/** Windows icons, which libvips neither reads nor writes. Choice of the entry: contract processing.md, section 15; output: section 13. */
import { HttpError } from "../../errors.ts";
import { decodeBitmap, type Bitmap } from "./bitmap.ts";
import { readDib } from "./dib.ts";

const DIRECTORY = 6;
const ENTRY = 16;
const LONGEST_SIDE = 256;

/** The one picture of an icon that counts, its size checked against its payload. */
export interface IcoEntry {
  /** Pixels, 1 to 256. */
  readonly width: number;
  readonly height: number;
  /** `png` is a whole PNG file; `bmp` is a bitmap without file header, for `decodeIcoBitmap`. */
  readonly kind: "png" | "bmp";
  readonly payload: Uint8Array;
}

const broken = (detail: string): HttpError => new HttpError("broken_image", detail);

/** Finds the entry to show. Throws `broken_image`, also where entry and payload disagree about the size. */
export function pickIcoEntry(bytes: Uint8Array): IcoEntry {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < DIRECTORY || view.getUint32(0, true) !== 0x10000)
    throw broken("expected an icon directory");
  const count = view.getUint16(4, true);
  if (count === 0 || bytes.length < DIRECTORY + count * ENTRY) {
    throw broken(`expected a directory of at least one icon, got ${bytes.length} bytes for ${count}`);
  }
  const at = bestEntry(bytes, count);
  const offset = view.getUint32(at + 12, true);
  const end = offset + view.getUint32(at + 8, true);
  if (end > bytes.length) throw broken(`expected an icon within ${bytes.length} bytes, got one up to ${end}`);
  const payload = bytes.subarray(offset, end);
  const width = (bytes[at] ?? 0) || LONGEST_SIDE;
  const height = (bytes[at + 1] ?? 0) || LONGEST_SIDE;
  const kind = isPng(payload) ? "png" : "bmp";
  const inner = kind === "png" ? pngSize(payload) : bitmapSize(payload);
  if (inner.width !== width || inner.height !== height) {
    throw broken(`expected an icon of ${width} x ${height}, got ${inner.width} x ${inner.height}`);
  }
  return { width, height, kind, payload };
}

/**
 * The largest entry wins, but a side of 256 is stored as 0, and the rule compares the stored bytes: whatever follows
 * a 256 px entry replaces it. URLs that are in use rely on it.
 */
function bestEntry(bytes: Uint8Array, count: number): number {
  let best = { at: DIRECTORY, width: 0, height: 0 };
  for (let at = DIRECTORY; at < DIRECTORY + count * ENTRY; at += ENTRY) {
    const [width = 0, height = 0] = bytes.subarray(at, at + 2);
    const replaces = width > best.width || height > best.height || width === 0 || height === 0;
    if (replaces) best = { at, width, height };
  }
  return best.at;
}

const PNG_START = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Signature, then length and name of the first chunk, then the two sides. */
const PNG_SIDES_AT = 16;

const isPng = (bytes: Uint8Array): boolean => PNG_START.every((byte, i) => bytes[i] === byte);

interface Size {
  readonly width: number;
  readonly height: number;
}

function pngSize(png: Uint8Array): Size {
  if (png.length < PNG_SIDES_AT + 8) throw broken("expected the header of a PNG");
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return { width: view.getUint32(PNG_SIDES_AT), height: view.getUint32(PNG_SIDES_AT + 4) };
}

/** The stored height counts the picture and the mask below it. */
function bitmapSize(payload: Uint8Array): Size {
  const { width, height } = readDib(payload, 0);
  return { width, height: height / 2 };
}

/** Decodes a `bmp` entry; the mask below the picture is ignored, as the contract has it. Throws `broken_image`. */
export function decodeIcoBitmap({ payload, height }: IcoEntry): Bitmap {
  const dib = { ...readDib(payload, 0), height };
  return decodeBitmap(payload, dib, dib.end);
}

/** Wraps a PNG as the only entry of an icon. Throws `result_too_big` where a side is not 1 to 256 pixels. */
export function encodeIco(png: Uint8Array, facts: Size & { readonly bitsPerPixel: 24 | 32 }): Uint8Array {
  const { width, height, bitsPerPixel } = facts;
  if (Math.min(width, height) < 1 || Math.max(width, height) > LONGEST_SIDE) {
    throw new HttpError("result_too_big", `expected an icon of at most 256 x 256, got ${width} x ${height}`);
  }
  const pngAt = DIRECTORY + ENTRY;
  const file = new Uint8Array(pngAt + png.length);
  const view = new DataView(file.buffer);
  view.setUint16(2, 1, true); // an icon, not a cursor
  view.setUint16(4, 1, true); // entries
  view.setUint8(6, width % LONGEST_SIDE);
  view.setUint8(7, height % LONGEST_SIDE);
  view.setUint16(10, 1, true); // planes
  view.setUint16(12, bitsPerPixel, true);
  view.setUint32(14, png.length, true);
  view.setUint32(18, pngAt, true);
  file.set(png, pngAt);
  return file;
}
