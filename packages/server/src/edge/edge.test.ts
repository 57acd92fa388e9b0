import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { edgeTag, sourceTag, tagOf } from "./edge.ts";

const CAT = "https://example.com/cat.jpg";
const hex = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

describe("tags at the edge", () => {
  it("tell sources apart without naming them", () => {
    assert.equal(sourceTag(CAT), `src-${hex(CAT)}`);
    assert.notEqual(sourceTag(CAT), sourceTag(`${CAT}?`));
    assert.match(sourceTag("s3://pictures/ü, ü.jpg"), /^src-[\da-f]{16}$/);
  });

  for (const tag of ["product:42", "a/b", "~", "!", "x".repeat(256)])
    it(`keep ${tag.slice(0, 20)} as it is`, () => assert.equal(edgeTag(tag), tag));

  for (const tag of ["a,b", "a b", "ü", "x".repeat(257), "a\nb", ""])
    it(`replace ${JSON.stringify(tag.slice(0, 20))} by its digest`, () =>
      assert.equal(edgeTag(tag), `tag-${hex(tag)}`));

  for (const [scope, tag] of [
    [{ kind: "source", value: CAT }, `src-${hex(CAT)}`],
    [{ kind: "tag", value: "summer" }, "summer"],
    [{ kind: "tag", value: "summer sale" }, `tag-${hex("summer sale")}`],
    [{ kind: "prefix", value: "https://example.com/" }, undefined],
    [{ kind: "all" }, undefined],
  ] as const)
    it(`stand for ${JSON.stringify(scope)}`, () => assert.equal(tagOf(scope), tag));
});
