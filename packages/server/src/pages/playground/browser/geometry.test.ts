import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Options } from "@tintype/url";
import { plan } from "../../../plan/plan.ts";
import { cropFrom, cropOn, focusFrom, focusOn } from "./geometry.ts";

const SIZE = { width: 600, height: 400 };
const RECT = { left: 60, top: 40, width: 300, height: 100 };

const TURNS: readonly Options[] = [0, 90, 180, 270].flatMap((rotate) =>
  [{}, { horizontal: true }, { vertical: true }, { horizontal: true, vertical: true }].map((flip) => ({
    rotate,
    flip,
  })),
);
const name = ({ rotate = 0, flip = {} }: Options): string =>
  `turned by ${rotate}${flip.horizontal ? ", mirrored" : ""}${flip.vertical ? ", upside down" : ""}`;

describe("a rectangle on the original", () => {
  for (const turn of TURNS)
    it(`becomes the crop that leaves it, ${name(turn)}`, () => {
      for (const rect of [RECT, { left: 0, top: 0, width: 10, height: 10 }, { ...RECT, left: 300, top: 300 }])
        assert.deepEqual(cropOn(SIZE, { ...turn, crop: cropFrom(SIZE, rect, turn) }), rect);
    });

  it("is none where nothing is cut, or only pixels can tell where", () => {
    assert.equal(cropOn(SIZE, {}), undefined);
    assert.equal(cropOn(SIZE, { crop: { width: 0 } }), undefined);
    assert.equal(cropOn(SIZE, { crop: { width: 9, height: 9, gravity: { type: "sm" } } }), undefined);
  });

  it("is read from fractions and from every gravity", () => {
    const crop = { width: 0.5, height: 0.25, gravity: { type: "soea", x: 6, y: 4 } } as const;
    assert.deepEqual(cropOn(SIZE, { crop }), { left: 294, top: 296, width: 300, height: 100 });
  });
});

describe("a focal point on the original", () => {
  for (const turn of TURNS) {
    it(`becomes the gravity that has it, ${name(turn)}`, () => {
      const gravity = focusFrom(SIZE, { x: 0.2, y: 0.7 }, turn);
      const { x, y } = focusOn(SIZE, { ...turn, gravity }) ?? assert.fail();
      assert.ok(Math.abs(x - 0.2) < 1e-9 && Math.abs(y - 0.7) < 1e-9, `${x}, ${y}`);
    });

    it(`counts in what a crop leaves, ${name(turn)}`, () => {
      const options = { ...turn, crop: cropFrom(SIZE, RECT, turn) };
      const middle = { x: (60 + 150) / 600, y: (40 + 50) / 400 };
      assert.deepEqual(focusFrom(SIZE, middle, options), { type: "fp", x: 0.5, y: 0.5 });
      const corner = focusFrom(SIZE, { x: 0, y: 0 }, options);
      const shown = focusOn(SIZE, { ...options, gravity: corner }) ?? assert.fail();
      assert.deepEqual([shown.x * 600, shown.y * 400].map(Math.round), [60, 40], "the nearest that is left");
    });
  }

  it("is where the server cuts around", () => {
    const options: Options = { resizingType: "fill", width: 100, height: 100 };
    const spot = { x: 0.75, y: 0.5 };
    const gravity = focusFrom(SIZE, spot, options);
    const { cut } = plan(
      { ...SIZE, orientation: 1, vector: false },
      { ...options, gravity },
      { maxResultDimension: 0, maxWorkingPixels: Infinity },
    );
    // Scaled to 150 x 100, the point lies at 112.5, and half of the square is 50.
    assert.deepEqual(cut, { left: 50, top: 0, width: 100, height: 100 });
  });
});
