import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { capture, fits } from "./glob.ts";

/** The reference: the contract's own words, as a regular expression. */
const reference = (pattern: string, text: string, whole: boolean): boolean => {
  const source = pattern.replace(/[^\w/]/g, (c) => (c === "*" ? "[^/]*" : `\\${c}`));
  return new RegExp(`^${source}${whole ? "$" : ""}`, "s").test(text);
};

describe("fits", () => {
  const cases = [
    ["", "anything", true],
    ["abc", "abcd", true],
    ["abc", "ab", false],
    ["a*c", "abbbc", true],
    ["a*c", "ab/c", false],
    ["*", "", true],
    ["*/x", "a/x", true],
    ["*/x", "a/b/x", false],
    ["a.c", "abc", false],
    ["a*b*c", "a1b2b3c", true],
  ] as const;
  for (const [pattern, text, expected] of cases) {
    it(`takes ${JSON.stringify(pattern)} ${expected ? "for" : "not for"} a prefix of ${JSON.stringify(text)}`, () => {
      assert.equal(fits(pattern, text, { whole: false }), expected);
    });
  }

  it("means what a regular expression would", () => {
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", "/", "*", "."), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom("a", "b", "/", "."), maxLength: 12 });
    const property = fc.property(pattern, text, fc.boolean(), (p, t, whole) => {
      assert.equal(fits(p, t, { whole }), reference(p, t, whole));
    });
    fc.assert(property, { seed: 1, numRuns: 5000 });
  });

  it("is not made slow by a text that nearly fits", () => {
    assert.equal(fits("*a*a*a*a*a*a*a*a*a*b", "a".repeat(8000), { whole: true }), false);
  });
});

describe("capture", () => {
  it("has one group for each star", () => {
    assert.deepEqual(capture("s3://*/img-*/", "s3://b/img-7/x.jpg"), ["s3://b/img-7/", "b", "7"]);
    assert.equal(capture("a.b", "axb"), undefined);
  });

  it("takes what a regular expression would", () => {
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", "/", "*", "."), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom("a", "b", "/", "."), maxLength: 12 });
    const property = fc.property(pattern, text, (p, t) => {
      const groups = p.replace(/[^\w/]/g, (c) => (c === "*" ? "([^/]*)" : `\\${c}`));
      assert.deepEqual(capture(p, t), new RegExp(`^${groups}`).exec(t)?.slice());
    });
    fc.assert(property, { seed: 1, numRuns: 5000 });
  });

  it("is not made slow by a text that nearly fits", { timeout: 2000 }, () => {
    assert.equal(capture("x://*-*-*-*-*/", `x://${"a-".repeat(4000)}`), undefined);
  });
});
