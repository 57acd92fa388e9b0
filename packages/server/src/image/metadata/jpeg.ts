import { bareExif } from "./exif.ts";
import { wrapIptc } from "./iptc.ts";
import type { Kept } from "./kept.ts";

const MARKER = 0xff;
const SOI = 0xd8;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP13 = 0xed;
const APP15 = 0xef;
/** What a segment can hold besides its own two-byte length (ITU T.81, B.1.1.4). */
const MAX_PAYLOAD_BYTES = 0xffff - 2;

const EXIF = Buffer.from("Exif\0\0", "latin1");
const XMP = Buffer.from("http://ns.adobe.com/xap/1.0/\0", "latin1");
const ICC = Buffer.from("ICC_PROFILE\0", "latin1");
/** Behind its name, a piece of a profile has its number, from 1, and how many there are (ICC.1:2022, B.4). */
const MAX_PIECE_BYTES = MAX_PAYLOAD_BYTES - ICC.length - 2;

/**
 * Returns the JPEG with metadata and profile as segments behind its leading APPn segments. What is empty or too long for
 * its segments is left out; bytes that are no JPEG come back as they were.
 */
export function insertJpeg(jpeg: Uint8Array, { exif, xmp, icc, iptc }: Kept): Uint8Array {
  const at = endOfApplicationSegments(jpeg);
  const added = [
    ...(exif ? segment(APP1, [EXIF, bareExif(exif)]) : []),
    ...(xmp ? segment(APP1, [XMP, Buffer.from(xmp)]) : []),
    ...(icc ? profile(icc) : []),
    ...(iptc && iptc.length > 0 ? segment(APP13, [wrapIptc(iptc)]) : []),
  ];
  if (at === undefined || added.length === 0) return jpeg;
  return Buffer.concat([jpeg.subarray(0, at), ...added, jpeg.subarray(at)]);
}

/** The parts of a segment, none where they do not fit. */
function segment(marker: number, parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  if (bytes > MAX_PAYLOAD_BYTES) return [];
  const header = Buffer.from([MARKER, marker, 0, 0]);
  header.writeUInt16BE(bytes + 2, 2);
  return [header, ...parts];
}

function profile(icc: Uint8Array): readonly Uint8Array[] {
  const count = Math.ceil(icc.length / MAX_PIECE_BYTES);
  if (count > 0xff) return [];
  return Array.from({ length: count }, (_, index) => {
    const piece = icc.subarray(index * MAX_PIECE_BYTES, (index + 1) * MAX_PIECE_BYTES);
    return segment(APP2, [ICC, Uint8Array.from([index + 1, count]), piece]);
  }).flat();
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
