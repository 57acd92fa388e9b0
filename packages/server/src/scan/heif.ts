/** AVIF and HEIC. Format: ISO/IEC 23008-12 (HEIF); AV1 Image File Format, version 1.2. */
import { readAv1Size } from "./av1.ts";
import { boxesIn, boxOf, type Box } from "./boxes.ts";
import { readItems, type Item, type Items } from "./items.ts";
import { readerOf, type Reader } from "./reader.ts";
import { broken, cut, requireSides, STILL, type Found, type Size } from "./scanned.ts";

const LONGEST = 2 ** 31 - 1;
/** Version and flags, before a property's content. */
const FULL = 4;
/** Bytes of a stream in which its sequence header has to come. */
const STREAM_HEAD = 4096;
const ALPHA = /^urn:mpeg:(mpegB:cicp:systems:auxiliary:alpha|hevc:2015:auxid:1)\0/;
const METADATA: ReadonlySet<string> = new Set(["Exif", "mime"]);
const NO_PICTURES: ReadonlySet<string> = new Set(["", "uri ", "tmap", ...METADATA]);

interface Heif extends Items {
  readonly read: Reader;
  /** What grids, overlays and copies are made of. */
  readonly parts: ReadonlyMap<number, readonly number[]>;
}

/** Scans the primary picture of an AVIF or HEIC. A sequence beside it is not looked at. */
export function scanHeif(bytes: Uint8Array): Found {
  const read = readerOf(bytes, "big");
  const boxes = boxesIn(read, 0);
  const cutOff = boxes.some(({ end }) => end > bytes.length);
  const meta = boxOf(boxes, "meta");
  if (!meta)
    throw cutOff ? cut("expected a box meta, got none yet") : broken("expected a box meta, got none");
  const items = readItems(read, meta);
  const made = items.references.filter(({ type }) => type === "dimg");
  const heif = { ...items, read, parts: new Map(made.map(({ from, to }) => [from, to])) };
  const primary = itemOf(heif, heif.primary);
  const masks = masksOf(heif);
  const needed = neededFor(heif, [primary, ...masks]);
  for (const item of needed) checkItem(heif, item);
  for (const mask of masks) requireSame(sizeOf(read, mask), sizeOf(read, primary));
  return {
    ...STILL,
    size: turned(read, primary),
    pixels: Math.max(...needed.map((item) => area(sizeOf(read, item)))),
    frames: Math.max(1, countPictures(heif)),
    depthBits: depthOf(read, needed),
    channels: masks.length > 0 ? 4 : 3,
    alpha: masks.length > 0,
    metadataBytes: metadataBytes(heif),
    complete: !cutOff && [...heif.byId.values()].every(({ extents }) => extents.every(endsBy(bytes.length))),
  };
}

const area = ({ width, height }: Size): number => width * height;

const endsBy =
  (end: number) =>
  ({ at, length }: { readonly at: number; readonly length: number }): boolean =>
    at + length <= end;

function itemOf({ byId }: Heif, id: number): Item {
  const item = byId.get(id);
  if (item) return item;
  throw broken(`expected an item ${id}, got none`);
}

/** The pictures that hold the transparency of the primary one. */
function masksOf(heif: Heif): readonly Item[] {
  return heif.references
    .filter(({ type, to }) => type === "auxl" && to.includes(heif.primary))
    .flatMap(({ from }) => heif.byId.get(from) ?? [])
    .filter(({ properties }) => {
      const kind = boxOf(properties, "auxC");
      return kind && ALPHA.test(heif.read.text(kind.at + FULL, Math.min(kind.end - kind.at - FULL, 64)));
    });
}

/** The given pictures and all that they are made of. */
function neededFor(heif: Heif, wanted: readonly Item[]): readonly Item[] {
  const needed = new Map(wanted.map((item) => [item.id, item]));
  // A map's loop also comes to what is put into it on the way.
  for (const { id } of needed.values()) {
    for (const part of heif.parts.get(id) ?? []) if (!needed.has(part)) needed.set(part, itemOf(heif, part));
  }
  return [...needed.values()];
}

/** Throws `broken_image` where a picture has no size, or is larger inside than it says. */
function checkItem(heif: Heif, item: Item): void {
  const size = sizeOf(heif.read, item);
  if (item.type === "grid") checkGrid(heif, item, size);
  if (item.type !== "av01") return;
  const coded = codedSize(heif.read, item);
  if (coded && (coded.width > size.width || coded.height > size.height)) {
    throw broken(`expected AV1 of at most ${sides(size)}, got ${sides(coded)}`);
  }
}

const sides = ({ width, height }: Size): string => `${width} x ${height}`;

function sizeOf(read: Reader, { id, properties }: Item): Size {
  const extents = boxOf(properties, "ispe");
  if (!extents || extents.end - extents.at < FULL + 8)
    throw broken(`expected a size for item ${id}, got none`);
  const size = { width: read.u32(extents.at + FULL), height: read.u32(extents.at + FULL + 4) };
  requireSides(size, LONGEST);
  return size;
}

/** The size in the stream itself, or in the decoder's configuration. */
function codedSize({ bytes, length }: Reader, { properties, extents: [first] }: Item): Size | undefined {
  const inStream =
    first && readAv1Size(bytes.subarray(first.at, Math.min(first.at + first.length, first.at + STREAM_HEAD)));
  const setup = boxOf(properties, "av1C");
  return inStream ?? (setup && readAv1Size(bytes.subarray(setup.at + FULL, Math.min(setup.end, length))));
}

/** The tiles have to cover the grid, and its own word has to be that of its property. */
function checkGrid(heif: Heif, { id, extents: [first] }: Item, size: Size): void {
  const { read } = heif;
  const parts = heif.parts.get(id) ?? [];
  // One tile may be named as often as a table has room, and its size may be the last of its properties.
  const tiles = Array.from(new Set(parts), (tile) => sizeOf(read, itemOf(heif, tile)));
  if (!first || first.at + 4 > read.length) return;
  const bytes = read.u8(first.at + 1) & 1 ? 4 : 2;
  const [rows, columns] = [read.u8(first.at + 2) + 1, read.u8(first.at + 3) + 1];
  if (parts.length !== rows * columns) {
    throw broken(`expected ${rows} x ${columns} tiles in a grid, got ${parts.length}`);
  }
  if (first.at + 4 + 2 * bytes > read.length) return;
  const number = bytes === 4 ? read.u32 : read.u16;
  requireSame({ width: number(first.at + 4), height: number(first.at + 4 + bytes) }, size);
  const short = tiles.find(
    ({ width, height }) => width * columns < size.width || height * rows < size.height,
  );
  if (short) throw broken(`expected tiles that cover ${sides(size)}, got ${sides(short)}`);
}

function requireSame(one: Size, other: Size): void {
  if (one.width === other.width && one.height === other.height) return;
  throw broken(`expected one size, got ${sides(one)} and ${sides(other)}`);
}

/** The size behind the cuts and turns that belong to the picture. */
function turned(read: Reader, item: Item): Size {
  return item.properties.reduce(
    (size, property) => {
      if (property.type === "irot")
        return read.u8(property.at) & 1 ? { width: size.height, height: size.width } : size;
      return property.type === "clap" ? clipped(read, property, size) : size;
    },
    sizeOf(read, item),
  );
}

function clipped(read: Reader, { at }: Box, size: Size): Size {
  const fraction = (place: number): number => Math.round(read.u32(place) / read.u32(place + 4));
  const inner = { width: fraction(at), height: fraction(at + 8) };
  if (inner.width >= 1 && inner.height >= 1 && inner.width <= size.width && inner.height <= size.height)
    return inner;
  throw broken(`expected a cut within ${sides(size)}, got ${sides(inner)}`);
}

/** Pictures that stand for themselves: neither hidden nor a thumbnail nor part of another one. */
function countPictures({ byId, references }: Heif): number {
  const serving = new Set(
    references.filter(({ type }) => type === "thmb" || type === "auxl").map(({ from }) => from),
  );
  return [...byId.values()].filter(
    ({ id, type, hidden }) => !hidden && !NO_PICTURES.has(type) && !serving.has(id),
  ).length;
}

type DepthReader = (read: Reader, at: number) => number;

/** Bits of the first channel by property. */
const DEPTHS: readonly (readonly [string, DepthReader])[] = [
  ["pixi", (read, at) => read.u8(at + FULL + 1)],
  ["av1C", (read, at) => 8 + 2 * ((read.u8(at + 2) >> 6) & 1) + 2 * ((read.u8(at + 2) >> 5) & 1)],
  ["hvcC", (read, at) => 8 + (read.u8(at + 17) & 7)],
];

function depthOf(read: Reader, items: readonly Item[]): number {
  for (const { properties } of items) {
    for (const [type, depth] of DEPTHS) {
      const box = boxOf(properties, type);
      if (box) return depth(read, box.at);
    }
  }
  return 8;
}

function metadataBytes({ byId, properties }: Heif): number {
  const blocks = [...byId.values()]
    .filter(({ type }) => METADATA.has(type))
    .flatMap(({ extents }) => extents);
  const profiles = properties.filter(({ type }) => type === "colr");
  return (
    blocks.reduce((sum, { length }) => sum + length, 0) +
    profiles.reduce((sum, { at, end }) => sum + end - at, 0)
  );
}
