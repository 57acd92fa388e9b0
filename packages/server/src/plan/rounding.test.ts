import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { minNonZero, round, roundEven, scale, scaleEven, shrinkEven } from "./rounding.ts";

const CASES: readonly (readonly [value: number, awayFromZero: number, toEven: number])[] = [
  [0, 0, 0],
  [0.49, 0, 0],
  [0.5, 1, 0],
  [0.51, 1, 1],
  [1.5, 2, 2],
  [2.5, 3, 2],
  [3.5, 4, 4],
  [-0.5, -1, 0],
  [-1.5, -2, -2],
  [-2.5, -3, -2],
  [-2.51, -3, -3],
  [1e9 + 0.5, 1e9 + 1, 1e9],
];

describe("rounding", () => {
  for (const [value, away, even] of CASES)
    it(`of ${value} is ${away} half away from zero, ${even} half to even`, () => {
      assert.equal(round(value) + 0, away);
      assert.equal(roundEven(value) + 0, even);
    });

  it("scales and shrinks lengths, and leaves nothing as nothing", () => {
    assert.deepEqual([scale(5, 0.5), scale(3, 0.5), scale(0, Infinity)], [3, 2, 0]);
    assert.deepEqual([scaleEven(5, 0.5), scaleEven(3, 0.5), scaleEven(0, Infinity)], [2, 2, 0]);
    assert.deepEqual([shrinkEven(5, 2), shrinkEven(3, 2), shrinkEven(1, 2), shrinkEven(0, 0)], [2, 2, 0, 0]);
  });

  it("takes the smaller of two lengths, of which 0 is none", () => {
    assert.deepEqual([minNonZero(3, 5), minNonZero(5, 3), minNonZero(0, 5), minNonZero(3, 0)], [3, 3, 5, 3]);
    assert.equal(minNonZero(0, 0), 0);
  });
});
