import { cut } from "./scanned.ts";

/** Numbers and text of a file by offset. Whatever lies behind its end throws `source_incomplete`. */
export interface Reader {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly u8: (at: number) => number;
  readonly u16: (at: number) => number;
  readonly u32: (at: number) => number;
  readonly i32: (at: number) => number;
  /** Exact up to 2^53. */
  readonly u64: (at: number) => number;
  /** One character a byte. */
  readonly text: (at: number, length: number) => string;
  readonly slice: (at: number, end: number) => Uint8Array;
}

/** Reads `bytes` without copying them. */
export function readerOf(bytes: Uint8Array, order: "big" | "little"): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = order === "little";
  const within = (at: number, size: number): number => {
    if (at + size <= bytes.length) return at;
    throw cut(`expected at least ${at + size} bytes, got ${bytes.length}`);
  };
  const u32 = (at: number): number => view.getUint32(within(at, 4), little);
  return {
    bytes,
    length: bytes.length,
    u8: (at) => view.getUint8(within(at, 1)),
    u16: (at) => view.getUint16(within(at, 2), little),
    u32,
    i32: (at) => view.getInt32(within(at, 4), little),
    u64: (at) => u32(little ? at + 4 : at) * 2 ** 32 + u32(little ? at : at + 4),
    text: (at, length) => latin1(bytes, within(at, length), at + length),
    slice: (at, end) => bytes.subarray(within(at, end - at), end),
  };
}

/** By pieces, as these are names of four characters, in their tens of thousands. */
function latin1(bytes: Uint8Array, from: number, end: number): string {
  let text = "";
  for (let at = from; at < end; at++) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}
