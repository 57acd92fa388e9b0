import type { Box } from "./boxes.ts";
import type { Reader } from "./reader.ts";
import { broken, MOST_STEPS } from "./scanned.ts";

/** Enough for some 3,000 items, which is more than libheif takes. */
const LARGEST_TABLE = 2 ** 17;

/** Reads the numbers of a box one after the other. Throws `broken_image` behind the box's end. */
export class Cursor {
  readonly #read: Reader;
  readonly #end: number;
  #at: number;
  #empty = 0;

  constructor(read: Reader, { at, end, type }: Box) {
    if (end - at > LARGEST_TABLE) throw broken(`expected ${type} of at most 128 KiB, got ${end - at} bytes`);
    this.#read = read;
    this.#end = end;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  /** A number of 0, 1, 2, 4 or 8 bytes; one of no bytes is 0. */
  number(size: number): number {
    const at = this.#at;
    this.#at += size;
    if (this.#at > this.#end) throw broken(`expected numbers within a box, got one up to ${this.#at}`);
    if (size === 1) return this.#read.u8(at);
    if (size === 2) return this.#read.u16(at);
    if (size === 4) return this.#read.u32(at);
    if (size === 8) return this.#read.u64(at);
    if (size !== 0) throw broken(`expected a number of 0, 4 or 8 bytes, got ${size}`);
    // A box of a few bytes can announce any number of them.
    this.#empty += 1;
    if (this.#empty > 4 * MOST_STEPS) throw broken("expected a table that ends, got one of empty numbers");
    return 0;
  }

  text(length: number): string {
    const at = this.#at;
    this.#at += length;
    if (this.#at > this.#end) throw broken(`expected text within a box, got some up to ${this.#at}`);
    return this.#read.text(at, length);
  }
}
