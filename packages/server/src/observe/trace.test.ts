import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { followSpans, onSpan, span } from "./trace.ts";
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

describe("followSpans", () => {
  it("follows steps from begin to end, within those that they run in", async () => {
    const told: string[] = [];
    const store = new AsyncLocalStorage<string>();
    const stop = followSpans(store, {
      begin: (step, _facts, parent) => `${parent ?? ""}/${step}`,
      end: (state, finished) =>
        told.push(`${state} ${"error" in finished ? "failed" : String(finished.result)}`),
    });
    await Promise.all(
      [1, 2].map((number) =>
        span("request", {}, async () => {
          await sleep(5);
          await span("fetch", {}, () => Promise.reject(new Error("no"))).catch(() => undefined);
          return span("render", {}, () => Promise.resolve(number));
        }),
      ),
    );
    assert.throws(() => {
      void span("wait", {}, () => {
        throw new Error("at once");
      });
    });
    assert.equal(store.getStore(), undefined);
    stop();
    await span("render", {}, () => Promise.resolve(3));
    assert.deepEqual(told.sort(), [
      "/request 1",
      "/request 2",
      "/request/fetch failed",
      "/request/fetch failed",
      "/request/render 1",
      "/request/render 2",
      "/wait failed",
    ]);
  });
});
