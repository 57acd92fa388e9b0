import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { grid, mirror, seen, turn, TURNINGS } from "../../test/fixtures/grid.ts";
import { stored, turnOf } from "./turn.ts";

describe("turnOf", () => {
  it("does with one mirror and one turn what EXIF and the options ask for", () => {
    const picture = grid(3, 2);
    for (const turning of TURNINGS) {
      const { orientation, rotate, horizontal, vertical } = turning;
      const made = turnOf(orientation, { rotate, flip: { horizontal, vertical } });
      const mirrored = made.mirror ? mirror(picture) : picture;
      const wanted = seen(picture, turning);
      assert.deepEqual(turn(mirrored, made.angle), wanted, JSON.stringify(turning));
      assert.equal(made.swaps, wanted.length === 3, JSON.stringify(turning));
    }
  });

  it("leaves EXIF's turn out with auto_rotate:0, and the options' in", () => {
    for (const { orientation, rotate, horizontal, vertical } of TURNINGS) {
      const options = { rotate, flip: { horizontal, vertical } };
      assert.deepEqual(turnOf(orientation, { ...options, autoRotate: false }), turnOf(1, options));
    }
  });

  it("takes an orientation that EXIF does not know for upright", () => {
    for (const orientation of [0, 9, -1, 77, NaN]) assert.deepEqual(turnOf(orientation, {}), turnOf(1, {}));
  });
});

describe("stored", () => {
  it("swaps the sides where the turn does", () => {
    const size = { width: 3, height: 2 };
    assert.deepEqual(stored(size, { swaps: false }), size);
    assert.deepEqual(stored(size, { swaps: true }), { width: 2, height: 3 });
  });
});
