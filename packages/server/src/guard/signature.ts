import { createHash, timingSafeEqual } from "node:crypto";
import { HttpError } from "../errors.ts";
import { createHmac256 } from "./hmac.ts";

/** How URLs are signed here. */
export interface SignatureSettings {
  /** Hex; pair i is key i with salt i. */
  readonly keys: readonly string[];
  readonly salts: readonly string[];
  /** Bytes of the MAC that are kept, 1 to 32. */
  readonly signatureSize: number;
  /** Words that are taken for a good signature. */
  readonly trustedSignatures: readonly string[];
  /** What holds where there is no key. */
  readonly unsigned?: "allowed" | "refused";
}

interface Pair {
  readonly mac: ReturnType<typeof createHmac256>;
  readonly salt: Buffer;
}

const pairsOf = ({ keys, salts }: SignatureSettings): Pair[] =>
  keys.flatMap((key, i) => {
    const salt = salts[i];
    return salt === undefined
      ? []
      : [{ mac: createHmac256(Buffer.from(key, "hex")), salt: Buffer.from(salt, "hex") }];
  });

/** HMAC-SHA256 over salt and path (contract url.md, section 2). */
const sign = (path: string, { mac, salt }: Pair, size: number): Buffer => mac(salt, path).subarray(0, size);

/** Makes the check of a signature against every key; it throws HttpError where none fits. */
export function createVerify(settings: SignatureSettings): (signature: string, path: string) => void {
  const pairs = pairsOf(settings);
  const trusted = settings.trustedSignatures.map(digest);
  return (signature, path) => {
    if (pairs.length === 0) {
      if (signature.includes(":"))
        throw new HttpError("signature_is_option", "the signature part holds an option");
      if (settings.unsigned === "refused")
        throw new HttpError("bad_signature", "expected a capability: no key for other URLs is set");
      return;
    }
    const given = decode(signature, settings.signatureSize);
    const signed = path.startsWith("/") ? path : `/${path}`;
    // Every pair is tried, so that time does not tell which one fits.
    const fitting = pairs.filter((pair) =>
      timingSafeEqual(sign(signed, pair, settings.signatureSize), given.bytes),
    );
    const known = trusted.length > 0 && isOneOf(trusted, digest(signature));
    if (known || (given.canonical && fitting.length > 0)) return;
    throw new HttpError(
      "bad_signature",
      `expected the signature of ${JSON.stringify(signed)}, got ${JSON.stringify(signature)}`,
    );
  };
}

/** Bytes of exactly `size`, and whether the text is the one spelling of them. */
function decode(signature: string, size: number): { readonly bytes: Buffer; readonly canonical: boolean } {
  const bytes = Buffer.from(signature, "base64url");
  const canonical = bytes.length === size && bytes.toString("base64url") === signature;
  return { bytes: canonical ? bytes : Buffer.alloc(size), canonical };
}

/** Every word is tried here, too. */
const isOneOf = (words: readonly Buffer[], given: Buffer): boolean =>
  words.filter((word) => timingSafeEqual(word, given)).length > 0;

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Makes the check of the Authorization header; it throws HttpError where a secret is configured and not given. */
export function createSecretCheck(secret: string): (authorization: string | undefined) => void {
  if (secret === "") return () => undefined;
  const expected = digest(`Bearer ${secret}`);
  return (authorization) => {
    if (authorization !== undefined && timingSafeEqual(digest(authorization), expected)) return;
    throw new HttpError(
      "bad_secret",
      "expected the configured secret in the Authorization header, got another or none",
    );
  };
}
