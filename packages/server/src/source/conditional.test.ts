import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isUnchanged, spanOf } from "./conditional.ts";

const FILE = { etag: '"abc"', modified: new Date("2024-05-01T10:00:00.700Z"), size: 100 };
const SAME = "Wed, 01 May 2024 10:00:00 GMT";
const EARLIER = "Wed, 01 May 2024 09:59:59 GMT";
const LATER = "Wed, 01 May 2024 10:00:01 GMT";

describe("isUnchanged", () => {
  const cases: readonly (readonly [asked: Record<string, string>, expected: boolean])[] = [
    [{}, false],
    [{ "if-none-match": '"abc"' }, true],
    [{ "if-none-match": 'W/"abc"' }, true],
    [{ "if-none-match": '"x", W/"abc" , "y"' }, true],
    [{ "if-none-match": "*" }, true],
    [{ "if-none-match": '"x"' }, false],
    [{ "if-none-match": "abc" }, false],
    [{ "if-none-match": "" }, false],
    [{ "if-modified-since": SAME }, true],
    [{ "if-modified-since": LATER }, true],
    [{ "if-modified-since": EARLIER }, false],
    [{ "if-modified-since": "yesterday" }, false],
    [{ "if-none-match": '"x"', "if-modified-since": SAME }, false],
    [{ "if-none-match": '"abc"', "if-modified-since": EARLIER }, true],
  ];
  for (const [asked, expected] of cases) {
    it(`is ${expected} for ${JSON.stringify(asked)}`, () => assert.equal(isUnchanged(asked, FILE), expected));
  }
});

describe("spanOf", () => {
  const cases: readonly (readonly [range: string, expected: [number, number] | "outside" | undefined])[] = [
    ["bytes=0-9", [0, 10]],
    ["bytes=0-0", [0, 1]],
    ["Bytes=90-", [90, 100]],
    ["bytes=90-500", [90, 100]],
    ["bytes=-10", [90, 100]],
    ["bytes=-500", [0, 100]],
    ["bytes=99-99", [99, 100]],
    ["bytes=100-", "outside"],
    ["bytes=100-200", "outside"],
    ["bytes=-0", "outside"],
    ["bytes=9-0", undefined],
    ["bytes=-", undefined],
    ["bytes=a-b", undefined],
    ["bytes=0-1,3-4", undefined],
    ["lines=0-1", undefined],
    ["bytes 0-1", undefined],
    ["", undefined],
  ];
  for (const [range, expected] of cases) {
    it(`reads ${JSON.stringify(range)} as ${JSON.stringify(expected)}`, () => {
      const span = spanOf({ range }, FILE);
      assert.deepEqual(typeof span === "object" ? [span.from, span.to] : span, expected);
    });
  }

  it("has nothing of an empty file to give", () => {
    for (const range of ["bytes=0-", "bytes=-1", "bytes=0-0"]) {
      assert.equal(spanOf({ range }, { ...FILE, size: 0 }), "outside");
    }
  });

  it("gives the whole file to whoever has a part of another one", () => {
    const held = (condition: string): boolean =>
      spanOf({ range: "bytes=0-9", "if-range": condition }, FILE) !== undefined;
    assert.deepEqual(['"abc"', SAME].map(held), [true, true]);
    assert.deepEqual(['"x"', 'W/"abc"', EARLIER, LATER, "never"].map(held), [
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
