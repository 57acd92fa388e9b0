import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Times } from "./times.ts";

function timesOf(...all: readonly number[]): Times {
  const times = new Times();
  for (const each of all) times.add(each);
  return times;
}

describe("Times", () => {
  it("knows nothing of nothing", () => {
    assert.equal(new Times().quantile(0.5), undefined);
  });

  it("tells quantiles to nine percent, from above", () => {
    const times = timesOf(...Array.from({ length: 1000 }, (_, index) => index + 1));
    for (const [share, exact] of [
      [0.01, 10],
      [0.5, 500],
      [0.95, 950],
      [0.99, 990],
      [1, 1000],
    ] as const) {
      const told = times.quantile(share) ?? 0;
      assert.ok(told >= exact && told <= exact * 1.0906, `${share}: ${told}`);
    }
  });

  it("takes what is no time, and what is longer than anybody waits", () => {
    const times = timesOf(NaN, -1, 0, 0.1);
    assert.equal(times.quantile(1), 0.1);
    times.add(Infinity);
    assert.equal(times.size, 5);
    assert.equal(times.quantile(1), 0.1 * 2 ** 25);
  });

  it("adds up and forgets", () => {
    const sum = timesOf(1, 1, 1);
    sum.addAll(timesOf(100));
    assert.equal(sum.size, 4);
    assert.ok((sum.quantile(0.75) ?? 0) < 2);
    assert.ok((sum.quantile(1) ?? 0) >= 100);
    sum.clear();
    assert.deepEqual([sum.size, sum.quantile(1)], [0, undefined]);
  });
});
