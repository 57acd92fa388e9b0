/** Format: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)", sections 5 and 11. */
import { orientationIn } from "./exif.ts";
import { readerOf, type Reader } from "./reader.ts";
import { broken, MOST_STEPS, requireSides, STILL, type Found, type Size } from "./scanned.ts";

const SIGNATURE = 8;
const IHDR_BYTES = 13;
/** Length, name and CRC around a chunk's data. */
const AROUND = 12;
const LONGEST = 2 ** 31 - 1;

/** By colour type: channels as decoded, and the depths that exist. */
const COLOURS: Readonly<Record<number, { readonly channels: number; readonly depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 3, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};
const INDEXED = 3;

const METADATA: ReadonlySet<string> = new Set(["iCCP", "eXIf", "tEXt", "zTXt", "iTXt"]);

interface Header extends Size {
  readonly depthBits: number;
  readonly colourType: number;
  readonly channels: number;
  readonly interlaced: boolean;
}

interface Chunk {
  readonly type: string;
  readonly at: number;
  readonly length: number;
}

/** Scans a PNG, also an animated one. Throws as `scan` does. */
export function scanPng(bytes: Uint8Array): Found {
  const read = readerOf(bytes, "big");
  const header = readHeader(read);
  const { chunks, complete, all } = walk(read);
  const pixelsAt = chunks.findIndex(({ type }) => type === "IDAT");
  const before = pixelsAt < 0 ? chunks : chunks.slice(0, pixelsAt);
  const has = (name: string): boolean => before.some(({ type }) => type === name);
  if (complete && all) requireParts(header, { pixels: pixelsAt >= 0, palette: has("PLTE") });

  const shown = chunks.filter(({ type }) => type === "fcTL").length;
  const animated = has("acTL") && shown > 1;
  const alpha = header.channels % 2 === 0 || has("tRNS");
  // What stands behind the pixels is not read by libpng before it is asked for them.
  const exif = before.find(({ type, at, length }) => type === "eXIf" && at + length <= bytes.length);
  return {
    ...STILL,
    size: { width: header.width, height: header.height },
    frames: animated ? shown : 1,
    framesAtLeast: !(complete && all),
    animated,
    depthBits: header.depthBits,
    channels: header.channels + (alpha && header.channels % 2 === 1 ? 1 : 0),
    alpha,
    interlaced: header.interlaced,
    orientation: exif && orientationIn(bytes.subarray(exif.at, exif.at + exif.length)),
    metadataBytes: chunks.reduce((sum, { type, length }) => sum + (METADATA.has(type) ? length : 0), 0),
    complete,
  };
}

function readHeader(read: Reader): Header {
  if (read.text(0, SIGNATURE) !== "\x89PNG\r\n\x1A\n") throw broken("expected the signature of a PNG");
  if (read.u32(SIGNATURE) !== IHDR_BYTES || read.text(SIGNATURE + 4, 4) !== "IHDR") {
    throw broken("expected an IHDR of 13 bytes first");
  }
  const end = SIGNATURE + 8 + IHDR_BYTES;
  const stated = read.u32(end);
  const sum = crc(read.slice(SIGNATURE + 4, end));
  if (stated !== sum) throw broken(`expected an IHDR with the CRC ${sum}, got ${stated}`);
  const size = { width: read.u32(SIGNATURE + 8), height: read.u32(SIGNATURE + 12) };
  requireSides(size, LONGEST);
  const [depthBits = 0, colourType = 0, compression, filter, interlace = 2] = read.slice(SIGNATURE + 16, end);
  const colour = COLOURS[colourType];
  if (!colour?.depths.includes(depthBits)) {
    throw broken(`expected a colour type and depth that exist, got ${colourType} at ${depthBits} bits`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw broken(`expected methods 0, 0 and 0 or 1, got ${compression}, ${filter} and ${interlace}`);
  }
  return { ...size, depthBits, colourType, channels: colour.channels, interlaced: interlace === 1 };
}

/** The chunks up to IEND, or as many as there are, or as are looked at: then not `all`. */
function walk(read: Reader): { chunks: readonly Chunk[]; complete: boolean; all: boolean } {
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE; chunks.length < MOST_STEPS;) {
    if (at + 8 > read.length) return { chunks, complete: false, all: true };
    const length = read.u32(at);
    if (length > LONGEST) throw broken(`expected a chunk of at most 2 GiB, got ${length} bytes`);
    const chunk = { type: read.text(at + 4, 4), at: at + 8, length };
    chunks.push(chunk);
    at += AROUND + length;
    if (chunk.type === "IEND") return { chunks, complete: at <= read.length, all: true };
  }
  return { chunks, complete: true, all: false };
}

function requireParts({ colourType }: Header, has: { readonly pixels: boolean; readonly palette: boolean }) {
  if (!has.pixels) throw broken("expected pixels before IEND, got none");
  if (colourType === INDEXED && !has.palette) throw broken("expected a palette before the pixels, got none");
}

/** CRC-32 of ISO 3309, bit by bit: it is only ever asked about 17 bytes. */
function crc(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}
