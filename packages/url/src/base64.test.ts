import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { base64ToBytes, bytesToBase64, decodeBase64, encodeBase64 } from "./base64.ts";

describe("base64", () => {
  it("writes what Node writes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = bytesToBase64(bytes);
        assert.equal(text, Buffer.from(bytes).toString("base64url"));
        assert.deepEqual(base64ToBytes(text), bytes);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it("keeps every text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        assert.equal(decodeBase64(encodeBase64(text)), text);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  const accepted = [
    ["", ""],
    ["YQ", "a"],
    ["YQ==", "a"],
    ["YQ=", "a"],
    ["YQ======", "a"],
    ["YR", "a"], // The bits behind the last byte mean nothing.
    ["w6k", "é"],
    ["77u_YQ", "\ufeffa"],
    ["Pz8_", "???"],
    ["fn5-", "~~~"],
  ] as const;
  for (const [given, expected] of accepted) {
    it(`reads ${JSON.stringify(given)} as ${JSON.stringify(expected)}`, () => {
      assert.equal(decodeBase64(given), expected);
    });
  }

  const refused = [
    ["Pz8/", 'expected URL-safe base64, got the character "/"'],
    ["fn5+", 'expected URL-safe base64, got the character "+"'],
    ["Y=Q", 'expected URL-safe base64, got the character "="'],
    // A million of them in the middle would take minutes where each was looked at more than once.
    [`${"=".repeat(999_999)}A`, 'expected URL-safe base64, got the character "="'],
    ["Y Q=", 'expected URL-safe base64, got the character " "'],
    ["YQ\n", 'expected URL-safe base64, got the character "\\n"'],
    ["Yé", 'expected URL-safe base64, got the character "é"'],
    ["A", "expected base64, got a length that no bytes have"],
    ["YWFhY", "expected base64, got a length that no bytes have"],
    ["6Q", "expected base64 of UTF-8 text, got other bytes"],
    ["wMA", "expected base64 of UTF-8 text, got other bytes"],
  ] as const;
  for (const [given, message] of refused) {
    it(`refuses ${JSON.stringify(given.slice(-9))}`, () => {
      assert.throws(() => decodeBase64(given), { name: "CodecError", message });
    });
  }
});
