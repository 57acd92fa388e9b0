import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { requestId } from "./request-id.ts";

const RANDOM = /^[A-Za-z0-9_-]{21}$/;
const context = (value: unknown): string => JSON.stringify({ requestId: value, more: { x: 1 } });

/** Headers, and the id that they give; undefined stands for a random one. */
const CASES: readonly (readonly [Record<string, string>, string | undefined])[] = [
  [{}, undefined],
  [{ "x-request-id": "Abc_1-2" }, "Abc_1-2"],
  [{ "x-request-id": "a".repeat(128) }, "a".repeat(128)],
  [{ "x-request-id": "a".repeat(129) }, undefined],
  [{ "x-request-id": "" }, undefined],
  [{ "x-request-id": "a, b" }, undefined],
  [{ "x-request-id": "a\u001b[31m" }, undefined],
  [{ "x-request-id": "abc\n" }, undefined],
  [{ "x-request-id": "bad id", "x-amzn-request-context": context("good-id") }, "good-id"],
  [{ "x-request-id": "first", "x-amzn-request-context": context("second") }, "first"],
  [{ "x-amzn-request-context": context("bad id") }, undefined],
  [{ "x-amzn-request-context": context(7) }, undefined],
  [{ "x-amzn-request-context": "{" }, undefined],
  [{ "x-amzn-request-context": "null" }, undefined],
  [{ "x-amzn-request-context": '"requestId"' }, undefined],
];

describe("requestId", () => {
  for (const [headers, expected] of CASES) {
    it(`gives ${expected ?? "a random id"} for ${JSON.stringify(headers).slice(0, 80)}`, () => {
      const id = requestId(headers);
      if (expected === undefined) assert.match(id, RANDOM);
      else assert.equal(id, expected);
    });
  }

  it("never gives the same random id twice", () => {
    const ids = new Set(Array.from({ length: 1000 }, () => requestId({})));
    assert.equal(ids.size, 1000);
  });
});
