import { crc32 } from "node:zlib";

const SIGNATURE_BYTES = 8;
const CHUNK_HEADER_BYTES = 8;
const CHUNK_BYTES = 12;
/** 72 dots per inch, in dots per metre. */
const DOTS_PER_METRE = 2835;

/**
 * Returns the PNG with 72 dots per inch in its pHYs chunk (PNG, third edition, 11.3.4.3), where libvips puts whatever the
 * source had. A PNG without one comes back as it was.
 */
export function resetResolution(png: Buffer): Buffer {
  const at = findChunk(png, "pHYs");
  if (at === undefined) return png;
  const reset = Buffer.from(png);
  reset.writeUInt32BE(DOTS_PER_METRE, at + CHUNK_HEADER_BYTES);
  reset.writeUInt32BE(DOTS_PER_METRE, at + CHUNK_HEADER_BYTES + 4);
  const length = png.readUInt32BE(at);
  const end = at + CHUNK_HEADER_BYTES + length;
  reset.writeUInt32BE(crc32(reset.subarray(at + 4, end)), end);
  return reset;
}

/** Where a chunk in front of the pixels begins. */
function findChunk(png: Buffer, name: string): number | undefined {
  let at = SIGNATURE_BYTES;
  while (at + CHUNK_BYTES <= png.length) {
    const found = png.toString("latin1", at + 4, at + CHUNK_HEADER_BYTES);
    if (found === name) return at;
    if (found === "IDAT") return undefined;
    at += CHUNK_BYTES + png.readUInt32BE(at);
  }
  return undefined;
}
