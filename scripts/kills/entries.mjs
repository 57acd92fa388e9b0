/** Entries that tell by their key and version what every byte of them has to be. */
import { createCipheriv, createHash } from "node:crypto";

const digest = (text) => createHash("sha256").update(text).digest();

/** The key of a number. */
export function keyOf(number) {
  const name = digest(`key ${number}`).toString("hex");
  return `${name.slice(0, 24)}-${name.slice(24)}`;
}

const BLOCK = 16;

/** The entry of a key in a version: a number, from which follows its length too, at most `mostBytes`. */
export function entryOf(key, version, mostBytes = 200_000) {
  const seed = digest(`${key} ${version}`);
  // As many of 1 KB as of 100 KB, more or less.
  const length = Math.floor(mostBytes ** (seed.readUInt16BE(0) / 65_535));
  const cipher = createCipheriv("aes-128-ctr", seed.subarray(0, BLOCK), seed.subarray(BLOCK));
  const head = {
    source: `https://origin.example/${key.slice(0, 24)}.jpg`,
    tags: [`version-${version}`],
    askedAt: 1_750_000_000_000 + version,
    by: "kills",
    freshUntil: 1_750_000_060_000,
    staleUntil: 1_750_000_120_000,
    failUntil: 1_750_000_180_000,
    about: { version, mostBytes, length },
  };
  return { head, body: cipher.update(Buffer.alloc(length)) };
}

/** Whether an entry is the one that its key and the version it claims call for, to the last byte. */
export function isRight(key, { head, body }) {
  const { version, mostBytes } = head.about ?? {};
  if (!Number.isSafeInteger(version) || !Number.isSafeInteger(mostBytes)) return false;
  const expected = entryOf(key, version, mostBytes);
  return JSON.stringify(head) === JSON.stringify(expected.head) && expected.body.equals(body);
}
