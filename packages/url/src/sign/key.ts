import { CodecError, hex } from "../codec.ts";

export interface SigningKey {
  /** Hex, as the server's IMGPROXY_KEY. */
  readonly key: string;
  /** Hex, as the server's IMGPROXY_SALT. */
  readonly salt: string;
  /** Bytes of the signature that are kept, 1 to 32. */
  readonly size?: number;
}

/** Bytes of hex digits. Throws CodecError. */
export const bytesOf = (digits: string): Uint8Array<ArrayBuffer> => {
  const pairs = hex.read(digits).match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
};

/** What is signed of a path: the salt, a slash and all behind the signature's segment. */
export const saltedPath = (path: string, salt: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([...bytesOf(salt), ...new TextEncoder().encode(`/${path.replace(/^\//, "")}`)]);

/** Throws CodecError where so many bytes of a signature cannot be kept. */
export function checkSize(size: number): number {
  if (Number.isInteger(size) && size >= 1 && size <= 32) return size;
  throw new CodecError(`expected a size from 1 to 32, got ${size}`);
}

const LEAST_KEY = 16;

/** The key that capabilities are signed with, before it is derived for them. Throws CodecError. */
export function masterOf(key: string): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(key);
  if (bytes.length >= LEAST_KEY) return bytes;
  throw new CodecError(`expected a key of ${LEAST_KEY} bytes or more in hex, got ${bytes.length}`);
}
