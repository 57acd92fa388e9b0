/** The directories of a TIFF file, of which EXIF blocks are a kind. Format: Adobe, "TIFF Revision 6.0", section 2. */
import { readerOf, type Reader } from "./reader.ts";
import { broken } from "./scanned.ts";

/** The values of one tag. */
export interface Entry {
  readonly type: number;
  readonly count: number;
  /** Where the first one lies. */
  readonly at: number;
  readonly bytes: number;
}

/** A file's numbers in its own byte order, and where its first directory lies. */
export interface Tiff {
  readonly read: Reader;
  readonly first: number;
}

const ENTRY = 12;
/** Bytes of one value by type; unknown types are never read. */
const SIZES: readonly number[] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];

/** Reads the eight bytes of the header. Throws `broken_image` where they are not those of a TIFF file. */
export function openTiff(bytes: Uint8Array): Tiff {
  const order = readerOf(bytes, "big").text(0, 2);
  if (order !== "II" && order !== "MM") throw broken(`expected a byte order, got ${JSON.stringify(order)}`);
  const read = readerOf(bytes, order === "II" ? "little" : "big");
  if (read.u16(2) !== 42) throw broken(`expected version 42, got ${read.u16(2)}`);
  return { read, first: read.u32(4) };
}

/** The entries of the directory at `at`, by tag; of a tag that comes twice, the first one counts, as for libtiff. */
export function readDirectory(read: Reader, at: number): ReadonlyMap<number, Entry> {
  const entries = new Map<number, Entry>();
  const end = at + 2 + read.u16(at) * ENTRY;
  for (let entry = at + 2; entry < end; entry += ENTRY) {
    const tag = read.u16(entry);
    const type = read.u16(entry + 2);
    const count = read.u32(entry + 4);
    const bytes = count * (SIZES[type] ?? 0);
    const inside = { type, count, bytes, at: entry + 8 };
    if (!entries.has(tag)) entries.set(tag, bytes > 4 ? { ...inside, at: read.u32(entry + 8) } : inside);
  }
  return entries;
}

/** Where the directory behind the one at `at` lies; 0 for nowhere. */
export const nextDirectory = (read: Reader, at: number): number => read.u32(at + 2 + read.u16(at) * ENTRY);

/** The first values of an entry that holds whole numbers, at most `most`; none where it does not. */
export function numbersOf(read: Reader, entry: Entry | undefined, most: number): number[] {
  const one = entry && READS[entry.type];
  if (!one) return [];
  const size = SIZES[entry.type] ?? 0;
  return Array.from({ length: Math.min(entry.count, most) }, (_, i) => one(read, entry.at + i * size));
}

/** Signed numbers are taken for unsigned ones: none of the tags that are read here can be negative. */
const READS: Readonly<Record<number, (read: Reader, at: number) => number>> = {
  1: ({ u8 }, at) => u8(at),
  3: ({ u16 }, at) => u16(at),
  4: ({ u32 }, at) => u32(at),
  6: ({ u8 }, at) => u8(at),
  8: ({ u16 }, at) => u16(at),
  9: ({ u32 }, at) => u32(at),
};
