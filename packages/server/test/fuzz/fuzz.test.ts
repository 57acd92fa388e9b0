/** Each fuzz target for a moment, always with the same seed; `npm run fuzz` goes on with others (security.md, section 6). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { planned, TARGETS } from "./targets.ts";

describe("fuzz", () => {
  for (const { name, runs, property } of TARGETS)
    it(name, async () => {
      await fc.assert(property, { seed: 1, numRuns: runs });
    });

  it("options are good enough to be worth it", () => {
    assert.ok(planned.made > 1000, JSON.stringify(planned));
  });
});
