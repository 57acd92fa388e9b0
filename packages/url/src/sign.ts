import { bytesToBase64 } from "./base64.ts";
import { CodecError, hex } from "./codec.ts";

/** Signing, apart from the rest of the package so that a browser bundle cannot hold it by accident. */

export interface SigningKey {
  /** Hex, as the server's IMGPROXY_KEY. */
  readonly key: string;
  /** Hex, as the server's IMGPROXY_SALT. */
  readonly salt: string;
  /** Bytes of the signature that are kept, 1 to 32. */
  readonly size?: number;
}

const bytesOf = (digits: string): Uint8Array<ArrayBuffer> => {
  const pairs = hex.read(digits).match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
};

/**
 * The signature of a path (all behind the signature's segment, without a leading slash): HMAC-SHA256 over salt, a slash
 * and the path, cut to `size` bytes, in URL-safe base64 without padding. Throws CodecError on a key that is not hex.
 */
export async function sign(path: string, { key, salt, size = 32 }: SigningKey): Promise<string> {
  if (!Number.isInteger(size) || size < 1 || size > 32)
    throw new CodecError(`expected a size from 1 to 32, got ${size}`);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const secret = await crypto.subtle.importKey("raw", bytesOf(key), algorithm, false, ["sign"]);
  const message = Uint8Array.from([
    ...bytesOf(salt),
    ...new TextEncoder().encode(`/${path.replace(/^\//, "")}`),
  ]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", secret, message));
  return bytesToBase64(mac.subarray(0, size));
}
