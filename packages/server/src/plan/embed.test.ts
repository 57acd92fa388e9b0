import { parseSegments } from "@tintype/url";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { embeds } from "./embed.ts";
import type { Size } from "./gravity.ts";
import { measure } from "./measure.ts";

const SOURCE = { width: 400, height: 300 };

/** Canvases as "width x height + left + top" around a picture of that size. */
function canvases(inner: Size, url: string): string[] {
  const options = parseSegments(url.split("/"), {});
  const measures = measure(SOURCE, options, { vector: false, maxResultDimension: 0 });
  return embeds(inner, measures, options).map(
    ({ width, height, left, top }) => `${width}x${height}+${left}+${top}`,
  );
}

describe("embeds", () => {
  const CASES: readonly (readonly [
    url: string,
    inner: readonly [number, number],
    canvases: readonly string[],
  ])[] = [
    ["w:100", [100, 75], []],
    // extend: the box, with the picture in its middle or where gravity says.
    ["rs:fit:100:100/ex:1", [100, 75], ["100x100+0+13"]],
    ["rs:fit:100:100/ex:0", [100, 75], []],
    ["rs:fit:100:100/ex:1:no", [100, 75], ["100x100+0+0"]],
    ["rs:fit:100:100/ex:1:so", [100, 75], ["100x100+0+25"]],
    ["rs:fit:100:100/ex:1:so:0:5", [100, 75], ["100x100+0+20"]],
    ["rs:fit:100:100/ex:1:so:0:0.1", [100, 75], ["100x100+0+15"]],
    ["rs:fit:100:100/ex:1:fp:0.5:0.4", [100, 75], ["100x100+0+3"]],
    ["rs:fit:100:100/dpr:2/ex:1:so:0:5", [200, 150], ["200x200+0+40"]],
    ["rs:fit:800:800/ex:1", [400, 300], ["800x800+200+250"]],
    ["rs:fit:800:0/ex:1", [400, 300], ["800x300+200+0"]],
    ["rs:fit:0:800/ex:1", [400, 300], ["400x800+0+250"]],
    // A box that is exactly filled needs none.
    ["rs:fill:100:100/ex:1", [100, 100], []],
    // extend_ar: one axis only.
    ["rs:fit:100:100/exar:1", [100, 75], ["100x100+0+13"]],
    ["rs:fit:800:800/exar:1", [400, 300], ["400x400+0+50"]],
    ["rs:fit:800:800/exar:1:no", [400, 300], ["400x400+0+0"]],
    ["rs:fit:800:300/exar:1:we", [400, 300], ["800x300+0+0"]],
    // padding, and the CSS rule.
    ["pd:10", [100, 75], ["120x95+10+10"]],
    ["pd:10:20", [100, 75], ["140x95+20+10"]],
    ["pd:10:20:30", [100, 75], ["140x115+20+10"]],
    ["pd:10:20:30:40", [100, 75], ["160x115+40+10"]],
    ["pd:0:0:0:1", [100, 75], ["101x75+1+0"]],
    ["pd:0", [100, 75], []],
    ["w:100/pd:10:20/dpr:2", [200, 150], ["280x190+40+20"]],
    // 2.5 and 7.5 half to even.
    ["w:100/pd:1:3/dpr:2.5", [250, 188], ["266x192+8+2"]],
    ["w:100/pd:1/dpr:0.5", [50, 38], []],
    // One around the other.
    ["rs:fit:100:100/ex:1/pd:10", [100, 75], ["100x100+0+13", "120x120+10+10"]],
    ["rs:fit:800:800/exar:1:no/pd:5", [400, 300], ["400x400+0+0", "410x410+5+5"]],
  ];
  for (const [url, [width, height], wanted] of CASES)
    it(`${url} around ${width}x${height}: ${wanted.join(", ") || "none"}`, () => {
      assert.deepEqual(canvases({ width, height }, url), wanted);
    });
});
