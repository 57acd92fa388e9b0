import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { arrow, between, moved, stretched } from "./drag.ts";

const bounds = { size: { width: 100, height: 80 } };
const rect = { left: 10, top: 10, width: 40, height: 30 };

describe("a rectangle that is dragged", () => {
  it("moves as far as the picture goes", () => {
    assert.deepEqual(moved(rect, 5.4, -3, bounds), { ...rect, left: 15, top: 7 });
    assert.deepEqual(moved(rect, -99, 99, bounds), { ...rect, left: 0, top: 50 });
  });

  it("is stretched by any corner, the opposite one staying where it is", () => {
    assert.deepEqual(stretched(rect, "se", 10, 5, bounds), { ...rect, width: 50, height: 35 });
    assert.deepEqual(stretched(rect, "nw", -5, -5, bounds), { left: 5, top: 5, width: 45, height: 35 });
    assert.deepEqual(stretched(rect, "ne", 10, 10, bounds), { left: 10, top: 20, width: 50, height: 20 });
    assert.deepEqual(stretched(rect, "sw", 10, 10, bounds), { left: 20, top: 10, width: 30, height: 40 });
  });

  it("stays inside of the picture, and large enough to be taken hold of", () => {
    assert.deepEqual(stretched(rect, "se", 999, 999, bounds), { left: 10, top: 10, width: 90, height: 70 });
    assert.deepEqual(stretched(rect, "nw", -99, -99, bounds), { left: 0, top: 0, width: 50, height: 40 });
    for (const corner of ["nw", "ne", "sw", "se"] as const) {
      const sign = corner === "se" ? -1 : 1;
      const { width, height } = stretched(rect, corner, 999 * sign, 999 * sign, bounds);
      assert.ok(width >= 8 && height >= 8, `${corner}: ${width} x ${height}`);
    }
  });

  it("is drawn between two spots, whichever comes first", () => {
    const drawn = { left: 20, top: 8, width: 30, height: 32 };
    assert.deepEqual(between({ x: 0.2, y: 0.1 }, { x: 0.5, y: 0.5 }, bounds.size), drawn);
    assert.deepEqual(between({ x: 0.5, y: 0.5 }, { x: 0.2, y: 0.1 }, bounds.size), drawn);
  });

  it("goes where the arrow keys point", () => {
    assert.deepEqual(arrow({ key: "ArrowLeft" }), [-1, 0]);
    assert.deepEqual(arrow({ key: "ArrowDown" }), [0, 1]);
    assert.equal(arrow({ key: "constructor" }), undefined);
  });
});
