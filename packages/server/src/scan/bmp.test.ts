import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bmp, pack, type Recipe } from "../../test/fixtures/bitmap.ts";
import { readBmpSize } from "../image/codec/bmp.ts";
import { scan } from "./scan.ts";

const scanBmp = (bytes: Uint8Array) => scan(bytes, "bmp");

const rows = (bits: number) =>
  pack(
    Array.from({ length: 3 }, () => new Array<number>(5).fill(0)),
    bits,
  );
const make = (recipe: Partial<Recipe>): Uint8Array => {
  const bits = recipe.bits ?? 24;
  return bmp({ width: 5, height: 3, body: rows(bits), ...recipe, bits });
};
const MASKS = [0xff0000, 0xff00, 0xff, 0xff000000];

describe("BMP headers", () => {
  const files: readonly (readonly [string, Uint8Array, object])[] = [
    ["24 bits", make({}), { channels: 3, alpha: false, depthBits: 8 }],
    ["top-down", make({ height: -3 }), { channels: 3 }],
    ["the core header", make({ header: 12 }), { channels: 3 }],
    [
      "1 bit",
      make({
        bits: 1,
        palette: [
          [0, 0, 0],
          [9, 9, 9],
        ],
      }),
      { channels: 3, depthBits: 1 },
    ],
    ["8 bits", make({ bits: 8 }), { depthBits: 8 }],
    ["run lengths", make({ bits: 8, compression: 1, body: [0, 1] }), { depthBits: 8 }],
    ["16 bits", make({ bits: 16 }), { channels: 3 }],
    ["32 bits", make({ bits: 32 }), { channels: undefined, alpha: undefined }],
    [
      "32 bits and masks",
      make({ bits: 32, compression: 3, masks: MASKS.slice(0, 3) }),
      { channels: undefined },
    ],
    [
      "a large header",
      make({ header: 124, bits: 32, compression: 3, masks: MASKS }),
      { channels: undefined },
    ],
  ];
  for (const [name, file, expected] of files) {
    it(`${name}, as the renderer reads it`, () => {
      const scanned = scanBmp(file);
      const { width, height } = readBmpSize(file);
      assert.deepEqual(scanned.size, { width, height });
      assert.equal(scanned.complete, true);
      assert.deepEqual({ ...scanned, ...expected }, scanned);
    });
  }
});

describe("BMP lies", () => {
  const at = (offset: number, value: number): Uint8Array => {
    const file = make({});
    new DataView(file.buffer).setInt32(offset, value, true);
    return file;
  };
  const lies: Readonly<Record<string, Uint8Array>> = {
    "no width": make({ width: 0 }),
    "a negative width": make({ width: -5 }),
    "no height": make({ height: 0 }),
    "more pixels than 4 GiB": make({ width: 100_000, height: 20_000 }),
    "an absurd height": make({ height: -(2 ** 31) }),
    "an unknown header": at(14, 41),
    "an unknown depth": make({ bits: 24, compression: 1 }),
    "a JPEG inside": make({ compression: 4 }),
    "pixels in the header": at(10, 20),
    "another signature": Uint8Array.from([0x42, 0x41, ...make({}).subarray(2)]),
  };
  for (const [lie, file] of Object.entries(lies)) {
    it(lie, () => assert.throws(() => scanBmp(file), { code: "broken_image" }));
  }
});

describe("BMPs that are cut", () => {
  it("at any byte", () => {
    const file = make({});
    // The last row needs no padding.
    for (let length = 0; length < file.length; length++) {
      const cut = file.subarray(0, length);
      if (length < 14 + 36) assert.throws(() => scanBmp(cut), { code: "source_incomplete" });
      else assert.equal(scanBmp(cut).complete, length >= file.length - 1);
    }
  });
});
