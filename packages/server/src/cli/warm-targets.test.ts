import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, it } from "node:test";
import { linesOf, readTarget } from "./warm-targets.ts";

async function lines(chunks: readonly string[]): Promise<readonly string[]> {
  const got: string[] = [];
  for await (const line of linesOf(Readable.from(chunks))) got.push(line);
  return got;
}

describe("lines", () => {
  for (const [chunks, expected] of [
    [["a\nb\n"], ["a", "b"]],
    [
      ["a", "b\n\n", "c"],
      ["ab", "", "c"],
    ],
    [[], []],
  ] as const)
    it(`of ${JSON.stringify(chunks)}`, async () => assert.deepEqual(await lines(chunks), expected));

  it("are cut where they are too long, and the next is whole again", async () => {
    const long = "x".repeat(50_000);
    const got = await lines([long, long, long, `${long}y\nb\n`, "c"]);
    assert.deepEqual(
      got.map(({ length }) => length),
      [65_536, 1, 1],
    );
    assert.deepEqual(got.slice(1), ["b", "c"]);
  });
});

describe("a line of a list", () => {
  for (const [line, target] of [
    ["", undefined],
    ["  # no", undefined],
    ["/a//b", { url: "http://s/a//b" }],
    ["\uFEFFhttps://a/b\r", { url: "https://a/b" }],
    ['  "https://a/b",', { url: "https://a/b" }],
    ["[", undefined],
    ["]", undefined],
    ["https:///a", { broken: "https:///a" }],
    ["https://a:port/", { broken: "https://a:port/" }],
    ["file:///etc/passwd", { broken: "file:///etc/passwd" }],
  ] as const)
    it(JSON.stringify(line), () => assert.deepEqual(readTarget(line, "http://s"), target));
});
