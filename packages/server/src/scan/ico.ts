/** Windows icons: the one entry that the renderer shows. */
import { coloursOf, pixelsEnd, readDib } from "./dib.ts";
import { scanPng } from "./png.ts";
import { readerOf, type Reader } from "./reader.ts";
import { broken, STILL, type Found } from "./scanned.ts";

const DIRECTORY = 6;
const ENTRY = 16;
const LONGEST = 256;

/** Scans an icon. Throws `broken_image` also where entry and picture disagree about the size. */
export function scanIco(bytes: Uint8Array): Found {
  const read = readerOf(bytes, "little");
  const count = read.u16(4);
  if (read.u32(0) !== 0x10000 || count === 0) throw broken("expected a directory of at least one icon");
  const at = shownEntry(read, count);
  const offset = read.u32(at + 12);
  const end = offset + read.u32(at + 8);
  if (end > bytes.length) throw broken(`expected an icon within ${bytes.length} bytes, got one up to ${end}`);
  const payload = bytes.subarray(offset, end);
  const found =
    payload[0] === 0x89 ? { ...scanPng(payload), frames: 1, animated: false } : scanBitmap(payload);
  const [width, height] = [read.u8(at) || LONGEST, read.u8(at + 1) || LONGEST];
  if (found.size?.width === width && found.size.height === height) return found;
  throw broken(`expected an icon of ${width} x ${height}, got ${found.size?.width} x ${found.size?.height}`);
}

/**
 * The renderer's choice: the largest entry, but a side of 256 is stored as 0, and the rule compares the stored bytes,
 * so whatever follows a 256 px entry replaces it (contract processing.md, section 15).
 */
function shownEntry(read: Reader, count: number): number {
  let best = { at: DIRECTORY, width: 0, height: 0 };
  for (let at = DIRECTORY; at < DIRECTORY + count * ENTRY; at += ENTRY) {
    const [width, height] = [read.u8(at), read.u8(at + 1)];
    const replaces = width > best.width || height > best.height || width === 0 || height === 0;
    if (replaces) best = { at, width, height };
  }
  return best.at;
}

/** A bitmap without file header, its mask below it and counted in its height. */
function scanBitmap(payload: Uint8Array): Found {
  const dib = readDib(readerOf(payload, "little"), 0);
  const picture = { ...dib, height: dib.height / 2 };
  const { width, height, paletteAt, paletteBytes } = picture;
  return {
    ...STILL,
    ...coloursOf(dib),
    size: { width, height },
    complete: pixelsEnd(picture, paletteAt + paletteBytes) <= payload.length,
  };
}
