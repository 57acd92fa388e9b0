import { CodecError } from "./shape.ts";

/** URL-safe base64 without `Buffer`, because this package runs in browsers and at the edge. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
// Bundlers leave out what is marked so where nothing is decoded.
const VALUES = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Array.from(ALPHABET, (character, value) => [character, value]),
);

/** Bytes as URL-safe base64 without padding. */
export function bytesToBase64(bytes: Uint8Array): string {
  let out = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = Math.min(4, bytes.length - i + 1);
    for (let digit = 0; digit < digits; digit++) out += ALPHABET[(group >> (18 - 6 * digit)) & 63]!;
  }
  return out;
}

/** Reads URL-safe base64 with or without padding; throws CodecError on any other character or a length that cannot be. */
export function base64ToBytes(text: string): Uint8Array {
  // A loop, because /=+$/ would start over at every one of many signs that end nothing.
  let end = text.length;
  while (text[end - 1] === "=") end--;
  const digits = text.slice(0, end);
  if (digits.length % 4 === 1) throw new CodecError("expected base64, got a length that no bytes have");
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const digit of digits) {
    const value = VALUES.get(digit);
    if (value === undefined)
      throw new CodecError(`expected URL-safe base64, got the character ${JSON.stringify(digit)}`);
    bits = ((bits << 6) | value) & 0xffffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = (bits >> held) & 255;
  }
  return bytes;
}

export const encodeBase64 = (text: string): string => bytesToBase64(new TextEncoder().encode(text));

/** Reads base64 of UTF-8 text; bytes that are not UTF-8 are refused. */
export function decodeBase64(text: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(base64ToBytes(text));
  } catch (error) {
    throw error instanceof CodecError
      ? error
      : new CodecError("expected base64 of UTF-8 text, got other bytes");
  }
}
