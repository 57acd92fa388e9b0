import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpError } from "../errors.ts";
import { breaker } from "./breaker.ts";
import type { Original, Source, Wish } from "./source.ts";

const wish: Wish = { signal: new AbortController().signal, maxBytes: 0, headers: {}, mode: "picture" };
const original = {} as Original;
const late = () => new HttpError("source_timeout", "late");
const settings = { failures: 3, pauseSeconds: 0.1, maxPauseSeconds: 1 };

/** A source whose answers are given in advance; the last one stays. */
function scripted(answers: (() => HttpError | undefined)[]): Source & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    fetch: (url) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)]?.();
      asked.push(url);
      return answer ? Promise.reject(answer) : Promise.resolve(original);
    },
  };
}

const outcome = (source: Source, url: string): Promise<string> =>
  source.fetch(url, wish).then(
    () => "ok",
    (error: unknown) => HttpError.from(error).code,
  );

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("breaker", () => {
  it("leaves a host alone after failures in a row, and refuses with its last error", async () => {
    const inner = scripted([late]);
    const source = breaker(inner, settings);
    for (let i = 0; i < 10; i++)
      assert.equal(await outcome(source, `http://slow.example/${i}`), "source_timeout");
    assert.equal(inner.asked.length, 3);
  });

  it("asks again after the pause, one request at a time, and trusts a host that answers", async () => {
    const inner = scripted([late, late, late, () => undefined]);
    const source = breaker(inner, settings);
    for (let i = 0; i < 3; i++) await outcome(source, "http://a.example/");
    await sleep(150);
    const outcomes = await Promise.all([1, 2, 3].map(() => outcome(source, "http://a.example/")));
    assert.deepEqual(outcomes, ["ok", "source_timeout", "source_timeout"]);
    assert.equal(await outcome(source, "http://a.example/"), "ok");
  });

  it("does not hold one host against another, nor a missing picture against its host", async () => {
    const missing = () => new HttpError("source_refused", "404", { status: 404 });
    const other = scripted([missing]);
    const source = breaker(other, settings);
    for (let i = 0; i < 8; i++) await outcome(source, "http://a.example/");
    assert.equal(other.asked.length, 8);
    const inner = scripted([late, late, late, () => undefined]);
    const second = breaker(inner, settings);
    for (let i = 0; i < 3; i++) await outcome(second, "http://bad.example/");
    assert.equal(await outcome(second, "http://good.example/"), "ok");
  });

  it("counts failures in a row only", async () => {
    const inner = scripted([late, late, () => undefined, late, late, () => undefined]);
    const source = breaker(inner, settings);
    for (let i = 0; i < 6; i++) await outcome(source, "http://a.example/");
    assert.equal(inner.asked.length, 6);
  });

  it("pauses as long as a host asks for, and tells clients", async () => {
    const inner = scripted([() => new HttpError("source_failed", "503", { retryAfter: 30 })]);
    const source = breaker(inner, { ...settings, maxPauseSeconds: 60 });
    await outcome(source, "http://busy.example/");
    await assert.rejects(source.fetch("http://busy.example/", wish), (error) => {
      assert.ok(error instanceof HttpError);
      assert.equal(error.code, "source_failed");
      assert.ok((error.retryAfter ?? 0) > 25);
      return true;
    });
    assert.equal(inner.asked.length, 1);
  });

  for (const [code, asks] of [
    ["ECONNREFUSED", 3],
    ["ENOTFOUND", 3],
    ["HPE_INVALID_HEADER_TOKEN", 8],
    ["UND_ERR_HEADERS_OVERFLOW", 8],
  ] as const)
    it(`asks ${asks} times of 8 where each fails with ${code}`, async () => {
      const cause = Object.assign(new Error("x"), { code });
      const inner = scripted([() => new HttpError("source_unreachable", "x", { cause })]);
      const source = breaker(inner, settings);
      for (let i = 0; i < 8; i++)
        assert.equal(await outcome(source, `http://a.example/${i}`), "source_unreachable");
      assert.equal(inner.asked.length, asks);
    });
});
