import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { progressLine, type Seen } from "./warm-progress.ts";

const SEEN: Seen = { done: 0, failed: 0, rate: 0, caches: "" };

describe("a line of progress", () => {
  for (const [seen, total, isTerminal, line] of [
    [{}, 8, true, "[------------------------] 0/8  0.0/s"],
    [{ done: 4, rate: 2 }, 8, true, "[############------------] 4/8  2.0/s  2 s left"],
    [{ done: 8, rate: 2 }, 8, true, "[########################] 8/8  2.0/s  0 s left"],
    // A list that grew while it was read.
    [{ done: 9, rate: 2 }, 8, true, "[########################] 9/8  2.0/s  0 s left"],
    [{}, 0, true, "[------------------------] 0/0  0.0/s"],
    [
      { done: 10, rate: 10, failed: 1, caches: "HIT 2, MISS 8" },
      1000,
      false,
      "10/1000  10.0/s  HIT 2, MISS 8  1 failed  1 min 39 s left",
    ],
    [{ done: 10, rate: 10 }, 100_000, false, "10/100000  10.0/s  2 h 46 min left"],
    [{ done: 10, rate: 10, caches: "HIT 10" }, undefined, true, "10  10.0/s  HIT 10"],
  ] as const)
    it(line, () => assert.equal(progressLine({ ...SEEN, ...seen }, total, isTerminal), line));
});
