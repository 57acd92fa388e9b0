import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { originOf, safeSource, safeText } from "./safe-text.ts";

describe("safeSource", () => {
  for (const [source, expected] of [
    ["https://a.example/b.png", "https://a.example/b.png"],
    ["https://a.example/b.png?token=s3cret#x", "https://a.example/b.png"],
    ["https://me:s3cret@a.example/b.png?x", "https://***@a.example/b.png"],
    ["s3://bucket/key?version", "s3://bucket/key"],
    ["data:image/png;base64," + "A".repeat(200), `data:image/png;base64,${"A".repeat(58)}…${"A".repeat(39)}`],
    [
      `https://a.example/${"x".repeat(300)}/name.jpg`,
      `https://a.example/${"x".repeat(62)}…${"x".repeat(30)}/name.jpg`,
    ],
  ] as const)
    it(`shows ${source.slice(0, 40)}`, () => {
      assert.equal(safeSource(source), expected);
      assert.ok(safeSource(source).length <= 120);
    });
});

describe("originOf", () => {
  for (const [source, expected] of [
    ["https://A.example:8443/b?c", "https://a.example:8443"],
    ["https://me:s3cret@a.example/b", "https://a.example"],
    ["s3://bucket/key", "s3://bucket"],
    ["local:///a/b.png", "local"],
    ["data:image/png;base64,AAAA", "data"],
    ["nonsense", "unknown"],
    ["", "unknown"],
  ] as const)
    it(`of ${source}`, () => assert.equal(originOf(source), expected));

  it("is bounded", () => assert.ok(originOf(`https://${"a".repeat(5000)}/`).length <= 120));
});

describe("safeText", () => {
  it("hides queries and userinfo of all URLs in it", () => {
    const text = "expected 200 from https://me:pw@a.example/x.png?sig=abc, got 500; was s3://b/k#frag then";
    assert.equal(
      safeText(text, 300),
      "expected 200 from https://***@a.example/x.png?… got 500; was s3://b/k?… then",
    );
  });

  it("is as long as it may be", () => assert.equal(safeText("a".repeat(99), 30).length, 30));
});
