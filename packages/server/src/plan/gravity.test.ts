import { ANCHORS, type Gravity } from "@tintype/url";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { anchored, side } from "../../test/fixtures/arbitrary.ts";
import { contractPosition } from "../../test/fixtures/contract-geometry.ts";
import { cutOut, grid, seen, TURNINGS, type Turning } from "../../test/fixtures/grid.ts";
import { place, untransform, type Size } from "./gravity.ts";
import { orientationOf } from "./turn.ts";

const size = (width: number, height: number): Size => ({ width, height });

type Case = readonly [gravity: Gravity, left: number, top: number];

describe("place", () => {
  // A box of 40 x 20 in 100 x 60: 60 and 40 pixels are left over.
  const ANCHORED: readonly Case[] = [
    [{ type: "ce" }, 30, 20],
    [{ type: "no" }, 30, 0],
    [{ type: "so" }, 30, 40],
    [{ type: "we" }, 0, 20],
    [{ type: "ea" }, 60, 20],
    [{ type: "nowe" }, 0, 0],
    [{ type: "noea" }, 60, 0],
    [{ type: "sowe" }, 0, 40],
    [{ type: "soea" }, 60, 40],
    // Pixels lead away from the anchored edge; along it and from the middle, right and down.
    [{ type: "nowe", x: 7, y: 5 }, 7, 5],
    [{ type: "soea", x: 7, y: 5 }, 53, 35],
    [{ type: "noea", x: 7, y: 5 }, 53, 5],
    [{ type: "sowe", x: 7, y: 5 }, 7, 35],
    [{ type: "ce", x: 7, y: -5 }, 37, 15],
    [{ type: "no", x: -7, y: 5 }, 23, 5],
    [{ type: "ea", x: 7, y: -5 }, 53, 15],
    // Fractions are of the outer side.
    [{ type: "nowe", x: 0.1, y: 0.25 }, 10, 15],
    [{ type: "soea", x: 0.1, y: 0.25 }, 50, 25],
    [{ type: "ce", x: -0.1, y: 0.1 }, 20, 26],
    // Nothing leaves the outer rectangle.
    [{ type: "nowe", x: -9, y: -9 }, 0, 0],
    [{ type: "nowe", x: 500, y: 500 }, 60, 40],
    [{ type: "soea", x: 500, y: 500 }, 0, 0],
    [{ type: "ce", x: -0.9, y: 0.9 }, 0, 40],
    // The focal point comes to the middle, as far as the edges let it.
    [{ type: "fp", x: 0.5, y: 0.5 }, 30, 20],
    [{ type: "fp", x: 0.4, y: 0.25 }, 20, 5],
    [{ type: "fp", x: 0, y: 1 }, 0, 40],
    [{ type: "fp" }, 0, 0],
  ];
  for (const [gravity, left, top] of ANCHORED)
    it(`${JSON.stringify(gravity)} is at ${left}, ${top}`, () => {
      assert.deepEqual(place(size(100, 60), size(40, 20), gravity, { dpr: 1 }), { left, top });
    });

  it("multiplies offsets by the ratio where they are pixels, and only there", () => {
    const at = (x: number, y: number) =>
      place(size(100, 60), size(40, 20), { type: "nowe", x, y }, { dpr: 1.5 });
    assert.deepEqual(at(10, 4), { left: 15, top: 6 });
    assert.deepEqual(at(0.1, 0.5), { left: 10, top: 30 });
    // Half pixels go to the even side: 1.5 to 2, 4.5 to 4.
    assert.deepEqual(at(1, 3), { left: 2, top: 4 });
  });

  it("takes 1 for a pixel and anything below for a fraction, from both sides of zero", () => {
    const left = (x: number): number =>
      place(size(100, 10), size(10, 10), { type: "ce", x }, { dpr: 1 }).left;
    assert.deepEqual([left(1), left(0.99), left(-1), left(-0.3)], [47, 90, 45, 16]);
  });

  const MIDDLES: readonly (readonly [spare: number, left: number])[] = [
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 2],
    [5, 3],
    [6, 4],
    [7, 4],
    [8, 4],
  ];
  for (const [spare, left] of MIDDLES)
    it(`the middle of ${spare} spare pixels is ${left}: half of one more, half to even`, () => {
      assert.equal(place(size(10 + spare, 1), size(10, 1), { type: "ce" }, { dpr: 1 }).left, left);
    });

  it("halves an odd box downwards around a focal point", () => {
    const left = (width: number): number =>
      place(size(100, 1), size(width, 1), { type: "fp", x: 0.5, y: 0 }, { dpr: 1 }).left;
    assert.deepEqual([left(9), left(10), left(11)], [46, 45, 45]);
  });

  it("lets a box hang over the edge by all but a pixel where it may", () => {
    const at = (gravity: Gravity, inner = size(40, 20)) =>
      place(size(100, 60), inner, gravity, { dpr: 1, overflow: true });
    assert.deepEqual(at({ type: "nowe", x: -10, y: -5 }), { left: -10, top: -5 });
    assert.deepEqual(at({ type: "nowe", x: -500, y: 500 }), { left: -39, top: 59 });
    assert.deepEqual(at({ type: "soea", x: -10, y: 500 }), { left: 70, top: -19 });
    assert.deepEqual(at({ type: "ce" }, size(200, 100)), { left: -50, top: -20 });
  });

  it("agrees with the contract's pseudo-code", () => {
    const boxes = fc.record({ W: side(500), H: side(500), w: side(500), h: side(500) });
    const dprs = fc.constantFrom(0.3, 1, 1.5, 2, 3.7);
    fc.assert(
      fc.property(boxes, anchored(300), dprs, fc.boolean(), ({ W, H, w, h }, gravity, dpr, overflow) => {
        assert.deepEqual(
          place(size(W, H), size(w, h), gravity, { dpr, overflow }),
          contractPosition([W, H], [w, h], gravity, { dpr, overflow }),
        );
      }),
      { seed: 1, numRuns: 5000 },
    );
  });
});

/** The gravity in the stored picture of one that was given for the picture as it is seen. */
function asStored(gravity: Gravity, { orientation, rotate, horizontal, vertical }: Turning): Gravity {
  const { exif, user } = orientationOf(orientation, { rotate, flip: { horizontal, vertical } });
  return untransform(untransform(gravity, user), exif);
}

describe("untransform", () => {
  // Spare pixels are multiples of four, so that the middle is the same from both sides.
  const outer = size(16, 12);
  const inner = size(8, 4);
  const GRAVITIES: readonly Gravity[] = [
    ...ANCHORS.map((type) => ({ type })),
    ...ANCHORS.map((type) => ({ type, x: 2, y: 1 })),
    ...ANCHORS.map((type) => ({ type, x: -1, y: 3 })),
    ...ANCHORS.map((type) => ({ type, x: 0.125, y: 0.25 })),
    { type: "fp", x: 0.25, y: 0.75 },
    { type: "fp", x: 0.5, y: 0.25 },
    { type: "fp", x: 0, y: 1 },
  ];

  for (const gravity of GRAVITIES)
    it(`finds the same pixels under every turn and mirroring: ${JSON.stringify(gravity)}`, () => {
      for (const turning of TURNINGS) {
        const picture = grid(outer.width, outer.height);
        const upright = seen(picture, turning);
        const upSize = size(upright[0]!.length, upright.length); // No grid here is empty.
        const upInner = upSize.width === outer.width ? inner : size(inner.height, inner.width);
        const wanted = cutOut(upright, { ...upInner, ...place(upSize, upInner, gravity, { dpr: 1 }) });

        const at = place(outer, inner, asStored(gravity, turning), { dpr: 1 });
        const found = seen(cutOut(picture, { ...inner, ...at }), turning);
        assert.deepEqual(found, wanted, JSON.stringify(turning));
      }
    });

  it("leaves smart gravity to the pixels", () => {
    for (const turning of TURNINGS) assert.deepEqual(asStored({ type: "sm" }, turning), { type: "sm" });
  });
});
