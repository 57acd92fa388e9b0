import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rgbaToThumbHash, thumbHashToAverageRGBA } from "thumbhash";
import { averageColor } from "./color.ts";

/** A square of one colour, a little of another in its corner. */
function hashOf(rgba: readonly [number, number, number, number]): Uint8Array {
  const pixels = Uint8Array.from({ length: 16 * 16 * 4 }, (_, index) =>
    index < 40 ? 128 : rgba[index % 4]!,
  );
  return rgbaToThumbHash(16, 16, pixels);
}

describe("the colour of a thumbhash", () => {
  const colors = [
    [255, 0, 0, 255],
    [12, 200, 90, 255],
    [0, 0, 0, 255],
    [255, 255, 255, 255],
    [40, 80, 160, 128],
    [0, 0, 0, 0],
  ] as const;
  for (const rgba of colors) {
    it(`is what its author reads for ${rgba.join(" ")}`, () => {
      const hash = hashOf(rgba);
      const { r, g, b, a } = thumbHashToAverageRGBA(hash);
      const expected = [r, g, b].map((part) => Math.round(part * 255)).join(" ");
      assert.equal(
        averageColor(Buffer.from(hash).toString("base64")),
        `rgb(${expected} / ${Math.round(a * 100) / 100})`,
      );
    });
  }
});
