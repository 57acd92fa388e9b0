/** What a HEIF file's `meta` box says about the items in it. Format: ISO/IEC 14496-12, section 8.11; ISO/IEC 23008-12, section 9. */
import { boxesIn, boxOf, type Box } from "./boxes.ts";
import { Cursor } from "./cursor.ts";
import type { Reader } from "./reader.ts";
import { broken } from "./scanned.ts";

/** A run of an item's bytes in the file. */
export interface Extent {
  readonly at: number;
  readonly length: number;
}

/** A picture, a tile of one, or a block of metadata. */
export interface Item {
  readonly id: number;
  readonly type: string;
  readonly hidden: boolean;
  /** In the order in which they apply. */
  readonly properties: readonly Box[];
  /** None where its bytes are those of other items. */
  readonly extents: readonly Extent[];
}

/** `from` refers to each of `to`: a grid to its tiles, transparency or a thumbnail to its picture. */
export interface Reference {
  readonly type: string;
  readonly from: number;
  readonly to: readonly number[];
}

export interface Items {
  readonly primary: number;
  readonly byId: ReadonlyMap<number, Item>;
  readonly references: readonly Reference[];
  /** All property boxes, whomever they belong to. */
  readonly properties: readonly Box[];
}

/** Version and flags, before the content of a full box. */
const FULL = 4;
/** One of each width of numbers would be four; no writer needs more than two. */
const MOST_OWNER_TABLES = 2;

/** Reads the items of the `meta` box. Throws `broken_image`, and `source_incomplete` where the file ends in it. */
export function readItems(read: Reader, meta: Box): Items {
  const boxes = boxesIn(read, meta.at + FULL, meta.end);
  const need = (type: string): Box => {
    const box = boxOf(boxes, type);
    if (box) return box;
    throw broken(`expected a box ${type} in meta, got none`);
  };
  const holder = need("iprp");
  const inner = boxesIn(read, holder.at, holder.end);
  const shelf = boxOf(inner, "ipco");
  const properties = shelf ? boxesIn(read, shelf.at, shelf.end) : [];
  const owned = readOwners(read, inner, properties);
  const places = readPlaces(read, need("iloc"), boxOf(boxes, "idat"));
  const infos = readInfos(read, need("iinf"));
  const references = boxOf(boxes, "iref");
  return {
    primary: readPrimary(read, need("pitm")),
    byId: new Map(
      infos.map((info) => [
        info.id,
        { ...info, properties: owned.get(info.id) ?? [], extents: places.get(info.id) ?? [] },
      ]),
    ),
    references: references ? readReferences(read, references) : [],
    properties,
  };
}

function readPrimary(read: Reader, box: Box): number {
  const cursor = new Cursor(read, box);
  const { version } = readFull(cursor);
  return cursor.number(version === 0 ? 2 : 4);
}

function readFull(cursor: Cursor): { readonly version: number; readonly flags: number } {
  const word = cursor.number(FULL);
  return { version: word >>> 24, flags: word & 0xffffff };
}

function readInfos(read: Reader, box: Box): Pick<Item, "id" | "type" | "hidden">[] {
  const cursor = new Cursor(read, box);
  cursor.number(readFull(cursor).version === 0 ? 2 : 4);
  return boxesIn(read, cursor.at, box.end)
    .filter(({ type }) => type === "infe")
    .map((entry) => readInfo(new Cursor(read, entry)));
}

function readInfo(cursor: Cursor): Pick<Item, "id" | "type" | "hidden"> {
  const { version, flags } = readFull(cursor);
  const id = cursor.number(version > 2 ? 4 : 2);
  cursor.number(2); // protection
  // Before version 2 items had a MIME type and were no pictures.
  return { id, type: version < 2 ? "" : cursor.text(4), hidden: (flags & 1) === 1 };
}

function readOwners(
  read: Reader,
  inner: readonly Box[],
  properties: readonly Box[],
): ReadonlyMap<number, readonly Box[]> {
  const tables = inner.filter(({ type }) => type === "ipma");
  if (tables.length > MOST_OWNER_TABLES) throw broken(`expected at most 2 boxes ipma, got ${tables.length}`);
  return new Map(tables.flatMap((table) => readOwned(new Cursor(read, table), properties)));
}

function readOwned(cursor: Cursor, properties: readonly Box[]): [number, Box[]][] {
  const { version, flags } = readFull(cursor);
  const wide = flags & 1;
  const owned: [number, Box[]][] = [];
  for (let left = cursor.number(4); left > 0; left--) {
    const id = cursor.number(version === 0 ? 2 : 4);
    const indices = Array.from(
      { length: cursor.number(1) },
      () => cursor.number(1 + wide) & (wide ? 0x7fff : 0x7f),
    );
    // Counted from one; zero is no property.
    owned.push([id, indices.flatMap((index) => properties[index - 1] ?? [])]);
  }
  return owned;
}

/** Where items lie that are in this file, directly or in `idat`. */
function readPlaces(read: Reader, box: Box, idat: Box | undefined): ReadonlyMap<number, readonly Extent[]> {
  const cursor = new Cursor(read, box);
  const { version } = readFull(cursor);
  const sizes = cursor.number(2);
  const [offset, length, base] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15] as const;
  const index = version === 0 ? 0 : sizes & 15;
  const places = new Map<number, readonly Extent[]>();
  for (let left = cursor.number(version < 2 ? 2 : 4); left > 0; left--) {
    const id = cursor.number(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : cursor.number(2) & 15;
    const elsewhere = cursor.number(2) !== 0 || method > 1;
    const origin = cursor.number(base) + (method === 1 ? requireIdat(idat).at : 0);
    const extents = Array.from({ length: cursor.number(2) }, () => {
      cursor.number(index);
      return { at: origin + cursor.number(offset), length: cursor.number(length) };
    });
    places.set(id, elsewhere ? [] : extents);
  }
  return places;
}

function requireIdat(idat: Box | undefined): Box {
  if (idat) return idat;
  throw broken("expected a box idat for items that lie in it, got none");
}

function readReferences(read: Reader, box: Box): Reference[] {
  const { version } = readFull(new Cursor(read, box));
  const size = version === 0 ? 2 : 4;
  return boxesIn(read, box.at + FULL, box.end).map((entry) => {
    const cursor = new Cursor(read, entry);
    const from = cursor.number(size);
    return {
      type: entry.type,
      from,
      to: Array.from({ length: cursor.number(2) }, () => cursor.number(size)),
    };
  });
}
