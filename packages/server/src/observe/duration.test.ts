import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { goDuration } from "./duration.ts";

/** Milliseconds, and how Go prints them. */
const CASES: readonly (readonly [number, string])[] = [
  [0, "0s"],
  [-1, "0s"],
  [Number.NaN, "0s"],
  [0.000_001, "1ns"],
  [0.000_999, "999ns"],
  [0.001, "1µs"],
  [0.8501, "850.1µs"],
  [0.999_999, "999.999µs"],
  [1, "1ms"],
  [12.345_678, "12.345678ms"],
  [100, "100ms"],
  [999.999_999, "999.999999ms"],
  [999.999_999_9, "1s"],
  [1000, "1s"],
  [1500, "1.5s"],
  [10_000, "10s"],
  [60_000, "1m0s"],
  [90_500, "1m30.5s"],
  [3_600_000, "1h0m0s"],
  [3_662_000.25, "1h1m2.00025s"],
];

describe("goDuration", () => {
  for (const [milliseconds, expected] of CASES) {
    it(`prints ${milliseconds} ms as ${expected}`, () => assert.equal(goDuration(milliseconds), expected));
  }
});
