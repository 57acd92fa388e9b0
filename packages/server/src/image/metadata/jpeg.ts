import { wrapIptc } from "./iptc.ts";

const MARKER = 0xff;
const SOI = 0xd8;
const APP0 = 0xe0;
const APP13 = 0xed;
const APP15 = 0xef;
/** What a segment's own two-byte length can count (ITU T.81, B.1.1.4), itself included. */
const MAX_SEGMENT_BYTES = 0xffff;

/**
 * Returns the JPEG with an IPTC block, bare or in Photoshop's wrapping, as an APP13 segment behind its leading APPn
 * segments. A block that is empty or too long for one segment is left out; bytes that are no JPEG come back as they were.
 */
export function insertIptc(jpeg: Uint8Array, iptc: Uint8Array): Uint8Array {
  const payload = wrapIptc(iptc);
  const at = endOfApplicationSegments(jpeg);
  if (at === undefined || iptc.length === 0 || payload.length + 2 > MAX_SEGMENT_BYTES) return jpeg;
  const header = Buffer.from([MARKER, APP13, 0, 0]);
  header.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, at), header, payload, jpeg.subarray(at)]);
}

/** Returns where the first segment begins that is not APPn; undefined where the bytes are no JPEG. */
function endOfApplicationSegments(jpeg: Uint8Array): number | undefined {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  if (jpeg[0] !== MARKER || jpeg[1] !== SOI) return undefined;
  let at = 2;
  while (at + 4 <= jpeg.length) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== MARKER) return undefined;
    if (marker < APP0 || marker > APP15) return at;
    at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  return undefined;
}
