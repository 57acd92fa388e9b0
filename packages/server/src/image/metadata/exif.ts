/**
 * EXIF blocks: a TIFF file (TIFF 6.0, section 2) of which only the directory entries are read. Blocks come from
 * strangers, so every offset is checked, no offset is followed twice, and what makes no sense reads as absent.
 */

/** The two texts of IFD0 that say whose picture it is. */
export interface ExifText {
  /** Photographer's copyright; the editor's follows behind a NUL where there is one. */
  readonly Copyright?: string;
  readonly Artist?: string;
}

/** Tags that say how the pixels lie; wrong once they were turned. */
export const ORIENTATION_TAGS: ReadonlySet<number> = new Set([0x0112]);

/** Tags that repeat what an ICC profile says: WhitePoint, PrimaryChromaticities, ColorSpace. */
export const COLOUR_TAGS: ReadonlySet<number> = new Set([0x013e, 0x013f, 0xa001]);

interface Block {
  readonly bytes: Buffer;
  readonly littleEndian: boolean;
}

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Where the twelve bytes of the entry begin. */
  readonly at: number;
}

interface Directory {
  readonly at: number;
  readonly entries: readonly Entry[];
}

const PREFIX = Buffer.from("Exif\0\0", "latin1");
const HEADER_BYTES = 8;
const ENTRY_BYTES = 12;
const ASCII = 2;
/** EXIF 3.0 added a type for UTF-8; everybody else writes UTF-8 as ASCII. */
const UTF8 = 129;
const COPYRIGHT = 0x8298;
const ARTIST = 0x013b;
const EXIF_IFD = 0x8769;

/** Returns the block without the "Exif\0\0" that JPEG and WebP put before it. */
export function bareExif(exif: Uint8Array): Buffer {
  const bytes = Buffer.from(exif.buffer, exif.byteOffset, exif.byteLength);
  return bytes.subarray(0, PREFIX.length).equals(PREFIX) ? bytes.subarray(PREFIX.length) : bytes;
}

/** Returns the Copyright and Artist of IFD0; whatever is absent, blank or malformed is left out. */
export function readTexts(exif: Uint8Array): ExifText {
  const block = openBlock(bareExif(exif));
  const directory = block && readDirectory(block, readUint32(block, 4));
  if (!directory) return {};
  const copyright = copyrightOf(textOf(block, directory, COPYRIGHT));
  const [artist = ""] = textOf(block, directory, ARTIST);
  return {
    ...(isBlank(copyright) ? {} : { Copyright: copyright }),
    ...(isBlank(artist) ? {} : { Artist: artist }),
  };
}

/** Writes a block, little-endian and without prefix, that holds these texts as UTF-8 and nothing else. */
export function writeTexts(texts: ExifText): Buffer {
  // TIFF wants the entries in ascending order of their tags.
  const rows = [
    { tag: ARTIST, text: texts.Artist },
    { tag: COPYRIGHT, text: texts.Copyright },
  ].flatMap(({ tag, text }) => (text === undefined ? [] : [{ tag, value: Buffer.from(`${text}\0`) }]));
  const directory = Buffer.alloc(2 + rows.length * ENTRY_BYTES + 4);
  directory.writeUInt16LE(rows.length);
  const values: Buffer[] = [];
  let end = HEADER_BYTES + directory.length;
  for (const [index, { tag, value }] of rows.entries()) {
    const at = 2 + index * ENTRY_BYTES;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(ASCII, at + 2);
    directory.writeUInt32LE(value.length, at + 4);
    // A value of up to four bytes stands in the entry itself.
    if (value.length <= 4) {
      value.copy(directory, at + 8);
      continue;
    }
    directory.writeUInt32LE(end, at + 8);
    const padded = Buffer.concat([value, Buffer.alloc(value.length % 2)]);
    values.push(padded);
    end += padded.length;
  }
  return Buffer.concat([Buffer.from("II*\0\x08\0\0\0", "latin1"), directory, ...values]);
}

/** Returns the block without these tags of IFD0 and its Exif directory; a malformed block comes back as it was. */
export function withoutTags(exif: Uint8Array, tags: ReadonlySet<number>): Buffer {
  const copy = Buffer.from(exif);
  const block = openBlock(bareExif(copy));
  const ifd0 = block && readDirectory(block, readUint32(block, 4));
  if (!ifd0) return copy;
  const pointer = ifd0.entries.find(({ tag }) => tag === EXIF_IFD);
  const nested = pointer && readDirectory(block, readUint32(block, pointer.at + 8));
  // Removing shifts what follows within a directory, so two that overlap cannot both be edited.
  if (nested && !overlap(ifd0, nested)) removeEntries(block, nested, tags);
  removeEntries(block, ifd0, tags);
  return copy;
}

function openBlock(bytes: Buffer): Block | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const mark = bytes.toString("latin1", 0, 4);
  if (mark === "II*\0") return { bytes, littleEndian: true };
  if (mark === "MM\0*") return { bytes, littleEndian: false };
  return undefined;
}

/** Reads the directory at this offset; one that does not fit into the block is refused whole. */
function readDirectory(block: Block, at: number): Directory | undefined {
  if (at < HEADER_BYTES || at + 2 > block.bytes.length) return undefined;
  const count = readUint16(block, at);
  if (count === 0 || at + 2 + count * ENTRY_BYTES > block.bytes.length) return undefined;
  const entries = Array.from({ length: count }, (_, index) => {
    const start = at + 2 + index * ENTRY_BYTES;
    return {
      at: start,
      tag: readUint16(block, start),
      type: readUint16(block, start + 2),
      count: readUint32(block, start + 4),
    };
  });
  return { at, entries };
}

/** Returns the NUL-terminated strings of a text entry, none where it is absent or points out of the block. */
function textOf(block: Block, directory: Directory, wanted: number): readonly string[] {
  const entry = directory.entries.find(({ tag }) => tag === wanted);
  if (!entry || (entry.type !== ASCII && entry.type !== UTF8)) return [];
  const start = entry.count <= 4 ? entry.at + 8 : readUint32(block, entry.at + 8);
  const end = start + entry.count;
  if (end > block.bytes.length) return [];
  return decodeText(block.bytes.subarray(start, end)).split("\0");
}

/** Decodes as UTF-8, which ASCII is part of, and what is not that as the Latin-1 of old cameras. */
function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes.toString("latin1");
  }
}

/** EXIF 2.3, section 4.6.4: photographer NUL editor NUL; without an editor, photographer NUL. */
function copyrightOf([photographer = "", editor = ""]: readonly string[]): string {
  return isBlank(editor) ? photographer : `${photographer}\0${editor}`;
}

// Cameras fill fields that nobody set with blanks.
const isBlank = (text: string): boolean => text.trim() === "";

const overlap = (a: Directory, b: Directory): boolean => a.at < endOf(b) && b.at < endOf(a);

const endOf = ({ at, entries }: Directory): number => at + 2 + entries.length * ENTRY_BYTES + 4;

/** Edits in place: the entries that stay move up, together with the pointer to the next directory. */
function removeEntries(block: Block, directory: Directory, tags: ReadonlySet<number>): void {
  const kept = directory.entries.filter(({ tag }) => !tags.has(tag));
  if (kept.length === directory.entries.length) return;
  writeUint16(block, kept.length, directory.at);
  let to = directory.at + 2;
  for (const { at } of kept) {
    block.bytes.copyWithin(to, at, at + ENTRY_BYTES);
    to += ENTRY_BYTES;
  }
  const end = Math.min(endOf(directory), block.bytes.length);
  const pointer = endOf(directory) - 4;
  block.bytes.copyWithin(to, pointer, end);
  block.bytes.fill(0, to + end - pointer, end);
}

const readUint16 = ({ bytes, littleEndian }: Block, at: number): number =>
  littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);

const readUint32 = ({ bytes, littleEndian }: Block, at: number): number =>
  littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);

function writeUint16({ bytes, littleEndian }: Block, value: number, at: number): void {
  if (littleEndian) bytes.writeUInt16LE(value, at);
  else bytes.writeUInt16BE(value, at);
}
