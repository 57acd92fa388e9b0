/** Run-length coded bitmaps, RLE4 and RLE8. Format: Microsoft, "Bitmap Compression". */
import { HttpError } from "../../errors.ts";

interface Area {
  readonly width: number;
  readonly height: number;
  /** 8 or 4. */
  readonly bitsPerPixel: number;
}

const END_OF_LINE = 0;
const END_OF_BITMAP = 1;
const DELTA = 2;

/**
 * Unpacks to one palette index a byte, rows as stored. What the codes skip has index 0, what they paint outside is
 * dropped, so the work is bounded by codes plus area. Throws `broken_image` where the codes end before the picture does.
 */
export function unpackRle(codes: Uint8Array, { width, height, bitsPerPixel }: Area): Uint8Array {
  const indices = new Uint8Array(width * height);
  const perByte = 8 / bitsPerPixel;
  const read = perByte === 1 ? readByte : readNibble;
  let x = 0;
  let y = 0;
  let at = 0;
  /** Paints the pixels stored from `first` on (counted in bytes or nibbles), over again after `period` of them. */
  const paint = (count: number, first: number, period: number): void => {
    const visible = Math.min(count, width - x);
    const start = y * width + x;
    for (let i = 0; i < visible; i++) indices[start + i] = read(codes, first + (i % period));
    x += count;
  };

  while (y < height) {
    const count = codes[at];
    const code = codes[at + 1];
    if (count === undefined || code === undefined) {
      // Some writers leave the end mark out; then the last pixel has to be there.
      if (y === height - 1 && x >= width) break;
      throw new HttpError("broken_image", `expected ${height} rows of run-length codes, got ${y}`);
    }
    at += 2;
    if (count > 0) {
      paint(count, (at - 1) * perByte, perByte);
    } else if (code === END_OF_LINE) {
      x = 0;
      y++;
    } else if (code === END_OF_BITMAP) {
      break;
    } else if (code === DELTA) {
      x += codes[at] ?? 0;
      y += codes[at + 1] ?? 0;
      at += 2;
    } else {
      const size = Math.ceil(code / perByte);
      if (at + size > codes.length)
        throw new HttpError("broken_image", `expected ${code} pixels as they are`);
      paint(code, at * perByte, code);
      at += size + (size % 2);
    }
  }
  return indices;
}

const readByte = (codes: Uint8Array, position: number): number => codes[position] ?? 0;

function readNibble(codes: Uint8Array, position: number): number {
  const byte = codes[position >> 1] ?? 0;
  return position % 2 === 0 ? byte >> 4 : byte & 15;
}
