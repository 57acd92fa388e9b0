/** Format: ITU-T T.81, annex B. Between segments, what libjpeg tolerates is tolerated. */
import { hasExifPrefix, orientationIn } from "./exif.ts";
import { readerOf, type Reader } from "./reader.ts";
import { broken, cut, MOST_STEPS, requireSides, STILL, type Found, type Size } from "./scanned.ts";

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP15 = 0xef;
const COMMENT = 0xfe;
const LONGEST = 0xffff;

/** Start-of-frame markers; the three that are missing in the row are tables (DHT, JPG, DAC). */
const FRAMES: ReadonlySet<number> = new Set([
  0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf,
]);
const PROGRESSIVE: ReadonlySet<number> = new Set([0xc2, 0xc6, 0xca, 0xce]);

interface Segment {
  readonly marker: number;
  /** Of its data, behind marker and length. */
  readonly at: number;
  readonly end: number;
}

interface Frame extends Size {
  readonly depthBits: number;
  readonly components: number;
  readonly progressive: boolean;
}

/** Scans a JPEG: its head segment by segment, the rest byte by byte only where there are several scans to count. */
export function scanJpeg(bytes: Uint8Array): Found {
  const read = readerOf(bytes, "big");
  if (read.u16(0) !== 0xff00 + SOI) throw broken("expected the start of a JPEG");
  const { segments, first } = readHead(read);
  const frame = frameOf(read, segments, first);
  const several = frame.progressive || (first !== undefined && read.u8(first.at) < frame.components);
  const metadata = segments.filter(isMetadata);
  const exif = metadata.find(
    ({ marker, at }) => marker === APP1 && hasExifPrefix(bytes.subarray(at, at + 6)),
  );
  return {
    ...STILL,
    size: { width: frame.width, height: frame.height },
    depthBits: frame.depthBits,
    channels: frame.components,
    alpha: false,
    interlaced: several,
    orientation: exif && orientationIn(bytes.subarray(exif.at, exif.end)),
    metadataBytes: metadata.reduce((sum, { at, end }) => sum + end - at, 0),
    ...(several ? countScans(read, first) : { complete: first !== undefined && hasEnd(bytes, first.end) }),
  };
}

const isMetadata = ({ marker }: Segment): boolean =>
  (marker >= APP0 && marker <= APP15) || marker === COMMENT;

/** The segments before the first scan, and that scan's header, unless the file ends before it. */
function readHead(read: Reader): { segments: readonly Segment[]; first: Segment | undefined } {
  const segments: Segment[] = [];
  for (let at = 2; ;) {
    const segment = segmentAt(read, at);
    if (!segment || segment.end > read.length) return { segments, first: undefined };
    if (segment.marker === SOS) return { segments, first: segment };
    if (segment.marker === EOI || segment.marker === SOI) {
      throw broken(`expected a scan, got marker 0x${segment.marker.toString(16)} before any`);
    }
    segments.push(segment);
    if (segments.length > MOST_STEPS) throw broken(`expected at most ${MOST_STEPS} segments before a scan`);
    at = segment.end;
  }
}

/** The segment whose marker is found at or behind `at`; an empty one for markers that stand alone. */
function segmentAt(read: Reader, at: number): Segment | undefined {
  const found = nextMarker(read, at);
  if (found === undefined) return undefined;
  const marker = read.u8(found + 1);
  const begin = found + 2;
  if (marker === EOI || marker === SOI || marker === 1) return { marker, at: begin, end: begin };
  if (begin + 2 > read.length) return undefined;
  return { marker, at: begin + 2, end: begin + Math.max(2, read.u16(begin)) };
}

/** Where the next 0xFF is that begins a marker: neither a stuffed byte, nor a restart, nor fill. */
function nextMarker({ bytes }: Reader, from: number): number | undefined {
  const { length } = bytes;
  let before = 0;
  for (let at = from; at < length; at++) {
    const byte = bytes[at] ?? 0;
    if (before === 0xff && byte !== 0 && byte !== 0xff && (byte < 0xd0 || byte > 0xd7)) return at - 1;
    before = byte;
  }
  return undefined;
}

function frameOf(read: Reader, segments: readonly Segment[], first: Segment | undefined): Frame {
  const [frame, other] = segments.filter(({ marker }) => FRAMES.has(marker));
  if (!frame) throw first ? broken("expected a frame header before a scan") : cut("expected a frame header");
  if (other) throw broken("expected one frame header, got two");
  const { marker, at, end } = frame;
  const [depthBits = 0, , , , , components = 0] = read.slice(at, end);
  if (end - at !== 6 + 3 * components || components === 0) {
    throw broken(`expected a frame header that fits its components, got ${end - at} bytes for ${components}`);
  }
  const size = { height: read.u16(at + 1), width: read.u16(at + 3) };
  requireSides(size, LONGEST);
  return { ...size, depthBits, components, progressive: PROGRESSIVE.has(marker) };
}

/** Each scan is a trip over the whole picture for a decoder, and costs a file only a few bytes. */
function countScans(read: Reader, first: Segment | undefined): { scans: number; complete: boolean } {
  let scans = 1;
  let steps = 0;
  for (let segment = first; segment && segment.end <= read.length; segment = segmentAt(read, segment.end)) {
    steps += 1;
    if (steps > MOST_STEPS) return { scans, complete: true };
    if (segment.marker === EOI) return { scans, complete: true };
    if (FRAMES.has(segment.marker)) throw broken("expected one frame header, got another behind a scan");
    if (segment.marker === SOS && segment !== first) scans += 1;
  }
  return { scans, complete: false };
}

/** Looks from the end, where the marker is in nearly every file. */
function hasEnd(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.length - 1; at > from; at--) {
    if (bytes[at] === EOI && bytes[at - 1] === 0xff) return true;
  }
  return false;
}
