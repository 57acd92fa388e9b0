import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { forEachLine } from "./lines.ts";

async function linesOf(chunks: readonly (string | Buffer)[]): Promise<string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  forEachLine(stream, (line) => lines.push(line));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await once(stream, "end");
  return lines;
}

describe("lines", () => {
  it("cuts a stream into lines wherever its chunks end", async () => {
    const euro = Buffer.from("€\n");
    const cases: [(string | Buffer)[], string[]][] = [
      [["one\ntwo\n"], ["one", "two"]],
      [
        ["o", "ne\nt", "wo"],
        ["one", "two"],
      ],
      [["\n\none\n\n"], ["one"]],
      [[euro.subarray(0, 1), euro.subarray(1)], ["€"]],
    ];
    for (const [chunks, expected] of cases) assert.deepEqual(await linesOf(chunks), expected);
  });

  it("drops what a line has beyond 2000 characters", async () => {
    const flood = Array.from({ length: 100 }, () => "x".repeat(1000));
    assert.deepEqual(await linesOf([...flood, "\nnext\n"]), ["x".repeat(2000), "next"]);
    assert.deepEqual(await linesOf([`${"y".repeat(5000)}\nnext`]), ["y".repeat(2000), "next"]);
  });
});
