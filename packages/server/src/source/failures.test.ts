import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpError, type ErrorCode } from "../errors.ts";
import { failures } from "./failures.ts";
import type { Wish } from "./source.ts";

const wish: Wish = { signal: new AbortController().signal, maxBytes: 0, headers: {}, mode: "picture" };
const settings = { missingSeconds: 0.2, failureSeconds: 0.1 };

function failing(code: ErrorCode, status?: number) {
  const asked: string[] = [];
  const inner = {
    fetch: (url: string) => {
      asked.push(url);
      return Promise.reject(new HttpError(code, "detail", status === undefined ? {} : { status }));
    },
  };
  return { asked, source: failures(inner, settings) };
}

const codeOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => "ok",
    (error: unknown) => `${HttpError.from(error).code} ${HttpError.from(error).status}`,
  );

describe("failures", () => {
  for (const [code, status, asks, answer] of [
    ["source_refused", 404, 1, "source_refused 404"],
    ["source_refused", 410, 1, "source_refused 410"],
    ["source_failed", undefined, 1, "source_failed 502"],
    ["source_timeout", undefined, 1, "source_timeout 504"],
    ["source_unreachable", undefined, 1, "source_unreachable 404"],
    ["source_refused", 403, 3, "source_refused 403"],
    ["source_refused", 401, 3, "source_refused 401"],
    ["source_address_forbidden", undefined, 3, "source_address_forbidden 404"],
    ["client_gone", undefined, 3, "client_gone 499"],
    ["queue_full", undefined, 3, "queue_full 429"],
  ] as const)
    it(`${code} ${status ?? ""} is asked for ${asks} times by three requests`, async () => {
      const { asked, source } = failing(code, status);
      for (let i = 0; i < 3; i++) assert.equal(await codeOf(source.fetch("http://a/x", wish)), answer);
      assert.equal(asked.length, asks);
    });

  it("forgets after its time, keeps URLs apart, and asks anew for cookies and relays", async () => {
    const { asked, source } = failing("source_failed");
    await codeOf(source.fetch("http://a/x", wish));
    await codeOf(source.fetch("http://a/y", wish));
    await codeOf(source.fetch("http://a/x", { ...wish, headers: { cookie: "a=b" } }));
    await codeOf(source.fetch("http://a/x", { ...wish, mode: "relay" }));
    assert.equal(asked.length, 4);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await codeOf(source.fetch("http://a/x", wish));
    assert.equal(asked.length, 5);
  });
});
