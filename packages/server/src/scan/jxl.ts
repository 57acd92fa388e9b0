/** Format: ISO/IEC 18181-1, annexes D and E (headers) and ISO/IEC 18181-2 (container). */
import { boxesIn, type Box } from "./boxes.ts";
import { readerOf, type Reader } from "./reader.ts";
import { broken, cut, requireSides, STILL, type Found, type Size } from "./scanned.ts";

const LONGEST = 2 ** 30;
const METADATA: ReadonlySet<string> = new Set(["Exif", "xml ", "brob", "jbrd"]);
/** Enough for all headers that are read here. */
const HEAD_BYTES = 64;
/** Width to height by the number that stands for it; 0 is for a width of its own. */
const RATIOS: readonly (readonly [number, number])[] = [
  [0, 1],
  [1, 1],
  [12, 10],
  [4, 3],
  [3, 2],
  [16, 9],
  [5, 4],
  [2, 1],
];

/** Scans a JPEG XL, bare or in its container. Only a decoder can count the frames of an animation. */
export function scanJxl(bytes: Uint8Array): Found {
  if (bytes[0] === 0xff) return scanStream(bytes.subarray(0, HEAD_BYTES));
  const read = readerOf(bytes, "big");
  const boxes = boxesIn(read, 0);
  const cutOff = boxes.some(({ end }) => end > bytes.length);
  const stream = boxes.find(({ type }) => type === "jxlc" || type === "jxlp");
  if (!stream)
    throw cutOff ? cut("expected a codestream, got none yet") : broken("expected a codestream, got none");
  const at = stream.type === "jxlp" ? stream.at + 4 : stream.at; // Parts are numbered.
  const metadata = boxes.filter(({ type }) => METADATA.has(type));
  return {
    ...scanStream(bytes.subarray(at, Math.min(stream.end, at + HEAD_BYTES))),
    metadataBytes: metadata.reduce((sum, box) => sum + box.end - box.at, 0),
    complete: !cutOff && hasLastPart(read, boxes),
  };
}

/** Parts count up from zero, and the last one has the highest bit set. */
function hasLastPart(read: Reader, boxes: readonly Box[]): boolean {
  const last = boxes.findLast(({ type }) => type === "jxlp");
  return !last || read.u32(last.at) >= 2 ** 31;
}

/** Bits, least significant first (ISO/IEC 18181-1, annex B). */
class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  take(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++) {
      const byte = this.#bytes[this.#at >> 3];
      if (byte === undefined) throw cut(`expected more than ${this.#bytes.length} bytes of codestream`);
      value += ((byte >> (this.#at & 7)) & 1) * 2 ** i;
    }
    return value;
  }

  flag(): boolean {
    return this.take(1) === 1;
  }

  /** One of four ranges, each an offset and a number of bits. */
  pick(ranges: readonly (readonly [offset: number, bits: number])[]): number {
    const [offset, bits] = ranges[this.take(2)]!; // There are four.
    return offset + this.take(bits);
  }
}

function scanStream(stream: Uint8Array): Found {
  const bits = new Bits(stream);
  if (bits.take(16) !== 0x0aff) throw broken("expected the start of a JPEG XL codestream");
  const size = readSize(bits);
  requireSides(size, LONGEST);
  const plain = { ...STILL, size, depthBits: 8 };
  if (bits.flag()) return { ...plain, alpha: false }; // Everything is as usual.
  const { orientation, animated } = bits.flag() ? readExtra(bits) : { orientation: 1, animated: false };
  return {
    ...plain,
    ...readDepth(bits),
    ...(animated && { animated, framesAtLeast: true }),
    orientation: orientation === 1 ? undefined : orientation,
  };
}

function readSize(bits: Bits): Size {
  const ranges = [
    [1, 9],
    [1, 13],
    [1, 18],
    [1, 30],
  ] as const;
  const eighths = bits.flag();
  const side = (): number => (eighths ? 8 * (1 + bits.take(5)) : bits.pick(ranges));
  return readSides(bits, side);
}

function readPreview(bits: Bits): Size {
  const small = [
    [16, 0],
    [32, 0],
    [1, 5],
    [33, 9],
  ] as const;
  const large = [
    [1, 6],
    [65, 8],
    [321, 10],
    [1345, 12],
  ] as const;
  const eighths = bits.flag();
  return readSides(bits, () => (eighths ? 8 * bits.pick(small) : bits.pick(large)));
}

function readSides(bits: Bits, side: () => number): Size {
  const height = side();
  const [across, down] = RATIOS[bits.take(3)]!; // There are eight.
  return { width: across === 0 ? side() : Math.floor((height * across) / down), height };
}

function readExtra(bits: Bits): { readonly orientation: number; readonly animated: boolean } {
  const orientation = 1 + bits.take(3);
  if (bits.flag()) readSize(bits); // The size to show it at.
  if (bits.flag()) readPreview(bits);
  return { orientation, animated: bits.flag() && skipAnimation(bits) };
}

function skipAnimation(bits: Bits): true {
  bits.pick([
    [100, 0],
    [1000, 0],
    [1, 10],
    [1, 30],
  ]); // Ticks
  bits.pick([
    [1, 0],
    [1001, 0],
    [1, 8],
    [1, 10],
  ]); // a second
  bits.pick([
    [0, 0],
    [0, 3],
    [0, 16],
    [0, 32],
  ]); // Loops
  bits.flag(); // Time codes
  return true;
}

/** Depth, and transparency if that is the first extra channel or there is none. */
function readDepth(bits: Bits): { readonly depthBits: number; readonly alpha: boolean | undefined } {
  const floating = bits.flag();
  const depthBits = bits.pick(
    floating
      ? [
          [32, 0],
          [16, 0],
          [24, 0],
          [1, 6],
        ]
      : [
          [8, 0],
          [10, 0],
          [12, 0],
          [1, 6],
        ],
  );
  if (floating) bits.take(4);
  bits.flag(); // 16 bits are enough for a decoder.
  const extra = bits.pick([
    [0, 0],
    [1, 0],
    [2, 4],
    [1, 12],
  ]);
  if (extra === 0) return { depthBits, alpha: false };
  const alpha =
    bits.flag() ||
    bits.pick([
      [0, 0],
      [1, 0],
      [2, 4],
      [18, 6],
    ]) === 0;
  return { depthBits, alpha: alpha || (extra === 1 ? false : undefined) };
}
