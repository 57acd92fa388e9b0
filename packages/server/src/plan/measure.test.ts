import { parseSegments } from "@tintype/url";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpError } from "../errors.ts";
import type { Size } from "./gravity.ts";
import { measure } from "./measure.ts";

const LANDSCAPE = { width: 4000, height: 3000 };
const SMALL = { width: 100, height: 80 };

interface Conditions {
  readonly vector?: boolean;
  readonly most?: number;
}

const measured = (source: Size, url: string, { vector = false, most = 0 }: Conditions = {}) =>
  measure(source, parseSegments(url === "" ? [] : url.split("/"), { security: true }), {
    vector,
    maxResultDimension: most,
  });

const text = ({ width, height }: Size): string => `${width}x${height}`;

type Case = readonly [source: Size, url: string, result: string];

describe("crop", () => {
  const CASES: readonly Case[] = [
    [SMALL, "", "100x80"],
    [SMALL, "c:0:0", "100x80"],
    [SMALL, "c:60:50", "60x50"],
    [SMALL, "c:60", "60x80"],
    [SMALL, "c:0:50", "100x50"],
    [SMALL, "c:0.5:0.25", "50x20"],
    [SMALL, "c:60.9:50.9", "60x50"],
    [SMALL, "c:1:1", "1x1"],
    [SMALL, "c:0.999:0.001", "100x1"],
    [SMALL, "c:0.505:0.00001", "51x1"],
    [SMALL, "c:500:500", "100x80"],
  ];
  for (const [source, url, result] of CASES)
    it(`${url || "nothing"} leaves ${result} of ${text(source)}`, () => {
      assert.equal(text(measured(source, url).input), result);
    });
});

describe("scale", () => {
  const CASES: readonly Case[] = [
    [LANDSCAPE, "", "4000x3000"],
    [LANDSCAPE, "w:0/h:0", "4000x3000"],
    // One side alone is enough for every type but force.
    [LANDSCAPE, "rs:fit:300", "300x225"],
    [LANDSCAPE, "rs:fill:300", "300x225"],
    [LANDSCAPE, "rs:fill-down:0:300", "400x300"],
    [LANDSCAPE, "rs:auto:0:300", "400x300"],
    [LANDSCAPE, "rs:force:300", "300x3000"],
    [LANDSCAPE, "rs:force:0:300", "4000x300"],
    // Both.
    [LANDSCAPE, "rs:fit:300:300", "300x225"],
    [LANDSCAPE, "rs:fill:300:300", "400x300"],
    [LANDSCAPE, "rs:fill-down:300:300", "400x300"],
    [LANDSCAPE, "rs:force:300:100", "300x100"],
    // auto: fill where picture and box lie alike; a square lies either way.
    [LANDSCAPE, "rs:auto:300:200", "300x225"],
    [LANDSCAPE, "rs:auto:300:300", "400x300"],
    [LANDSCAPE, "rs:auto:300:400", "300x225"],
    [{ width: 3000, height: 4000 }, "rs:auto:200:300", "225x300"],
    [{ width: 3000, height: 4000 }, "rs:auto:300:300", "225x300"],
    [{ width: 500, height: 500 }, "rs:auto:200:100", "200x200"],
    [{ width: 500, height: 500 }, "rs:auto:100:200", "100x100"],
    // A side that is left out counts as the source's.
    [{ width: 3000, height: 4000 }, "rs:auto:300", "300x400"],
    // Nothing is enlarged unasked.
    [SMALL, "rs:fit:200:200", "100x80"],
    [SMALL, "rs:fill:200:200", "100x80"],
    [SMALL, "rs:fill:200:40", "100x80"],
    [SMALL, "rs:force:200:40", "100x20"],
    [SMALL, "rs:fit:200:200:1", "200x160"],
    [SMALL, "rs:fill:200:200:1", "250x200"],
    [SMALL, "rs:force:200:40:1", "200x40"],
    // Zoom multiplies, by axis.
    [LANDSCAPE, "w:200/z:1.5", "300x225"],
    [LANDSCAPE, "w:300/z:2:1", "600x225"],
    [LANDSCAPE, "z:0.5", "2000x1500"],
    [SMALL, "z:2", "100x80"],
    [SMALL, "z:2/el:1", "200x160"],
    [SMALL, "z:2:1", "100x40"],
    // A ratio multiplies as far as there are pixels.
    [LANDSCAPE, "w:300/dpr:2", "600x450"],
    [LANDSCAPE, "w:3000/dpr:2", "4000x3000"],
    [LANDSCAPE, "w:3000/dpr:2/el:1", "6000x4500"],
    [LANDSCAPE, "w:300/dpr:0.5", "150x113"],
    [SMALL, "dpr:2", "100x80"],
    [SMALL, "dpr:0.5", "50x40"],
    // Least sides enlarge in any case, and keep the picture's own ratio.
    [LANDSCAPE, "w:300/mw:500", "500x375"],
    [LANDSCAPE, "w:300/mh:500", "667x500"],
    [LANDSCAPE, "w:300/mw:500/mh:500", "667x500"],
    [LANDSCAPE, "w:300/mw:900/mh:500", "900x675"],
    [SMALL, "mw:200", "200x160"],
    [SMALL, "mh:200", "250x200"],
    [SMALL, "mw:50/mh:50", "100x80"],
    [LANDSCAPE, "rs:force:300:100/mw:600", "600x200"],
    [LANDSCAPE, "w:300/mw:500/dpr:2", "1000x750"],
    // No side gets shorter than a pixel.
    [{ width: 4000, height: 3 }, "w:10", "10x1"],
    [{ width: 3, height: 4000 }, "h:10", "1x10"],
    [{ width: 1, height: 1 }, "rs:fit:300:300/dpr:0.1", "1x1"],
    [SMALL, "z:0.001", "1x1"],
    // The box is for what the crop leaves.
    [LANDSCAPE, "c:1000:500/w:300", "300x150"],
    [LANDSCAPE, "c:1000:500/w:2000", "1000x500"],
    [LANDSCAPE, "c:0.5:1000/rs:fill:300:300", "600x300"],
  ];
  for (const [source, url, result] of CASES)
    it(`${url || "nothing"} makes ${result} of ${text(source)}`, () => {
      assert.equal(text(measured(source, url).scaled), result);
    });

  it("enlarges vectors unasked", () => {
    assert.equal(text(measured(SMALL, "w:500", { vector: true }).scaled), "500x400");
    assert.equal(text(measured(SMALL, "w:100/dpr:3", { vector: true }).scaled), "300x240");
  });
});

describe("effective ratio", () => {
  const CASES: readonly (readonly [source: Size, url: string, dpr: number])[] = [
    [LANDSCAPE, "w:300/dpr:2", 2],
    [LANDSCAPE, "w:3000/dpr:2", 4 / 3],
    [LANDSCAPE, "dpr:2", 1],
    // A box out of reach takes the ratio with it, so that paddings stay in proportion ...
    [SMALL, "w:200/dpr:2", 1],
    [SMALL, "w:200/dpr:0.5", 1],
    [SMALL, "w:200/dpr:0.25", 0.5],
    // ... unless the canvas is going to reach it.
    [SMALL, "rs:fit:200:200:0:1/dpr:0.5", 0.5],
    [SMALL, "rs:fit:200:200:0:1/dpr:2", 1],
    [SMALL, "w:200/dpr:2/el:1", 2],
    [LANDSCAPE, "w:300", 1],
  ];
  for (const [source, url, dpr] of CASES)
    it(`${url} on ${text(source)} is ${dpr.toFixed(3)}`, () => {
      assert.ok(Math.abs(measured(source, url).dpr - dpr) < 1e-12, `got ${measured(source, url).dpr}`);
    });
});

describe("boxes", () => {
  const CUTS: readonly Case[] = [
    [LANDSCAPE, "rs:fill:300:300", "300x300"],
    [LANDSCAPE, "rs:fill:300:300/dpr:2", "600x600"],
    [LANDSCAPE, "rs:fill:300:200/z:2:3", "600x600"],
    [LANDSCAPE, "w:300", "300x0"],
    [LANDSCAPE, "", "0x0"],
    [LANDSCAPE, "rs:fill:8000:8000", "8000x8000"],
    // fill-down keeps the box's ratio where the picture is too small for it.
    [LANDSCAPE, "rs:fill-down:8000:8000", "3000x3000"],
    [LANDSCAPE, "rs:fill-down:8000:2000", "4000x1000"],
    [LANDSCAPE, "rs:fill-down:2000:8000", "750x3000"],
    [LANDSCAPE, "rs:fill-down:300:300", "300x300"],
    [LANDSCAPE, "rs:fill-down:8000:8000:1", "8000x8000"],
    [LANDSCAPE, "rs:fill-down:8000:6000", "8000x6000"],
  ];
  for (const [source, url, result] of CUTS)
    it(`${url || "nothing"} cuts ${text(source)} to ${result}`, () => {
      assert.equal(text(measured(source, url).target), result);
    });

  const RATIOS: readonly Case[] = [
    [LANDSCAPE, "rs:fit:300:300/exar:1", "300x300"],
    [LANDSCAPE, "rs:fit:300:100/exar:1", "300x100"],
    [SMALL, "rs:fit:300:300/exar:1", "100x100"],
    [SMALL, "rs:fit:300:100/exar:1", "240x80"],
    [SMALL, "rs:fit:300:240/exar:1", "0x0"],
    [SMALL, "w:300/exar:1", "0x0"],
    [SMALL, "h:300/exar:1", "0x0"],
    [SMALL, "rs:fit:300:300/exar:0", "0x0"],
    [SMALL, "rs:fill-down:50:400/exar:1", "0x0"],
  ];
  for (const [source, url, result] of RATIOS)
    it(`${url} completes ${text(source)} to ${result}`, () => {
      assert.equal(text(measured(source, url).ratioBox), result);
    });
});

describe("longest side of the result", () => {
  const CASES: readonly (readonly [source: Size, url: string, most: number, scaled: string])[] = [
    [LANDSCAPE, "rs:fit:300:300", 200, "200x150"],
    [LANDSCAPE, "rs:fit:300:300", 300, "300x225"],
    [LANDSCAPE, "", 8192, "4000x3000"],
    [LANDSCAPE, "", 1000, "1000x750"],
    [{ width: 3000, height: 4000 }, "", 1000, "750x1000"],
    // The canvas counts, and the edges around it.
    [LANDSCAPE, "rs:fit:300:300:0:1", 150, "150x113"],
    [LANDSCAPE, "rs:fit:300:600:0:1", 300, "150x113"],
    [LANDSCAPE, "rs:fit:300:600/exar:1", 300, "150x113"],
    [LANDSCAPE, "w:300/pd:0:50", 200, "150x113"],
    [LANDSCAPE, "w:300/pd:50:0", 162, "150x112"],
    // What is cut off does not.
    [LANDSCAPE, "rs:fill:300:300", 300, "400x300"],
    [LANDSCAPE, "rs:fill:300:300", 150, "200x150"],
    [SMALL, "rs:fit:2000:0:1", 50, "50x40"],
    [SMALL, "", 0, "100x80"],
    [SMALL, "", -1, "100x80"],
    [{ width: 1000, height: 1 }, "", 10, "10x1"],
  ];
  for (const [source, url, most, scaled] of CASES)
    it(`of ${most} makes ${scaled} of ${text(source)}, ${url || "nothing"}`, () => {
      assert.equal(text(measured(source, url, { most }).scaled), scaled);
    });

  it("takes the ratio with it, and with it paddings and offsets", () => {
    assert.equal(measured(LANDSCAPE, "w:300/pd:0:50", { most: 200 }).dpr, 0.5);
  });

  it("refuses what cannot be computed", () => {
    const beyond = ["z:1e308/el:1", "w:100/dpr:1e308/el:1", "pd:9007199254740991/dpr:1e308/el:1"];
    for (const url of beyond)
      assert.throws(
        () => measured(LANDSCAPE, url, { most: 8192 }),
        (error) => error instanceof HttpError && error.code === "result_too_big",
        url,
      );
  });
});

describe("the side to scale by", () => {
  const CASES: readonly (readonly [source: Size, url: string, exact: string | undefined])[] = [
    [LANDSCAPE, "w:300", "width"],
    [{ width: 4000, height: 2999 }, "w:300", "width"],
    [{ width: 3999, height: 3000 }, "h:300", "height"],
    [LANDSCAPE, "rs:force:300:100", undefined],
    [LANDSCAPE, "z:1:0.5", undefined],
  ];
  for (const [source, url, exact] of CASES)
    it(`of ${text(source)} with ${url} is ${exact ?? "neither"}`, () => {
      assert.equal(measured(source, url).exact, exact);
    });
});
