/** Format: RFC 9649, sections 2 and 3; the frame header of VP8: RFC 6386, section 9.1. */
import { orientationIn } from "./exif.ts";
import { readerOf, type Reader } from "./reader.ts";
import { broken, cut, MOST_STEPS, requireSides, STILL, type Found, type Size } from "./scanned.ts";

const RIFF_HEADER = 12;
const CHUNK_HEADER = 8;
const CANVAS_BYTES = 10;
const BITSTREAM_HEAD = 10;
const FRAME_HEADER = 16;
/** Chunks of one frame that are looked at before its picture has to have come. */
const MOST_INSIDE = 4;
const LONGEST = 2 ** 24;
const MOST_PIXELS = 2 ** 32 - 1;
const ANIMATION = 0x02;
const EXIF = 0x08;
const ALPHA = 0x10;
const METADATA: ReadonlySet<string> = new Set(["ICCP", "EXIF", "XMP "]);

interface Chunk {
  readonly type: string;
  readonly at: number;
  readonly length: number;
}

interface Riff {
  readonly read: Reader;
  readonly chunks: readonly Chunk[];
  /** The file has all of its bytes, and all chunks were looked at. */
  readonly known: boolean;
}

interface Picture extends Size {
  readonly alpha: boolean;
}

/** Scans a WebP, still or animated. */
export function scanWebp(bytes: Uint8Array): Found {
  const read = readerOf(bytes, "little");
  if (read.text(0, 4) !== "RIFF" || read.text(8, 4) !== "WEBP")
    throw broken("expected the signature of a WebP");
  const end = CHUNK_HEADER + read.u32(4);
  const complete = end <= bytes.length;
  const chunks = chunksIn(read, { at: RIFF_HEADER, end, most: MOST_STEPS });
  const riff = { read, chunks, known: complete && chunks.length < MOST_STEPS };
  const { width, height, alpha, flags = 0, frames = 1 } = pictureIn(riff);
  const exif = chunks.find(({ type, at, length }) => type === "EXIF" && at + length <= bytes.length);
  return {
    ...STILL,
    size: { width, height },
    frames,
    framesAtLeast: !riff.known,
    animated: frames > 1,
    depthBits: 8,
    channels: alpha ? 4 : 3,
    alpha,
    orientation:
      exif && flags & EXIF ? orientationIn(bytes.subarray(exif.at, exif.at + exif.length)) : undefined,
    metadataBytes: chunks.reduce((sum, { type, length }) => sum + (METADATA.has(type) ? length : 0), 0),
    complete,
  };
}

interface Range {
  readonly at: number;
  readonly end: number;
  readonly most: number;
}

/** The chunks of a range whose headers are there. None may reach beyond the range, whether or not the file does. */
function chunksIn(read: Reader, { at: from, end, most }: Range): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = from; at + CHUNK_HEADER <= Math.min(end, read.length) && chunks.length < most;) {
    const chunk = { type: read.text(at, 4), at: at + CHUNK_HEADER, length: read.u32(at + 4) };
    if (chunk.at + chunk.length > end) {
      throw broken(`expected a chunk that ends by ${end}, got one up to ${chunk.at + chunk.length}`);
    }
    chunks.push(chunk);
    at = chunk.at + chunk.length + (chunk.length % 2);
  }
  return chunks;
}

interface Extended extends Picture {
  readonly flags?: number;
  readonly frames?: number;
}

function pictureIn(riff: Riff): Extended {
  const [head] = riff.chunks;
  if (!head) throw cut("expected a chunk, got none");
  if (head.type !== "VP8X") return readBitstream(riff.read, head);
  if (head.length !== CANVAS_BYTES) throw broken(`expected a canvas of 10 bytes, got ${head.length}`);
  const flags = riff.read.u8(head.at);
  const canvas = readSides(riff.read, head.at + 4);
  if (canvas.width * canvas.height > MOST_PIXELS) {
    throw broken(`expected at most 2^32 - 1 pixels, got ${canvas.width} x ${canvas.height}`);
  }
  const frames = flags & ANIMATION ? framesOn(riff, canvas) : [stillOn(riff, canvas)];
  const alpha = (flags & ALPHA) !== 0 || frames.includes("alpha");
  return { ...canvas, alpha, flags, frames: Math.max(1, frames.length) };
}

/** Two sides of 24 bits, stored less one. */
const readSides = (read: Reader, at: number): Size => ({
  width: 1 + readU24(read, at),
  height: 1 + readU24(read, at + 3),
});

const readU24 = ({ u8, u16 }: Reader, at: number): number => u16(at) + u8(at + 2) * 2 ** 16;

const isBitstream = ({ type }: Chunk): boolean => type === "VP8 " || type === "VP8L";

/** What is known of a picture on the canvas; nothing where it is not there yet. */
type Kind = "opaque" | "alpha" | undefined;

function stillOn(riff: Riff, canvas: Size): Kind {
  if (!riff.chunks.some(isBitstream) && riff.known)
    throw broken("expected a picture on the canvas, got none");
  return kindOf(riff.read, riff.chunks, canvas);
}

function framesOn({ read, chunks, known }: Riff, canvas: Size): readonly Kind[] {
  // libwebp looks for each frame from the first one on: 60 000 of them, in 5 MB, take it more than eight seconds.
  if (chunks.length === MOST_STEPS)
    throw broken(`expected fewer than ${MOST_STEPS} chunks in an animation, got more`);
  const frames = chunks.filter(({ type }) => type === "ANMF");
  if (frames.length === 0 && known) throw broken("expected a frame on the canvas, got none");
  return frames.map((frame) => frameOn(read, frame, canvas));
}

/** Checks as much of a frame as is there. */
function frameOn(read: Reader, { at, length }: Chunk, canvas: Size): Kind {
  if (length < FRAME_HEADER) throw broken(`expected a frame header of 16 bytes, got ${length}`);
  if (at + FRAME_HEADER > read.length) return undefined;
  const [left, top] = [2 * readU24(read, at), 2 * readU24(read, at + 3)];
  const size = readSides(read, at + 6);
  if (left + size.width > canvas.width || top + size.height > canvas.height) {
    throw broken(`expected a frame on the canvas, got ${size.width} x ${size.height} at ${left}, ${top}`);
  }
  return kindOf(read, chunksIn(read, { at: at + FRAME_HEADER, end: at + length, most: MOST_INSIDE }), size);
}

function kindOf(read: Reader, chunks: readonly Chunk[], size: Size): Kind {
  const chunk = chunks.find(isBitstream);
  if (!chunk || chunk.at + BITSTREAM_HEAD > read.length) return undefined;
  const { alpha } = sameSize(readBitstream(read, chunk), size);
  return alpha || chunks.some(({ type }) => type === "ALPH") ? "alpha" : "opaque";
}

function sameSize(picture: Picture, { width, height }: Size): Picture {
  if (picture.width === width && picture.height === height) return picture;
  throw broken(`expected a picture of ${width} x ${height}, got ${picture.width} x ${picture.height}`);
}

/** Reads the ten bytes in which both kinds of bitstream tell their size. */
function readBitstream(read: Reader, { type, at }: Chunk): Picture {
  const picture =
    type === "VP8 " ? readLossy(read, at) : type === "VP8L" ? readLossless(read, at) : undefined;
  if (!picture) throw broken(`expected VP8, VP8L or VP8X first, got ${JSON.stringify(type)}`);
  requireSides(picture, LONGEST);
  return picture;
}

function readLossy(read: Reader, at: number): Picture {
  // A frame that is no key frame or not to be shown, or another start code, is video.
  if ((read.u8(at) & 0x11) !== 0x10 || read.text(at + 3, 3) !== "\x9d\x01\x2a") {
    throw broken("expected a key frame of VP8, got none");
  }
  return { width: read.u16(at + 6) & 0x3fff, height: read.u16(at + 8) & 0x3fff, alpha: false };
}

function readLossless(read: Reader, at: number): Picture {
  const bits = read.u32(at + 1);
  if (read.u8(at) !== 0x2f || bits >>> 29 !== 0) throw broken("expected a picture of VP8L, got none");
  return {
    width: 1 + (bits & 0x3fff),
    height: 1 + ((bits >>> 14) & 0x3fff),
    alpha: ((bits >>> 28) & 1) === 1,
  };
}
