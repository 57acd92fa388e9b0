/** Format: Adobe, "TIFF Revision 6.0". The first page counts, as for the renderer. */
import { validOrientation } from "./exif.ts";
import { nextDirectory, numbersOf, openTiff, readDirectory, type Entry, type Tiff } from "./ifd.ts";
import { broken, MOST_STEPS, requireSides, STILL, type Found } from "./scanned.ts";

const TAGS = {
  width: 256,
  height: 257,
  bits: 258,
  photometric: 262,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  stripBytes: 279,
  tileOffsets: 324,
  tileBytes: 325,
} as const;

/** XMP, IPTC, Photoshop's resources, ICC. */
const METADATA = [700, 33723, 34377, 34675];

const PALETTE = 3;
const CMYK = 5;
const LONGEST = 2 ** 31 - 1;
/** Doubles; libvips reads nothing deeper. */
const MOST_DEPTH = 64;

type Directory = ReadonlyMap<number, Entry>;

/** Scans a TIFF: its first page, and how many there are. */
export function scanTiff(bytes: Uint8Array): Found {
  const tiff = openTiff(bytes);
  const page = readDirectory(tiff.read, tiff.first);
  const value = (tag: keyof typeof TAGS): number | undefined => firstNumber(tiff, page.get(TAGS[tag]));
  const size = { width: value("width") ?? 0, height: value("height") ?? 0 };
  requireSides(size, LONGEST);
  const { count, more, cut } = countPages(tiff);
  const photometric = value("photometric");
  const channels = photometric === PALETTE ? 3 : (value("samples") ?? 1);
  return {
    ...STILL,
    size,
    frames: count,
    framesAtLeast: more,
    depthBits: Math.min(MOST_DEPTH, value("bits") ?? 1),
    channels,
    alpha: channels === 2 || (channels === 4 && photometric !== CMYK),
    orientation: validOrientation(value("orientation")),
    metadataBytes: METADATA.reduce((sum, tag) => sum + (page.get(tag)?.bytes ?? 0), 0),
    complete: !cut && hasPixels(tiff, page),
  };
}

/** libtiff does without values that lie outside of the file, and so can whoever needs none of them. */
function firstNumber({ read }: Tiff, entry: Entry | undefined): number | undefined {
  return entry && entry.at + entry.bytes <= read.length ? numbersOf(read, entry, 1)[0] : undefined;
}

interface Pages {
  readonly count: number;
  readonly more: boolean;
  readonly cut: boolean;
}

/** Follows the chain of directories. Throws `broken_image` where it leads back into itself. */
function countPages({ read, first }: Tiff): Pages {
  const seen = new Set<number>();
  for (let at = first; at !== 0 && seen.size < MOST_STEPS;) {
    if (seen.has(at)) throw broken(`expected directories in a row, got one at ${at} for the second time`);
    seen.add(at);
    if (at + 2 > read.length || at + 6 + read.u16(at) * 12 > read.length) {
      return { count: Math.max(1, seen.size - 1), more: true, cut: true };
    }
    at = nextDirectory(read, at);
  }
  return { count: seen.size, more: seen.size === MOST_STEPS, cut: false };
}

/**
 * False where values of the page's tags, its strips or its tiles lie behind the file's end; of very many strips, the
 * first 20,000 are looked at.
 */
function hasPixels({ read }: Tiff, page: Directory): boolean {
  const tiled = page.has(TAGS.tileOffsets);
  const offsets = page.get(tiled ? TAGS.tileOffsets : TAGS.stripOffsets);
  if (!offsets) throw broken("expected strips or tiles, got none");
  if ([...page.values()].some(({ at, bytes }) => at + bytes > read.length)) return false;
  const lengths = numbersOf(read, page.get(tiled ? TAGS.tileBytes : TAGS.stripBytes), MOST_STEPS);
  return numbersOf(read, offsets, MOST_STEPS).every((offset, i) => offset + (lengths[i] ?? 0) <= read.length);
}
