/** Format: CompuServe, "Graphics Interchange Format, Version 89a". The true size is libnsgif's, which libvips reads with. */
import { readerOf, type Reader } from "./reader.ts";
import { broken, cut, MOST_STEPS, STILL, type Found, type Size } from "./scanned.ts";

const IMAGE = 0x2c;
const EXTENSION = 0x21;
const CONTROL = 0xf9;
const COMMENT = 0xfe;
const APPLICATION = 0xff;
const SCREEN_END = 13;

/** Screens that encoders wrote down instead of the picture's own size. */
const SCREENS: ReadonlySet<string> = new Set([
  "640x480",
  "640x512",
  "800x600",
  "1024x768",
  "1280x1024",
  "1600x1200",
]);
const LARGEST_SCREEN = 2048;

interface Block {
  /** Label of an extension, or IMAGE. */
  readonly kind: number;
  readonly at: number;
  readonly end: number;
}

/** Scans a GIF, up to 20,000 blocks of it. */
export function scanGif(bytes: Uint8Array): Found {
  const read = readerOf(bytes, "little");
  if (!/^GIF8.a$/s.test(read.text(0, 6))) throw broken("expected the signature of a GIF");
  const { blocks, end } = walk(read);
  const frames = blocks.filter(({ kind }) => kind === IMAGE);
  const [first] = frames;
  if (!first)
    throw end === "cut" ? cut("expected a frame, got none yet") : broken("expected a frame, got none");
  const transparent = blocks.some(({ kind, at }) => kind === CONTROL && (bytes[at + 1] ?? 0) & 1);
  return {
    ...STILL,
    size: trueSize(read, first.at),
    frames: frames.length,
    framesAtLeast: end !== "end",
    animated: frames.length > 1,
    depthBits: 8,
    channels: transparent ? 4 : 3,
    alpha: transparent,
    interlaced: frames.some(({ at }) => read.u8(at + 8) & 0x40),
    metadataBytes: blocks
      .filter(({ kind }) => kind === COMMENT || kind === APPLICATION)
      .reduce((sum, block) => sum + block.end - block.at, 0),
    complete: end !== "cut",
  };
}

/**
 * The first frame may stick out of the logical screen and enlarges it then; later ones are cut off. A screen that is
 * not to be believed counts as one pixel.
 */
function trueSize(read: Reader, frame: number): Size {
  const [width, height] = [read.u16(6), read.u16(8)];
  const sound = width > 0 && height > 0 && Math.max(width, height) <= LARGEST_SCREEN;
  const screen = sound && !SCREENS.has(`${width}x${height}`) ? { width, height } : { width: 1, height: 1 };
  return {
    width: Math.max(screen.width, read.u16(frame) + read.u16(frame + 4)),
    height: Math.max(screen.height, read.u16(frame + 2) + read.u16(frame + 6)),
  };
}

/** Bytes of the colour table that these flags announce. */
const tableBytes = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);

/** Every block whose header is there. What begins like neither image nor extension ends the file, as its trailer does. */
function walk(read: Reader): { blocks: readonly Block[]; end: "end" | "cut" | "enough" } {
  const blocks: Block[] = [];
  let at = SCREEN_END + tableBytes(read.u8(10));
  while (blocks.length < MOST_STEPS) {
    const block = blockAt(read, at);
    if (block === "cut") return { blocks, end: "cut" };
    if (block === "end") return { blocks, end: "end" };
    blocks.push(block);
    if (block.end > read.length) return { blocks, end: "cut" };
    at = block.end;
  }
  return { blocks, end: "enough" };
}

function blockAt(read: Reader, at: number): Block | "cut" | "end" {
  const { bytes, length } = read;
  if (at >= length) return "cut";
  if (bytes[at] === EXTENSION) {
    if (at + 3 > length) return "cut";
    return { kind: read.u8(at + 1), at: at + 2, end: skip(bytes, at + 2) };
  }
  if (bytes[at] !== IMAGE) return "end";
  if (at + 11 > length) return "cut";
  const data = at + 10 + tableBytes(read.u8(at + 9));
  // One byte tells the size of the first code, then come the sub-blocks.
  return { kind: IMAGE, at: at + 1, end: skip(bytes, data + 1) };
}

/** Where a chain of sub-blocks ends; behind the last byte where it does not. Each link is at least one byte. */
function skip(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const length = bytes[at] ?? 0;
    at += 1 + length;
    if (length === 0) return at;
  }
  return bytes.length + 1;
}
