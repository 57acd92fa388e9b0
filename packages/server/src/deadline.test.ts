import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { abortReason, startDeadline } from "./deadline.ts";
import { HttpError } from "./errors.ts";

describe("deadline", () => {
  it("reads an abort as a refusal", () => {
    const own = new HttpError("not_ready", "draining");
    const cases: [unknown, string][] = [
      [undefined, "client_gone"],
      [new Error("socket closed"), "client_gone"],
      ["a word", "client_gone"],
      [new DOMException("late", "TimeoutError"), "timeout"],
      [own, "not_ready"],
    ];
    for (const [reason, code] of cases) assert.equal(abortReason(AbortSignal.abort(reason)).code, code);
    assert.equal(abortReason(AbortSignal.abort(own)), own);
  });

  it("ends by its clock, and not once it is stopped", async () => {
    const short = startDeadline(5);
    const stopped = startDeadline(5);
    stopped.stop();
    await sleep(30);
    assert.equal(abortReason(short.signal).code, "timeout");
    assert.equal(stopped.signal.aborted, false);
  });

  it("takes any number of milliseconds", async () => {
    const endless = startDeadline(Infinity);
    await sleep(5);
    assert.equal(endless.signal.aborted, false);
    endless.stop();
  });

  it("ends with the first of its signals, and not once it is stopped", () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const deadline = startDeadline(10_000, [first.signal, second.signal]);
    const stopped = startDeadline(10_000, [first.signal]);
    stopped.stop();
    second.abort(new HttpError("not_ready", "draining"));
    first.abort();
    assert.equal(abortReason(deadline.signal).code, "not_ready");
    assert.equal(stopped.signal.aborted, false);
    const late = startDeadline(10_000, [first.signal]);
    assert.equal(abortReason(late.signal).code, "client_gone");
  });
});
