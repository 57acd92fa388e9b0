import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSampling } from "./sampling.ts";

describe("sampling", () => {
  /** Asks so many times at once, and gives the answers that were numbers. */
  const start = (perSecond: number) => {
    const time = { now: 1e6 };
    const sample = createSampling(perSecond, () => time.now);
    const ask = (times: number, kind = "refused"): number[] =>
      Array.from({ length: times }, () => sample(kind)).filter((left) => left !== undefined);
    return { time, ask };
  };

  it("lets a burst pass, and then so many a second", () => {
    const { time, ask } = start(3);
    assert.equal(ask(100).length, 30);
    time.now += 1000;
    assert.equal(ask(100).length, 3);
    time.now += 60_000;
    assert.equal(ask(100).length, 30);
  });

  it("tells with the next line how many were left out", () => {
    const { time, ask } = start(1);
    assert.deepEqual(
      ask(1010),
      Array.from({ length: 10 }, () => 0),
    );
    time.now += 2000;
    assert.deepEqual(ask(2), [1000, 0]);
  });

  it("counts each kind by itself", () => {
    const { ask } = start(1);
    ask(50, "one");
    assert.deepEqual(ask(1, "other"), [0]);
  });

  it("lets all pass where no limit is set", () => {
    assert.equal(start(0).ask(5000).length, 5000);
  });
});
