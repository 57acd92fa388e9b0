import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAllowlist } from "../guard/allowlist.ts";
import { allowlistFor } from "./dev-allowlist.ts";

const top = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `https://a.example/${index}/x.jpg`);

describe("the allow-list that sources need", () => {
  for (const [sources, patterns] of [
    [[], []],
    [["https://a.example/img/2024/x.jpg"], ["https://a.example/img/2024/"]],
    [["https://a.example/img/x.jpg", "https://a.example/img/old/y.jpg?v=2"], ["https://a.example/img/"]],
    // A name that begins alike is another directory.
    [
      ["https://a.example/img/x.jpg", "https://a.example/img2/x.jpg"],
      ["https://a.example/img/", "https://a.example/img2/"],
    ],
    [
      ["https://a.example/img/x.jpg", "https://a.example/img"],
      ["https://a.example/img", "https://a.example/img/"],
    ],
    [
      ["https://a.example/x.jpg?v=1", "https://a.example/y.png"],
      ["https://a.example/x.jpg", "https://a.example/y.png"],
    ],
    [
      ["http://a.example/img/x.jpg", "https://A.example:443/img/x.jpg", "https://a.example:8443/img/x.jpg"],
      ["http://a.example/img/", "https://a.example/img/", "https://a.example:8443/img/"],
    ],
    [["http://[::1]:3000/img/x.jpg"], ["http://[::1]:3000/img/"]],
    [["local:///cats/a.jpg", "local:///cats/b.jpg"], ["local:///cats/"]],
    [
      ["local:///a.jpg", "s3://bucket/deep/b.jpg"],
      ["local:///a.jpg", "s3://bucket/deep/"],
    ],
    [["https://a.example/fotos/grün/x.jpg"], ["https://a.example/fotos/grün/"]],
    [top(8), top(8).map((source) => source.replace("x.jpg", ""))],
    [top(9), ["https://a.example/"]],
    [["https://a.example", "https://a.example?id=3"], ["https://a.example/"]],
    // A list is cut at commas, and a star would stand for more than itself.
    [["https://a.example/img/a,b/x.jpg"], ["https://a.example/img/"]],
    [["https://a.example/img/*/x.jpg"], ["https://a.example/img/"]],
    [["https://a.example/a,b.jpg"], ["https://a.example/"]],
    // Written in a shell, what strangers ask for is to do nothing.
    [["https://a.example/img/$(reboot)/x.jpg"], ["https://a.example/img/"]],
    [
      ["https://a.example/img/x y/x.jpg", "local:///it's/x.jpg"],
      ["https://a.example/img/", "local:///"],
    ],
    // What climbs is admitted by whole origins only.
    [["https://a.example/img/../x.jpg"], ["https://a.example/"]],
  ] as const)
    it(`of ${JSON.stringify(sources).slice(0, 90)} is ${JSON.stringify(patterns).slice(0, 90)}`, () => {
      const needed = allowlistFor(sources);
      assert.deepEqual(needed, { patterns: [...patterns].sort(), unlisted: [] });
      const { allows } = createAllowlist(needed.patterns, { unlisted: "refused" });
      assert.deepEqual(
        sources.filter((source) => !allows(source)),
        [],
      );
    });

  it("leaves out what no pattern can name", () => {
    const unlisted = ["cat.jpg", "https://user@a.example/x.jpg", "https://", "s3://a,b/x.jpg"];
    assert.deepEqual(allowlistFor([...unlisted, "https://b.example/i/x.jpg"]), {
      patterns: ["https://b.example/i/"],
      unlisted: unlisted.toSorted(),
    });
  });

  it("refuses the neighbours of what it admits", () => {
    const { patterns } = allowlistFor(["https://a.example/img/x.jpg", "local:///cats/a.jpg"]);
    const { allows } = createAllowlist(patterns, { unlisted: "refused" });
    for (const source of [
      "https://a.example/private/x.jpg",
      "https://a.example.org/img/x.jpg",
      "http://a.example/img/x.jpg",
      "https://a.example/img/../private/x.jpg",
      "local:///dogs/a.jpg",
    ])
      assert.equal(allows(source), false, source);
  });
});
