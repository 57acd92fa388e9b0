import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { HttpError } from "../../errors.ts";
import { unpackRle } from "./rle.ts";

describe("unpackRle", () => {
  // Five pixels by two: the row stored first, then the other.
  const cases: readonly (readonly [string, 4 | 8, readonly number[], readonly number[]])[] = [
    ["runs", 8, [5, 1, 0, 0, 2, 3, 3, 4, 0, 1], [1, 1, 1, 1, 1, 3, 3, 4, 4, 4]],
    ["pixels as they are", 8, [0, 4, 1, 2, 3, 4, 0, 0, 5, 9, 0, 1], [1, 2, 3, 4, 0, 9, 9, 9, 9, 9]],
    ["an odd count of them", 8, [0, 5, 1, 2, 3, 4, 5, 0, 0, 0, 5, 9], [1, 2, 3, 4, 5, 9, 9, 9, 9, 9]],
    ["two nibbles in turn", 4, [5, 0x12, 0, 0, 4, 0x34, 1, 0x50], [1, 2, 1, 2, 1, 3, 4, 3, 4, 5]],
    ["nibbles as they are", 4, [0, 5, 0x12, 0x34, 0x50, 0, 0, 0, 5, 0x67], [1, 2, 3, 4, 5, 6, 7, 6, 7, 6]],
    ["a jump right and on", 8, [1, 9, 0, 2, 2, 1, 2, 8, 0, 1], [9, 0, 0, 0, 0, 0, 0, 0, 8, 8]],
    ["a jump out of the picture", 8, [1, 9, 0, 2, 0, 200, 5, 7], [9, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ["a jump past the row's end", 8, [0, 2, 200, 0, 5, 7, 0, 0, 5, 3], [0, 0, 0, 0, 0, 3, 3, 3, 3, 3]],
    ["a row that is too long", 8, [255, 1, 255, 2, 0, 0, 255, 3], [1, 1, 1, 1, 1, 3, 3, 3, 3, 3]],
    ["an early end", 8, [2, 1, 0, 1], [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]],
    ["an end without its mark", 8, [5, 1, 0, 0, 5, 2], [1, 1, 1, 1, 1, 2, 2, 2, 2, 2]],
    ["codes behind the last row", 8, [5, 1, 0, 0, 5, 2, 0, 0, 5, 9], [1, 1, 1, 1, 1, 2, 2, 2, 2, 2]],
  ];
  for (const [name, bitsPerPixel, codes, expected] of cases) {
    it(`unpacks ${name}`, () => {
      const indices = unpackRle(Uint8Array.from(codes), { width: 5, height: 2, bitsPerPixel });
      assert.deepEqual([...indices], expected);
    });
  }

  const cuts = [[], [5], [5, 1], [5, 1, 0, 0], [5, 1, 0, 0, 4, 2], [0, 5, 1, 2, 3], [5, 1, 0, 2, 1]];
  for (const codes of cuts) {
    it(`refuses codes that end at ${JSON.stringify(codes)}`, () => {
      assert.throws(
        () => unpackRle(Uint8Array.from(codes), { width: 5, height: 2, bitsPerPixel: 8 }),
        (error) => error instanceof HttpError && error.code === "broken_image",
      );
    });
  }

  it("does bounded work on a bomb", () => {
    const codes = new Uint8Array(4_000_000).fill(255);
    codes.set([0, 1], codes.length - 2);
    const indices = unpackRle(codes, { width: 3, height: 100_000, bitsPerPixel: 8 });
    assert.equal(indices.filter((index) => index === 255).length, 3);
  });

  it("answers anything with a whole area or a refusal", () => {
    const codes = fc.array(fc.oneof(fc.constantFrom(0, 0, 1, 2, 3), fc.nat({ max: 255 })), { maxLength: 60 });
    const unpack = (bytes: readonly number[], bitsPerPixel: number): void => {
      try {
        assert.equal(unpackRle(Uint8Array.from(bytes), { width: 6, height: 4, bitsPerPixel }).length, 24);
      } catch (error) {
        assert.ok(error instanceof HttpError && error.code === "broken_image", String(error));
      }
    };
    fc.assert(fc.property(codes, fc.constantFrom(4, 8), unpack), { seed: 1, numRuns: 2000 });
  });
});
