import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { onSpan, span } from "./trace.ts";
import type { Span } from "./trace.ts";

describe("span", () => {
  it("only runs the step where nobody listens", async () => {
    assert.equal(await span("render", {}, () => Promise.resolve(7)), 7);
    await assert.rejects(
      span("render", {}, () => Promise.reject(new Error("no"))),
      /no/,
    );
  });

  it("tells listeners of each finished step until they leave", async () => {
    const spans: Span[] = [];
    const stop = onSpan((finished) => spans.push(finished));
    const facts = Object.freeze({ job: "a" });
    const answer = await span("fetch", facts, async () => {
      await sleep(20);
      return "bytes";
    });
    const failure = new Error("no");
    await assert.rejects(span("wait", {}, () => Promise.reject(failure)));
    stop();
    await span("render", {}, () => Promise.resolve());

    assert.equal(answer, "bytes");
    assert.deepEqual(
      spans.map(({ step }) => step),
      ["fetch", "wait"],
    );
    assert.equal(spans[0]?.facts, facts);
    assert.ok(spans[0].milliseconds >= 15);
    assert.equal("error" in spans[0], false);
    assert.equal(spans[1]?.error, failure);
  });
});
