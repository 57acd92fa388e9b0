import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findFloor } from "./floor.ts";

const limits = (soft: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units\nMax processes             5                    5                    processes\nMax open files            ${soft.padEnd(21)}1048576              files\n`;

describe("the floor of open files", () => {
  for (const [soft, clients, expected] of [
    ["255", 10, "refusal"],
    ["256", 10, "warning"],
    ["300", 10, undefined],
    ["1024", 2048, "warning"],
    ["2304", 2048, undefined],
    ["unlimited", 2048, undefined],
  ] as const)
    it(`${soft} for ${clients} clients: ${expected ?? "enough"}`, () => {
      const floor = findFloor(clients, limits(soft));
      assert.deepEqual(Object.keys(floor), expected === undefined ? [] : [expected]);
      if (expected) assert.match(floor[expected] ?? "", new RegExp(`\\b${soft}\\b.*ulimit -n`));
    });

  it("is not known where the system does not tell", () => {
    assert.deepEqual(findFloor(2048, ""), {});
  });
});
