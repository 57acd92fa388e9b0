import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compoundsOf, keyOf, keysOf, matches, subjectOf } from "./selector.ts";

const RECT = {
  name: "rect",
  attributes: new Map([
    ["id", "i"],
    ["class", " a  b "],
  ]),
  children: [],
};

/** Selectors that may match the element above. */
const MATCHING =
  "*|rect|.a|.b|.a.b|rect.a#i|#i|g rect|g > .a|g+rect|g~.b|circle, rect|rect:hover|.a:not(.b)|:is(circle, g)|[x='a,b']|.a[class~=\"a b\"]|.a::before".split(
    "|",
  );
const OTHERS =
  "circle|.c|.a.c|#j|rect#j|rect g|rect > circle|circle, .c|#i.c|.A|circle:not(.a)|g:is(.a, .b)".split("|");

const mayMatch = (selector: string): boolean =>
  compoundsOf(selector).some(
    (compound) => keysOf(subjectOf(RECT)).has(keyOf(compound)) && matches(compound, subjectOf(RECT)),
  );

describe("selectors", () => {
  for (const selector of MATCHING)
    it(`take ${selector} to match`, () => assert.equal(mayMatch(selector), true));

  for (const selector of OTHERS)
    it(`tell that ${selector} does not match`, () => assert.equal(mayMatch(selector), false));

  it("take what they cannot read to match", () => {
    for (const selector of ["s|rect", `${":not(".repeat(9)}.c${")".repeat(9)}`, "", ":hover"])
      assert.equal(mayMatch(selector), true, selector);
  });
});
