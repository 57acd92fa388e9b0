import type { Writable } from "node:stream";

/** What a frame is about. The front sends the first three, a renderer the last two; the place is the byte on the wire. */
export const KINDS = ["setup", "job", "probe", "done", "failed"] as const;
export type Kind = (typeof KINDS)[number];

/** One message between front and renderer: one JSON document, and bytes that never pass through JSON. */
export interface Frame {
  /** 32 bits; an answer carries the id of what it answers. */
  readonly id: number;
  readonly kind: Kind;
  readonly json: unknown;
  readonly blobs: readonly Uint8Array[];
}

/** The bytes are not a frame, or a frame larger than allowed: whoever sent them cannot be trusted any more. */
export class WireError extends Error {
  override readonly name = "WireError";
}

export const MAX_JSON_BYTES = 1024 * 1024;
export const MAX_BLOBS = 64;
const MAX_UINT32 = 2 ** 32 - 1;

/**
 * The head, big-endian: magic (4 bytes), id (4), length of the JSON (4), kind (1), zero (1), number of blobs (2).
 * Then 4 bytes with the length of each blob, the JSON in UTF-8, the blobs.
 */
const HEAD_BYTES = 16;
const MAGIC = 0x54544631;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Sends a frame in one gathering write, blobs uncopied. Throws WireError, with nothing sent, if it is too large. */
export function writeFrame(stream: Writable, { id, kind, json, blobs }: Frame): void {
  const text = Buffer.from(JSON.stringify(json ?? null));
  refuseAbove(MAX_JSON_BYTES, text.byteLength, "bytes of JSON");
  refuseAbove(MAX_BLOBS, blobs.length, "blobs");
  const head = Buffer.alloc(HEAD_BYTES + 4 * blobs.length);
  head.writeUInt32BE(MAGIC, 0);
  head.writeUInt32BE(id, 4);
  head.writeUInt32BE(text.byteLength, 8);
  head.writeUInt8(KINDS.indexOf(kind), 12);
  head.writeUInt16BE(blobs.length, 14);
  for (const [index, blob] of blobs.entries()) {
    refuseAbove(MAX_UINT32, blob.byteLength, "bytes in a blob");
    head.writeUInt32BE(blob.byteLength, HEAD_BYTES + 4 * index);
  }
  stream.cork();
  for (const part of [head, text, ...blobs]) {
    if (part.byteLength > 0) stream.write(part);
  }
  stream.uncork();
}

/** Turns chunks of a byte stream back into frames. */
export class FrameReader {
  readonly #parser: Generator<number | Frame, never, Buffer>;
  readonly #reuses: boolean;
  #want: number;
  #part: Buffer | undefined;
  #filled = 0;

  /** `maxBytes` bounds JSON and blobs of one frame together; `reuses` says that chunks will be overwritten. */
  constructor({ maxBytes, reuses = false }: { readonly maxBytes: number; readonly reuses?: boolean }) {
    this.#reuses = reuses;
    this.#parser = parse(maxBytes);
    this.#want = this.#step(Buffer.alloc(0), []);
  }

  /**
   * The frames that this chunk completes. What lies whole inside the chunk is a view of it, unless it will be overwritten;
   * what is spread over several is copied once. Throws WireError, and again at every later call.
   */
  push(chunk: Uint8Array): Frame[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const frames: Frame[] = [];
    let at = 0;
    while (true) {
      const piece = this.#take(bytes.subarray(at));
      if (piece === undefined) return frames;
      at += piece.used;
      // Stays so if the parser throws: every later call then asks the dead parser at once and throws too.
      this.#want = 0;
      this.#want = this.#step(piece.bytes, frames);
    }
  }

  /** The piece that the parser waits for, or undefined when `rest` does not complete it. */
  #take(rest: Buffer): { readonly bytes: Buffer; readonly used: number } | undefined {
    if (this.#part === undefined && rest.byteLength >= this.#want) {
      const view = rest.subarray(0, this.#want);
      return { bytes: this.#reuses ? Buffer.from(view) : view, used: this.#want };
    }
    const part = (this.#part ??= Buffer.allocUnsafeSlow(this.#want));
    const used = rest.copy(part, this.#filled);
    this.#filled += used;
    if (this.#filled < this.#want) return undefined;
    this.#part = undefined;
    this.#filled = 0;
    return { bytes: part, used };
  }

  /** Feeds the parser one piece, collects what it finds, and says how long the next piece is. */
  #step(piece: Buffer, frames: Frame[]): number {
    while (true) {
      const { value, done } = this.#parser.next(piece);
      if (done) throw new WireError("expected no more bytes after a broken frame, got some");
      if (typeof value === "number") return value;
      frames.push(value);
    }
  }
}

/** The grammar: yields the length of the piece that it needs next, or a finished frame. */
function* parse(maxBytes: number): Generator<number | Frame, never, Buffer> {
  while (true) {
    const head = readHead(yield HEAD_BYTES);
    const lengths = yield 4 * head.blobCount;
    const sizes = Array.from({ length: head.blobCount }, (_, index) => lengths.readUInt32BE(4 * index));
    const total = sizes.reduce((sum, size) => sum + size, head.jsonBytes);
    refuseAbove(maxBytes, total, "bytes in a frame");
    const json = readJson(yield head.jsonBytes);
    const blobs: Uint8Array[] = [];
    for (const size of sizes) blobs.push(yield size);
    yield { id: head.id, kind: head.kind, json, blobs };
  }
}

function readHead(head: Buffer) {
  if (head.readUInt32BE(0) !== MAGIC || head.readUInt8(13) !== 0) {
    throw new WireError("expected the head of a frame, got other bytes");
  }
  const kind = KINDS[head.readUInt8(12)];
  if (kind === undefined) throw new WireError(`expected a known kind of frame, got ${head.readUInt8(12)}`);
  const id = head.readUInt32BE(4);
  const jsonBytes = head.readUInt32BE(8);
  const blobCount = head.readUInt16BE(14);
  refuseAbove(MAX_JSON_BYTES, jsonBytes, "bytes of JSON");
  refuseAbove(MAX_BLOBS, blobCount, "blobs");
  return { id, kind, jsonBytes, blobCount };
}

function readJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    throw new WireError("expected a JSON document, got other bytes", { cause });
  }
}

function refuseAbove(most: number, actual: number, what: string): void {
  if (actual > most) throw new WireError(`expected at most ${most} ${what}, got ${actual}`);
}
