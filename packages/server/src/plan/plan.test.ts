import { parseSegments, type Options } from "@tintype/url";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { geometry, side } from "../../test/fixtures/arbitrary.ts";
import { contractGeometry } from "../../test/fixtures/contract-geometry.ts";
import { HttpError } from "../errors.ts";
import type { Cut, Rect, Size } from "./gravity.ts";
import { fitFormat, plan, type Plan, type PlanFacts } from "./plan.ts";

const UNLIMITED = { maxResultDimension: 0, maxWorkingPixels: Infinity };

const optionsOf = (url: string): Options => parseSegments(url.split("/"), { security: true });

const sizeOf = ({ width, height }: Size): string => `${width}x${height}`;

const isTooBig = (error: unknown): boolean => error instanceof HttpError && error.code === "result_too_big";

describe("plan", () => {
  // The contract's own worked examples, processing.md section 17.
  const JPEG: PlanFacts = { width: 4000, height: 3000, orientation: 1, vector: false };
  const EXAMPLES: readonly (readonly [url: string, result: string, dpr?: number])[] = [
    ["rs:fit:300:300", "300x225"],
    ["rs:fill:300:300", "300x300"],
    ["rs:force:300:100", "300x100"],
    ["rs:auto:300:400", "300x225"],
    ["w:300", "300x225"],
    ["h:300", "400x300"],
    ["rs:fill:8000:8000", "4000x3000"],
    ["w:8000/dpr:0.5", "4000x3000", 1],
    ["w:3000/dpr:2", "4000x3000", 4 / 3],
    ["rs:force:8000:1000", "4000x500"],
    ["rs:fill-down:8000:8000", "3000x3000"],
    ["rs:fit:300:300/dpr:2", "600x450", 2],
    ["rs:fit:300:300/ex:1", "300x300"],
    ["rs:fit:300:300/exar:1", "300x300"],
    ["c:0.5:1000", "2000x1000"],
    ["w:300/mw:500", "300x375"],
    ["w:300/pd:10:20", "340x245"],
    ["rs:fit:300:300/mrd:200", "200x150"],
  ];
  for (const [url, result, dpr] of EXAMPLES)
    it(`${url} makes ${result} of 4000x3000`, () => {
      const options = optionsOf(url);
      const { maxResultDimension = 0 } = options;
      const made = plan(JPEG, options, { ...UNLIMITED, maxResultDimension });
      assert.equal(sizeOf(made.size), result);
      if (dpr !== undefined) assert.ok(Math.abs(made.dpr - dpr) < 1e-12, `got ${made.dpr}`);
    });

  const CROPS: readonly (readonly [orientation: number, url: string, crop: Cut | undefined])[] = [
    [1, "c:100:50", { left: 1950, top: 1476, width: 100, height: 50 }],
    [1, "c:100:50:nowe", { left: 0, top: 0, width: 100, height: 50 }],
    [1, "c:100:50/g:soea", { left: 3900, top: 2950, width: 100, height: 50 }],
    [1, "c:100:50:no/g:soea", { left: 1950, top: 0, width: 100, height: 50 }],
    // Its offsets do not know of the ratio.
    [1, "c:100:50:nowe:7:9/dpr:2/w:50", { left: 7, top: 9, width: 100, height: 50 }],
    [1, "c:100:50:sm", { width: 100, height: 50, smart: true }],
    [1, "c:0:50", { left: 0, top: 1476, width: 4000, height: 50 }],
    [1, "c:4000:3000", undefined],
    [1, "c:9000:9000", undefined],
    // Sizes are those of the upright picture, the answer is for the stored one.
    [6, "c:100:50:nowe", { left: 0, top: 2900, width: 50, height: 100 }],
    [8, "c:100:50:nowe", { left: 3950, top: 0, width: 50, height: 100 }],
    [3, "c:100:50:nowe", { left: 3900, top: 2950, width: 100, height: 50 }],
    [2, "c:100:50:nowe", { left: 3900, top: 0, width: 100, height: 50 }],
    [6, "c:100:50:nowe/ar:0", { left: 0, top: 0, width: 100, height: 50 }],
    [1, "c:100:50:nowe/rot:90", { left: 0, top: 2900, width: 50, height: 100 }],
    [6, "c:100:50:nowe/rot:270", { left: 0, top: 0, width: 100, height: 50 }],
    [6, "c:100:50:sm", { width: 50, height: 100, smart: true }],
  ];
  for (const [orientation, url, crop] of CROPS)
    it(`${url} under orientation ${orientation} cuts ${JSON.stringify(crop)}`, () => {
      assert.deepEqual(plan({ ...JPEG, orientation }, optionsOf(url), UNLIMITED).crop, crop);
    });

  const CUTS: readonly (readonly [url: string, cut: Cut | undefined])[] = [
    ["rs:fill:300:300", { left: 50, top: 0, width: 300, height: 300 }],
    ["rs:fill:300:300/g:we", { left: 0, top: 0, width: 300, height: 300 }],
    ["rs:fill:300:300/g:ea:10", { left: 90, top: 0, width: 300, height: 300 }],
    ["rs:fill:300:300/g:ea:10/dpr:2", { left: 180, top: 0, width: 600, height: 600 }],
    ["rs:fill:300:300/g:fp:0.25:0", { left: 0, top: 0, width: 300, height: 300 }],
    ["rs:fill:300:300/g:fp:0.6:0", { left: 90, top: 0, width: 300, height: 300 }],
    ["rs:fill:300:300/g:sm", { width: 300, height: 300, smart: true }],
    ["rs:fit:300:300", undefined],
    ["w:300/mw:500", { left: 100, top: 0, width: 300, height: 375 }],
    // The gravity of the cut is the upright picture's, whatever was turned.
    ["rs:fill:300:400/rot:90/g:we", undefined],
    ["rs:fill:300:300/rot:90/g:no", { left: 0, top: 0, width: 300, height: 300 }],
  ];
  for (const [url, cut] of CUTS)
    it(`${url} leaves ${JSON.stringify(cut)} of the scaled picture`, () => {
      assert.deepEqual(plan(JPEG, optionsOf(url), UNLIMITED).cut, cut);
    });

  it("scales in the stored picture's axes", () => {
    const lying = plan({ ...JPEG, orientation: 6 }, optionsOf("w:300"), UNLIMITED);
    assert.deepEqual(
      [sizeOf(lying.scaled), lying.driving, sizeOf(lying.size)],
      ["400x300", "height", "300x400"],
    );
    const turned = plan(JPEG, optionsOf("w:300/rot:90"), UNLIMITED);
    assert.deepEqual(
      [sizeOf(turned.scaled), turned.driving, sizeOf(turned.size)],
      ["400x300", "height", "300x400"],
    );
  });
});

const sources = (max: number) =>
  fc.record({
    width: side(max),
    height: side(max),
    orientation: fc.integer({ min: 1, max: 8 }),
    vector: fc.boolean(),
  });

const upright = ({ scaled, turn }: Plan): Size =>
  turn.swaps ? { width: scaled.height, height: scaled.width } : scaled;

describe("any plan", () => {
  it("is what the contract's pseudo-code comes to", () => {
    const most = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3000 }));
    fc.assert(
      fc.property(sources(3000), geometry(4000), most, (source, options, maxResultDimension) => {
        const wanted = contractGeometry(source, options, maxResultDimension);
        const longest = Math.max(wanted.size.width, wanted.size.height);
        const planned = () => plan(source, options, { ...UNLIMITED, maxResultDimension });
        // One pass of the contract cannot hold every picture to the limit; those are refused.
        if (maxResultDimension > 0 && longest > maxResultDimension * 1.1 + 3) {
          assert.throws(planned, isTooBig);
          return;
        }
        const { crop, cut, embeds, size, dpr, ...rest } = planned();
        const got = {
          crop,
          scaled: upright({ crop, cut, embeds, size, dpr, ...rest }),
          cut,
          embeds,
          size,
          dpr,
        };
        assert.deepEqual(got, wanted);
      }),
      { seed: 1, numRuns: 20_000 },
    );
  });

  const isWhole = ({ width, height, left = 0, top = 0 }: Partial<Rect> & Size): boolean =>
    [width, height, left, top].every(Number.isSafeInteger) && width >= 1 && height >= 1;

  const isInside = (outer: Size, cut: Cut): boolean => {
    const { left, top } = "smart" in cut ? { left: 0, top: 0 } : cut;
    return left >= 0 && top >= 0 && left + cut.width <= outer.width && top + cut.height <= outer.height;
  };

  it("stays within its limits, in whole pixels, and each rectangle in the one around it", () => {
    const limits = { maxResultDimension: 8192, maxWorkingPixels: 1e8 };
    let made = 0;
    fc.assert(
      fc.property(sources(10_000), geometry(1_000_000), (source, options) => {
        let planned: Plan;
        try {
          planned = plan(source, options, limits);
        } catch (error) {
          assert.ok(isTooBig(error), String(error));
          return;
        }
        made += 1;
        const { crop, cut, embeds, size, dpr } = planned;
        const scaled = upright(planned);
        assert.ok(Number.isFinite(dpr) && dpr > 0);
        for (const each of [scaled, size, ...embeds, ...(crop ? [crop] : []), ...(cut ? [cut] : [])])
          assert.ok(isWhole(each), JSON.stringify(each));
        assert.ok(Math.max(size.width, size.height) <= 8192 * 1.1 + 3);
        for (const each of [scaled, size, ...embeds]) assert.ok(each.width * each.height <= 1e8);
        assert.ok(!crop || isInside(source, crop), "the crop lies in the source");
        assert.ok(!cut || isInside(scaled, cut), "the cut lies in the scaled picture");
        let inner: Size = cut ?? scaled;
        for (const canvas of embeds) {
          // One that rounding made larger than its canvas is cut to it.
          const seen = {
            width: Math.min(inner.width, canvas.width),
            height: Math.min(inner.height, canvas.height),
          };
          const at = { ...seen, left: canvas.left, top: canvas.top };
          assert.ok(isInside(canvas, at), "the picture lies on its canvas");
          inner = canvas;
        }
        assert.deepEqual(size, { width: inner.width, height: inner.height });
      }),
      { seed: 2, numRuns: 20_000 },
    );
    assert.ok(made > 10_000, `most of these can be made, got ${made}`);
  });

  it("keeps to the longest side within three pixels where no side is down to a few", () => {
    const ordinary = fc.record({
      width: fc.integer({ min: 200, max: 4000 }),
      height: fc.integer({ min: 200, max: 4000 }),
    });
    const boxes = fc.record({
      width: fc.integer({ min: 200, max: 4000 }),
      height: fc.integer({ min: 200, max: 4000 }),
    });
    fc.assert(
      fc.property(ordinary, boxes, fc.constantFrom("fit", "fill", "force", "auto"), (source, box, type) => {
        const options = { ...box, resizingType: type, enlarge: true, extend: { enabled: true } } as const;
        const { size } = plan({ ...source, orientation: 1, vector: false }, options, {
          ...UNLIMITED,
          maxResultDimension: 1000,
        });
        assert.ok(Math.max(size.width, size.height) <= 1003, sizeOf(size));
      }),
      { seed: 3, numRuns: 3000 },
    );
  });
});

describe("limits", () => {
  const SOURCE: PlanFacts = { width: 100, height: 80, orientation: 1, vector: false };

  const REFUSED: readonly (readonly [what: string, url: string, limits: Partial<typeof UNLIMITED>])[] = [
    ["a scaled picture", "w:1000/el:1", { maxWorkingPixels: 799_999 }],
    ["a scaled picture of which little is left", "rs:fill:1000:10:1", { maxWorkingPixels: 799_999 }],
    ["a canvas", "rs:fit:1000:1000/ex:1", { maxWorkingPixels: 999_999 }],
    ["edges", "pd:450:450", { maxWorkingPixels: 999_000 - 69_000 }],
    ["a side that shrinking cuts no longer", "w:1/mw:400", { maxResultDimension: 100 }],
  ];
  for (const [what, url, limits] of REFUSED)
    it(`refuse ${what}: ${url}`, () => {
      const options = optionsOf(url);
      assert.throws(() => plan(SOURCE, options, { ...UNLIMITED, ...limits }), isTooBig);
      assert.doesNotThrow(() => plan(SOURCE, options, UNLIMITED));
    });

  it("let through what just fits", () => {
    const limits = { ...UNLIMITED, maxWorkingPixels: 800_000 };
    assert.equal(sizeOf(plan(SOURCE, optionsOf("w:1000/el:1"), limits).size), "1000x800");
  });
});

describe("fitFormat", () => {
  const CASES: readonly (readonly [
    size: readonly [number, number],
    maxSide: number,
    maxPixels: number | undefined,
    fitted: string | undefined,
  ])[] = [
    [[16383, 10], 16383, undefined, undefined],
    [[16384, 10], 16383, undefined, "16383x10"],
    [[10, 32766], 16383, undefined, "5x16383"],
    [[512, 256], 256, undefined, "256x128"],
    [[1, 1000], 256, undefined, "1x256"],
    [[1000, 1], 256, undefined, "256x1"],
    [[100_000, 100_000], 0, undefined, undefined],
    [[65535, 8000], 65535, 536_870_911, undefined],
    [[65535, 65535], 65535, 536_870_911, "23170x23170"],
  ];
  for (const [[width, height], maxSide, maxPixels, fitted] of CASES)
    it(`${width}x${height} in ${maxSide || "any"}: ${fitted ?? "as it is"}`, () => {
      const made = fitFormat({ width, height }, { maxSide, ...(maxPixels !== undefined && { maxPixels }) });
      assert.equal(made && sizeOf(made), fitted);
    });
});
