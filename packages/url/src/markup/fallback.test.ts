import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { altCard } from "./fallback.ts";

const read = (card: string): string => decodeURIComponent(card.slice(card.indexOf(",") + 1));

describe("what stands in for a missing picture", () => {
  it("says what is missing, as text and never as markup", () => {
    assert.match(read(altCard("Tom & <b>Jerry</b>")), />Tom &#38; &#60;b>Jerry&#60;\/b><\/div>/);
  });

  it("has no size of its own, so that it takes any box's", () => {
    assert.match(
      read(altCard("")),
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"><foreignObject width="100%"/,
    );
  });

  it("leaves out what XML cannot hold", () => {
    assert.match(read(altCard("a\u0000b\uD800c\u{1F408}d")), />abc\u{1F408}d</u);
  });
});
