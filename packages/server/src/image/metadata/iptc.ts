/**
 * IPTC blocks: the data sets of IIM 4.2, section 1.6, bare (as TIFF holds them) or as resource 0x0404 among
 * Photoshop's image resources (as JPEG holds them). Every length is checked against what is left of the block.
 */

/** One field: record and number as IPTC writes them, `2:116`. */
export interface DataSet {
  readonly record: number;
  readonly number: number;
  readonly data: Uint8Array;
}

const TAG_MARKER = 0x1c;
const HEADER_BYTES = 5;
/** A length with its highest bit set is the number of bytes that the length takes. */
const EXTENDED = 0x8000;
/** Four bytes count more than any block has. */
const MAX_LENGTH_BYTES = 4;

const PHOTOSHOP = Buffer.from("Photoshop 3.0\0", "latin1");
const RESOURCE_SIGNATURE = Buffer.from("8BIM", "latin1");
const IPTC_RESOURCE = 0x0404;

/** Reads the data sets of a bare block, which may end in padding of zeroes; undefined where it is malformed. */
export function parseIim(block: Uint8Array): readonly DataSet[] | undefined {
  const bytes = bufferOf(block);
  const sets: DataSet[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] !== TAG_MARKER) return isPadding(bytes.subarray(at)) ? sets : undefined;
    const field = readDataSet(bytes, at);
    if (!field) return undefined;
    sets.push(field.set);
    at = field.end;
  }
  return sets;
}

/** Writes data sets as a bare block. */
export function formatIim(sets: readonly DataSet[]): Buffer {
  return Buffer.concat(sets.flatMap((set) => [headerOf(set), set.data]));
}

/** Returns the bare block that Photoshop's resources hold, a bare block as it is; undefined where there is none. */
export function unwrapIptc(block: Uint8Array): Buffer | undefined {
  const bytes = bufferOf(block);
  if (bytes[0] === TAG_MARKER) return bytes;
  let at = isPhotoshop(bytes) ? PHOTOSHOP.length : 0;
  while (at < bytes.length) {
    const resource = readResource(bytes, at);
    if (!resource) return undefined;
    if (resource.id === IPTC_RESOURCE) return resource.data;
    at = resource.end;
  }
  return undefined;
}

/**
 * Wraps a bare block as the payload of a JPEG APP13 segment: a list of Photoshop's resources with this as the only one.
 * A payload that is one already comes back as it is.
 */
export function wrapIptc(iim: Uint8Array): Buffer {
  if (isPhotoshop(bufferOf(iim))) return bufferOf(iim);
  const header = Buffer.alloc(12);
  RESOURCE_SIGNATURE.copy(header);
  header.writeUInt16BE(IPTC_RESOURCE, 4);
  // Bytes 6 and 7 are the resource's empty name, padded to even.
  header.writeUInt32BE(iim.length, 8);
  return Buffer.concat([PHOTOSHOP, header, iim, Buffer.alloc(iim.length % 2)]);
}

function readDataSet(bytes: Buffer, at: number): { readonly set: DataSet; readonly end: number } | undefined {
  if (at + HEADER_BYTES > bytes.length) return undefined;
  const short = bytes.readUInt16BE(at + 3);
  const lengthBytes = short < EXTENDED ? 0 : short - EXTENDED;
  const start = at + HEADER_BYTES + lengthBytes;
  if (short === EXTENDED || lengthBytes > MAX_LENGTH_BYTES || start > bytes.length) return undefined;
  const length = lengthBytes === 0 ? short : bytes.readUIntBE(at + HEADER_BYTES, lengthBytes);
  const end = start + length;
  if (end > bytes.length) return undefined;
  const data = bytes.subarray(start, end);
  return { set: { record: bytes.readUInt8(at + 1), number: bytes.readUInt8(at + 2), data }, end };
}

function headerOf({ record, number, data }: DataSet): Buffer {
  const isLong = data.length >= EXTENDED;
  const header = Buffer.alloc(isLong ? HEADER_BYTES + MAX_LENGTH_BYTES : HEADER_BYTES);
  header.writeUInt8(TAG_MARKER, 0);
  header.writeUInt8(record, 1);
  header.writeUInt8(number, 2);
  header.writeUInt16BE(isLong ? EXTENDED + MAX_LENGTH_BYTES : data.length, 3);
  if (isLong) header.writeUInt32BE(data.length, HEADER_BYTES);
  return header;
}

interface Resource {
  readonly id: number;
  readonly data: Buffer;
  readonly end: number;
}

/** Photoshop File Formats, "Image Resource Blocks": signature, id, Pascal name and data, the last two padded to even. */
function readResource(bytes: Buffer, at: number): Resource | undefined {
  if (at + 12 > bytes.length) return undefined;
  if (!bytes.subarray(at, at + 4).equals(RESOURCE_SIGNATURE)) return undefined;
  const nameBytes = even(1 + bytes.readUInt8(at + 6));
  const sizeAt = at + 6 + nameBytes;
  if (sizeAt + 4 > bytes.length) return undefined;
  const start = sizeAt + 4;
  const size = bytes.readUInt32BE(sizeAt);
  if (start + size > bytes.length) return undefined;
  const data = bytes.subarray(start, start + size);
  return { id: bytes.readUInt16BE(at + 4), data, end: start + even(size) };
}

const isPhotoshop = (bytes: Buffer): boolean => bytes.subarray(0, PHOTOSHOP.length).equals(PHOTOSHOP);

const even = (length: number): number => length + (length % 2);

const isPadding = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0);

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
