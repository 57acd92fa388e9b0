/** Format: AV1 Bitstream & Decoding Process Specification, sections 5.3 to 5.5. */
import type { Size } from "./scanned.ts";

const SEQUENCE_HEADER = 1;
/** Units before the sequence header in a still picture: a delimiter, and padding at most. */
const MOST_UNITS = 16;

/** The size that the first sequence header of a stream allows its frames; undefined where there is none or it is cut. */
export function readAv1Size(stream: Uint8Array): Size | undefined {
  let at = 0;
  for (let unit = 0; unit < MOST_UNITS && at < stream.length; unit++) {
    const header = stream[at] ?? 0;
    const hasSize = (header & 2) !== 0;
    const sizeAt = at + (header & 4 ? 2 : 1);
    const size = hasSize ? readLeb128(stream, sizeAt) : { value: stream.length - sizeAt, end: sizeAt };
    if (!size) return undefined;
    if (((header >> 3) & 15) === SEQUENCE_HEADER) {
      return readSequence(new Bits(stream.subarray(size.end, size.end + size.value)));
    }
    at = size.end + size.value;
  }
  return undefined;
}

function readLeb128(bytes: Uint8Array, at: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: at + i + 1 };
  }
  return undefined;
}

/** Bits, most significant first; behind the end they are zero, and `spent` tells. */
class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get spent(): boolean {
    return this.#at > this.#bytes.length * 8;
  }

  /** A number of up to 32 bits. */
  take(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++) {
      value = value * 2 + (((this.#bytes[this.#at >> 3] ?? 0) >> (7 - (this.#at & 7))) & 1);
    }
    return value;
  }
}

function readSequence(bits: Bits): Size | undefined {
  bits.take(3 + 1); // profile, still picture
  const reduced = bits.take(1) === 1;
  if (reduced) bits.take(5);
  else skipOperatingPoints(bits);
  const [widthBits, heightBits] = [bits.take(4) + 1, bits.take(4) + 1];
  const size = { width: bits.take(widthBits) + 1, height: bits.take(heightBits) + 1 };
  return bits.spent ? undefined : size;
}

/** Timing, decoder model and levels, which stand before the size in any but a reduced header. */
function skipOperatingPoints(bits: Bits): void {
  const model = bits.take(1) === 1 && skipTiming(bits);
  const display = bits.take(1) === 1;
  for (let left = bits.take(5) + 1; left > 0; left--) {
    bits.take(12);
    if (bits.take(5) > 7) bits.take(1);
    if (model !== false && bits.take(1) === 1) bits.take(2 * model + 1);
    if (display && bits.take(1) === 1) bits.take(4);
  }
}

/** Answers with the bits of a delay where there is a decoder model. */
function skipTiming(bits: Bits): number | false {
  bits.take(32);
  bits.take(32);
  if (bits.take(1) === 1) skipExpGolomb(bits);
  if (bits.take(1) === 0) return false;
  const delayBits = bits.take(5) + 1;
  bits.take(32 + 5 + 5);
  return delayBits;
}

function skipExpGolomb(bits: Bits): void {
  let zeros = 0;
  while (zeros < 32 && bits.take(1) === 0) zeros++;
  if (zeros < 32) bits.take(zeros);
}
