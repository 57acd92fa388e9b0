/** Signing with WebCrypto, for workers at the edge: the same bytes as in Node, a turn later. */
import { bytesToBase64 } from "../base64.ts";
import { draft, type CapabilitySettings, type Policy } from "../capability/mint.ts";
import { KEY_BYTES, KEY_INFO } from "../capability/text.ts";
import { bytesOf, checkSize, masterOf, saltedPath, type SigningKey } from "./key.ts";
import { refuseBrowser } from "./place.ts";

export type { CapabilitySettings, Policy, SigningKey };

refuseBrowser();

const HMAC = { name: "HMAC", hash: "SHA-256" };

async function hmac(key: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const secret = await crypto.subtle.importKey("raw", key, HMAC, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", secret, message));
}

/** As `sign` of `@tintype/url/sign`. Rejects with CodecError. */
export async function sign(path: string, { key, salt, size = 32 }: SigningKey): Promise<string> {
  const mac = await hmac(bytesOf(key), saltedPath(path, salt));
  return bytesToBase64(mac.subarray(0, checkSize(size)));
}

export interface Capabilities {
  /** As in `@tintype/url/sign`. Rejects with CodecError. */
  sign(source: string, policy: Policy): Promise<string>;
}

/** As `createCapabilities` of `@tintype/url/sign`. Throws CodecError on a key that is not hex or too short. */
export function createCapabilities(settings: CapabilitySettings): Capabilities {
  const key = derive(masterOf(settings.key));
  // Whoever signs hears of it.
  key.catch(() => undefined);
  return {
    sign: async (source, policy) => {
      const { message, seal } = draft(settings, source, policy);
      return seal(await hmac(await key, new TextEncoder().encode(message)));
    },
  };
}

async function derive(master: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const secret = await crypto.subtle.importKey("raw", master, "HKDF", false, ["deriveBits"]);
  const how = {
    name: "HKDF",
    hash: "SHA-256",
    salt: new Uint8Array(),
    info: new TextEncoder().encode(KEY_INFO),
  };
  return new Uint8Array(await crypto.subtle.deriveBits(how, secret, KEY_BYTES * 8));
}
