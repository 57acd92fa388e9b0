/** The blocks of a GIF (GIF89a, appendix A), which libvips' decoder reads without a word where the file breaks off. */

const HEADER_BYTES = 13;
const IMAGE_BYTES = 10;
const IMAGE = 0x2c;
const EXTENSION = 0x21;

/**
 * True where the file does not end within a block. A missing trailer is let pass, as is anything that is no block: every
 * reader stops there.
 */
export function isWholeGif(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_BYTES) return false;
  let at = HEADER_BYTES + tableBytes(bytes[10]!); // The header was found to be there.
  while (at < bytes.length) {
    const kind = bytes[at];
    if (kind !== IMAGE && kind !== EXTENSION) return true;
    // Behind the descriptor come a table of colours and the least size of a code, behind the introducer a label.
    const data = kind === IMAGE ? at + IMAGE_BYTES + tableBytes(bytes[at + 9] ?? 0) + 1 : at + 2;
    at = endOfData(bytes, data);
  }
  return at === bytes.length;
}

/** Bytes of a colour table, by the flags of whoever announces it. */
const tableBytes = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));

/** Where sub-blocks end, beyond the bytes where their terminator is missing. */
function endOfData(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length) {
    const length = bytes[at]!; // The line above.
    at += 1 + length;
    if (length === 0) return at;
  }
  return Infinity;
}
