/** The box structure of HEIF and JPEG XL files. Format: ISO/IEC 14496-12, section 4.2. */
import type { Reader } from "./reader.ts";
import { broken, MOST_STEPS } from "./scanned.ts";

/** One box; `end` is what it claims, which may lie behind the file's end. */
export interface Box {
  readonly type: string;
  /** Of its content. */
  readonly at: number;
  readonly end: number;
}

/** The boxes between two offsets, as far as their headers are there. Throws `broken_image` where one reaches beyond `end`. */
export function boxesIn(read: Reader, from: number, end = Infinity): readonly Box[] {
  const boxes: Box[] = [];
  for (let at = from; at + 8 <= Math.min(end, read.length);) {
    if (boxes.length === MOST_STEPS) throw broken(`expected at most ${MOST_STEPS} boxes, got more`);
    const box = boxAt(read, at, end);
    boxes.push(box);
    at = box.end;
  }
  return boxes;
}

function boxAt(read: Reader, at: number, end: number): Box {
  const stated = read.u32(at);
  const header = stated === 1 ? 16 : 8;
  // Zero stands for whatever is left, in files that were written in one go.
  const size = stated === 1 ? read.u64(at + 8) : stated || Math.min(end, read.length) - at;
  if (size < header || at + size > end) throw broken(`expected a box that fits, got ${size} bytes at ${at}`);
  return { type: read.text(at + 4, 4), at: at + header, end: at + size };
}

/** The first box of a type. */
export const boxOf = (boxes: readonly Box[], type: string): Box | undefined =>
  boxes.find((box) => box.type === type);
