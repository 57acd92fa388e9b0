import { bareExif } from "./exif.ts";
import type { Kept } from "./kept.ts";

/** Flags of the VP8X chunk (WebP container specification, "Extended File Format"). */
const HAS = { icc: 0x20, alpha: 0x10, exif: 0x08, xmp: 0x04 } as const;
const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const VP8X_BYTES = 10;
const FIRST_CHUNK_AT = RIFF_HEADER_BYTES + CHUNK_HEADER_BYTES;

/** Returns the WebP with metadata and profile. Bytes that are none come back as they were. */
export function insertWebp(webp: Uint8Array, { icc, exif, xmp }: Kept): Uint8Array {
  const bytes = Buffer.from(webp.buffer, webp.byteOffset, webp.byteLength);
  const extended = icc || exif || xmp ? extendedHeader(bytes) : undefined;
  if (!extended) return webp;
  const { header, rest } = extended;
  header[0]! |= (icc ? HAS.icc : 0) | (exif ? HAS.exif : 0) | (xmp ? HAS.xmp : 0); // It has ten bytes.
  const file = Buffer.concat([
    bytes.subarray(0, RIFF_HEADER_BYTES),
    chunk("VP8X", header),
    ...(icc ? [chunk("ICCP", icc)] : []),
    rest,
    ...(exif ? [chunk("EXIF", bareExif(exif))] : []),
    ...(xmp ? [chunk("XMP ", Buffer.from(xmp))] : []),
  ]);
  file.writeUInt32LE(file.length - CHUNK_HEADER_BYTES, 4);
  return file;
}

interface Extended {
  /** The content of a VP8X chunk, for the caller to change. */
  readonly header: Buffer;
  /** The chunks behind it. */
  readonly rest: Buffer;
}

function extendedHeader(bytes: Buffer): Extended | undefined {
  const rest = bytes.subarray(RIFF_HEADER_BYTES);
  const name = rest.toString("latin1", 0, 4);
  if (name === "VP8X") {
    const end = FIRST_CHUNK_AT + VP8X_BYTES;
    return {
      header: Buffer.from(bytes.subarray(FIRST_CHUNK_AT, end)),
      rest: bytes.subarray(end),
    };
  }
  const stream = rest.subarray(CHUNK_HEADER_BYTES);
  const size = name === "VP8 " ? lossySize(stream) : name === "VP8L" ? losslessSize(stream) : undefined;
  return size && { header: headerOf(size), rest };
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly alpha: boolean;
}

function headerOf({ width, height, alpha }: Canvas): Buffer {
  const header = Buffer.alloc(VP8X_BYTES);
  header.writeUInt8(alpha ? HAS.alpha : 0);
  header.writeUIntLE(width - 1, 4, 3);
  header.writeUIntLE(height - 1, 7, 3);
  return header;
}

/** RFC 6386, 9.1: a tag of three bytes, a start code, then both sides in the lower 14 bits of two bytes each. */
const lossySize = (stream: Buffer): Canvas | undefined =>
  stream.length < 10 || stream.readUIntBE(3, 3) !== 0x9d012a
    ? undefined
    : {
        width: stream.readUInt16LE(6) & 0x3fff,
        height: stream.readUInt16LE(8) & 0x3fff,
        alpha: false,
      };

/** WebP lossless bitstream, section 3: a signature, then 14 bits of each side less one, and a bit for transparency. */
function losslessSize(stream: Buffer): Canvas | undefined {
  if (stream.length < 5 || stream[0] !== 0x2f) return undefined;
  const bits = stream.readUInt32LE(1);
  return {
    width: (bits & 0x3fff) + 1,
    height: ((bits >>> 14) & 0x3fff) + 1,
    alpha: ((bits >>> 28) & 1) === 1,
  };
}

/** Chunks begin at even places. */
function chunk(name: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(CHUNK_HEADER_BYTES + data.length + (data.length % 2));
  bytes.write(name, "latin1");
  bytes.writeUInt32LE(data.length, 4);
  bytes.set(data, CHUNK_HEADER_BYTES);
  return bytes;
}
