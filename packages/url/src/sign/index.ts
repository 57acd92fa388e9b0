/** Signing in Node, Bun and Deno, at once. Apart from the rest of the package, so that no browser's bundle holds it by accident. */
import { createHmac, hkdfSync } from "node:crypto";
import { bytesToBase64 } from "../base64.ts";
import { draft, type CapabilitySettings, type Policy } from "../capability/mint.ts";
import { KEY_BYTES, KEY_INFO } from "../capability/text.ts";
import { checkSize, bytesOf, masterOf, saltedPath, type SigningKey } from "./key.ts";
import { refuseBrowser } from "./place.ts";

export type { CapabilitySettings, Policy, SigningKey };

refuseBrowser();

const hmac = (key: Uint8Array, message: Uint8Array | string): Uint8Array =>
  createHmac("sha256", key).update(message).digest();

/**
 * The signature of a path (all behind the signature's segment, without a leading slash): HMAC-SHA256 over salt, a slash
 * and the path, cut to `size` bytes, in URL-safe base64 without padding. Throws CodecError on a key that is not hex.
 */
export function sign(path: string, { key, salt, size = 32 }: SigningKey): string {
  return bytesToBase64(hmac(bytesOf(key), saltedPath(path, salt)).subarray(0, checkSize(size)));
}

/** Signs sources together with what a browser may choose. */
export interface Capabilities {
  /**
   * The capability for one source or, where it ends in `/*`, for all below a place: a URL to which a browser adds its
   * pick. Throws CodecError where source or policy cannot be signed.
   */
  sign(source: string, policy: Policy): string;
}

/** HKDF-SHA256 (RFC 5869) of a key in hex, for capabilities alone. Throws CodecError on one that is not hex or too short. */
export const deriveKey = (key: string): Uint8Array =>
  new Uint8Array(hkdfSync("sha256", masterOf(key), "", KEY_INFO, KEY_BYTES));

/** Makes a minter of capabilities. Throws CodecError on a key that is not hex or too short. */
export function createCapabilities(settings: CapabilitySettings): Capabilities {
  const key = deriveKey(settings.key);
  return {
    sign: (source, policy) => {
      const { message, seal } = draft(settings, source, policy);
      return seal(hmac(key, message));
    },
  };
}
