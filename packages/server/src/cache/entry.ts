import { createHash, hash } from "node:crypto";
import { isKey, type Entry, type Head } from "./store.ts";

/** The last byte is the version of the layout; what was written in another is not read. */
const MAGIC = Buffer.from("TTE\u0001", "latin1");
const KEY_AT = MAGIC.length + 8;
const KEY_BYTES = 65;
const JSON_AT = KEY_AT + KEY_BYTES;
const SUM_BYTES = 32;

/** So many bytes from the beginning of an encoded entry are enough for `decodeHead`. */
export const HEAD_LIMIT = 16 * 1024;

/** Bytes of an encoded entry besides its body, at most. */
export const MOST_BESIDES_BODY = HEAD_LIMIT + SUM_BYTES;

const MOST_BODY_BYTES = 2 ** 32 - 1;

/**
 * An entry as bytes, for stores that hold only bytes, in pieces that belong one behind another; the body is one of them and
 * not copied. Numbers are big-endian.
 *
 *     4   "TTE" and the version, 1
 *     4   length of the head
 *     4   length of the body
 *     65  the key, in ASCII
 *     …   the head, JSON in UTF-8
 *     32  SHA-256 of all before, so that a head can be trusted without its body
 *     …   the body
 *     32  SHA-256 of all before
 *
 * Throws Error where the text is no key, where what the head says would not survive JSON, and where all that stands before
 * the body is longer than `HEAD_LIMIT` or the body longer than 4 GiB.
 */
export function encodeEntry(
  key: string,
  { head, body }: Entry,
): readonly [Uint8Array, Uint8Array, Uint8Array] {
  if (!isKey(key)) throw new Error(`expected a key, got ${JSON.stringify(key)}`);
  if (body.length > MOST_BODY_BYTES)
    throw new Error(`expected a body of at most ${MOST_BODY_BYTES} bytes, got ${body.length}`);
  const text = JSON.stringify(head);
  if (!parseHead(text)) throw new Error(`expected a head that survives JSON, got ${text.slice(0, 200)}`);
  const json = Buffer.from(text);
  const length = JSON_AT + json.length + SUM_BYTES;
  if (length > HEAD_LIMIT) throw new Error(`expected a head of at most ${HEAD_LIMIT} bytes, got ${length}`);

  const front = Buffer.alloc(length);
  MAGIC.copy(front);
  front.writeUInt32BE(json.length, MAGIC.length);
  front.writeUInt32BE(body.length, MAGIC.length + 4);
  front.write(key, KEY_AT, "latin1");
  json.copy(front, JSON_AT);
  sumOf(front.subarray(0, -SUM_BYTES)).copy(front, length - SUM_BYTES);
  return [front, body, createHash("sha256").update(front).update(body).digest()];
}

/**
 * What `encodeEntry` wrote under a key; undefined for any other bytes, whoever made them. The body is a view of the bytes,
 * not a copy.
 */
export function decodeEntry(key: string, bytes: Uint8Array): Entry | undefined {
  const front = readFront(key, bytes);
  if (!front || bytes.length !== front.end + front.bodyBytes + SUM_BYTES) return undefined;
  const sum = bytes.subarray(-SUM_BYTES);
  if (!sumOf(bytes.subarray(0, -SUM_BYTES)).equals(sum)) return undefined;
  const body = new Uint8Array(bytes.buffer, bytes.byteOffset + front.end, front.bodyBytes);
  return { head: front.head, body };
}

/** The head of what `encodeEntry` wrote under a key, from its first `HEAD_LIMIT` bytes or more; undefined for any other. */
export const decodeHead = (key: string, bytes: Uint8Array): Head | undefined => readFront(key, bytes)?.head;

interface Front {
  readonly head: Head;
  /** Where the body begins. */
  readonly end: number;
  readonly bodyBytes: number;
}

function readFront(key: string, given: Uint8Array): Front | undefined {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.length);
  if (bytes.length < JSON_AT + SUM_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const jsonEnd = JSON_AT + bytes.readUInt32BE(MAGIC.length);
  const end = jsonEnd + SUM_BYTES;
  if (end > Math.min(bytes.length, HEAD_LIMIT)) return undefined;
  if (!sumOf(bytes.subarray(0, jsonEnd)).equals(bytes.subarray(jsonEnd, end))) return undefined;
  if (!isKey(key) || bytes.toString("latin1", KEY_AT, JSON_AT) !== key) return undefined;
  const head = parseHead(bytes.toString("utf8", JSON_AT, jsonEnd));
  return head && { head, end, bodyBytes: bytes.readUInt32BE(MAGIC.length + 4) };
}

const sumOf = (bytes: Uint8Array): Buffer => hash("sha256", bytes, "buffer");

/** A checksum says that bytes are whole, not that a friend wrote them. */
function parseHead(text: string): Head | undefined {
  try {
    const read = (JSON.parse(text, withoutProto) ?? {}) as Partial<Record<keyof Head, unknown>>;
    const { source, tags, askedAt, by, freshUntil, staleUntil, failUntil, about } = read;
    const areTexts = typeof source === "string" && typeof by === "string" && Array.isArray(tags);
    const areTimes = [askedAt, freshUntil, staleUntil, failUntil].every(Number.isFinite);
    if (!areTexts || !areTimes || !tags.every((tag) => typeof tag === "string")) return undefined;
    return { source, tags, askedAt, by, freshUntil, staleUntil, failUntil, about } as Head;
  } catch {
    return undefined;
  }
}

/** Whoever copies such a property onto another object changes what that object is. */
function withoutProto(name: string, value: unknown): unknown {
  if (name === "__proto__") throw new Error("expected no property __proto__, got one");
  return value;
}
