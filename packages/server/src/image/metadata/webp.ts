import { bareExif } from "./exif.ts";
import type { Carried } from "./png.ts";

/** Flags of the VP8X chunk (WebP container specification, "Extended File Format"). */
const HAS = { icc: 0x20, exif: 0x08, xmp: 0x04 } as const;
const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const VP8X_BYTES = CHUNK_HEADER_BYTES + 10;
const FLAGS_AT = RIFF_HEADER_BYTES + CHUNK_HEADER_BYTES;

/**
 * Returns the WebP with a profile and metadata, for animations, whose pixels cannot carry them through the encoder. A
 * file without the extended header, which every animation has, comes back as it was.
 */
export function insertWebp(webp: Uint8Array, { icc, exif, xmp }: Omit<Carried, "density">): Uint8Array {
  const bytes = Buffer.from(webp.buffer, webp.byteOffset, webp.byteLength);
  if (bytes.toString("latin1", RIFF_HEADER_BYTES, RIFF_HEADER_BYTES + 4) !== "VP8X") return webp;
  if (!icc && !exif && !xmp) return webp;
  const head = Buffer.from(bytes.subarray(0, RIFF_HEADER_BYTES + VP8X_BYTES));
  head[FLAGS_AT]! |= (icc ? HAS.icc : 0) | (exif ? HAS.exif : 0) | (xmp ? HAS.xmp : 0); // The chunk was found above.
  const file = Buffer.concat([
    head,
    ...(icc ? [chunk("ICCP", icc)] : []),
    bytes.subarray(head.length),
    ...(exif ? [chunk("EXIF", bareExif(exif))] : []),
    ...(xmp ? [chunk("XMP ", Buffer.from(xmp))] : []),
  ]);
  file.writeUInt32LE(file.length - CHUNK_HEADER_BYTES, 4);
  return file;
}

/** Chunks begin at even places. */
function chunk(name: string, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(CHUNK_HEADER_BYTES + data.length + (data.length % 2));
  bytes.write(name, "latin1");
  bytes.writeUInt32LE(data.length, 4);
  bytes.set(data, CHUNK_HEADER_BYTES);
  return bytes;
}
