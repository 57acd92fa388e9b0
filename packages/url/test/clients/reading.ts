import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { buildPath, parsePath, splitTarget, type Grammar, type Wishes } from "@tintype/url";

/** What a server makes of a URL that some client has built. */

export const SOURCE = "https://example.com/images/a.jpg";
export const KEY = { key: "943b421c9eb07c83", salt: "520f986b998545b4" };

/** Options that need a permission of the server are permitted: none of this is about permissions. */
const PERMITTED: Grammar = { security: true, bypass: true };

/**
 * Reads a URL's target, a slash first. What our builder makes of the result, in either form of a source, has to be read
 * as the same again.
 */
export function read(target: string, grammar: Grammar = {}): Wishes {
  const wishes = parsePath(splitTarget(target).path, { ...PERMITTED, ...grammar });
  for (const form of ["plain", "base64"] as const) {
    const path = buildPath(wishes.source, wishes.options, { form });
    assert.deepEqual(parsePath(path, PERMITTED), wishes, `${target} came back as ${path}`);
  }
  return wishes;
}

/** Asserts that the target's signature is that of its path, by KEY, cut to `size` bytes. */
export function assertSigned(target: string, size = 32): void {
  const { signature, path } = splitTarget(target);
  const mac = createHmac("sha256", Buffer.from(KEY.key, "hex"))
    .update(Buffer.from(KEY.salt, "hex"))
    .update(`/${path}`)
    .digest();
  assert.equal(signature, mac.subarray(0, size).toString("base64url"), target);
}
