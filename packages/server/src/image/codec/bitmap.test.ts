import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bmp, pack, type Recipe } from "../../../test/fixtures/bitmap.ts";
import { decodeBmp, readBmpSize } from "./bmp.ts";

const LIMITS = { maxPixels: 1_000_000 };

const RED = [255, 0, 0] as const;
const GREEN = [0, 255, 0] as const;
const BLUE = [0, 0, 255] as const;
const WHITE = [255, 255, 255] as const;
const BLACK = [0, 0, 0] as const;
const PALETTE = [BLACK, RED, GREEN, BLUE];

describe("decodeBitmap with a palette", () => {
  for (const bits of [1, 2, 4, 8]) {
    for (const header of [12, 40, 52, 56, 108, 124]) {
      it(`reads ${bits} bits behind a header of ${header} bytes`, () => {
        const top = Array.from({ length: 11 }, (_, x) => (x * 3) % 2 ** Math.min(bits, 2));
        const bottom = top.map((index) => (index + 1) % 2 ** Math.min(bits, 2));
        const palette = Array.from({ length: 1 << bits }, (_, i) => PALETTE[i] ?? WHITE);
        const file = bmp({ header, width: 11, height: 2, bits, palette, body: pack([bottom, top], bits) });
        const expected = [...top, ...bottom].flatMap((index) => PALETTE[index] ?? []);
        const pixels = decodeBmp(file, LIMITS);
        assert.deepEqual(pixels, {
          data: Uint8Array.from(expected),
          width: 11,
          height: 2,
          channels: 3,
          paletteBits: bits,
        });
        assert.deepEqual(readBmpSize(file), { width: 11, height: 2, channels: 3, paletteBits: bits });
      });
    }
  }

  it("paints black what the palette does not have, and finds pixels behind a gap", () => {
    const file = bmp({
      width: 3,
      height: 1,
      bits: 8,
      colours: 2,
      palette: [WHITE, RED],
      gap: 5,
      body: [0, 1, 2, 0],
    });
    assert.deepEqual([...decodeBmp(file, LIMITS).data], [...WHITE, ...RED, ...BLACK]);
  });

  it("takes no more colours than the depth can name", () => {
    const palette = [WHITE, RED];
    const file = bmp({
      width: 2,
      height: 1,
      bits: 1,
      colours: 0xffffffff,
      palette,
      body: [0b01000000, 0, 0, 0],
    });
    assert.deepEqual([...decodeBmp(file, LIMITS).data], [...WHITE, ...RED]);
  });

  for (const [bits, compression] of [
    [8, 1],
    [4, 2],
  ] as const) {
    it(`reads run lengths of ${bits} bits`, () => {
      const body = [2, 0x11, 0, 0, 2, 0x22, 0, 1];
      const palette = Array.from({ length: 1 << bits }, (_, i) => ((i & 15) === 1 ? RED : GREEN));
      const file = bmp({ width: 2, height: 2, bits, compression, palette, body });
      const pixels = decodeBmp(file, LIMITS);
      assert.deepEqual([...pixels.data], [...GREEN, ...GREEN, ...RED, ...RED]);
      assert.equal(pixels.paletteBits, bits);
    });
  }

  it("reads rows from the top where the height is negative", () => {
    const palette = Array.from({ length: 256 }, (_, i) => [i, i, i] as const);
    const file = bmp({ width: 1, height: -2, bits: 8, palette, body: pack([[7], [9]], 8) });
    assert.deepEqual([...decodeBmp(file, LIMITS).data], [7, 7, 7, 9, 9, 9]);
  });
});

describe("decodeBitmap of pixel words", () => {
  const one = (recipe: Omit<Recipe, "width" | "height" | "body">, word: number): number[] => {
    const file = bmp({ ...recipe, width: 1, height: 1, body: pack([[word]], recipe.bits) });
    const { data, channels } = decodeBmp(file, LIMITS);
    assert.equal(readBmpSize(file).channels, channels);
    return [...data];
  };
  const M565 = [0xf800, 0x07e0, 0x001f];
  const BGRA = [0xff0000, 0xff00, 0xff];
  const RGBA = [0xff, 0xff00, 0xff0000];
  const DEEP = [0x3ff00000, 0x000ffc00, 0x000003ff];

  const cases: readonly (readonly [
    string,
    Omit<Recipe, "width" | "height" | "body">,
    number,
    readonly number[],
  ])[] = [
    ["24 bits", { bits: 24 }, 0x0a0b0c, [10, 11, 12]],
    ["24 bits, core header", { bits: 24, header: 12 }, 0x0a0b0c, [10, 11, 12]],
    ["16 bits are 555", { bits: 16 }, 0x7fff, [...WHITE]],
    ["16 bits, halfway up", { bits: 16 }, (16 << 10) | (8 << 5) | 1, [132, 66, 8]],
    ["16 bits, top bit unused", { bits: 16 }, 0x8000, [...BLACK]],
    ["565", { bits: 16, compression: 3, masks: M565 }, 0xffff, [...WHITE]],
    [
      "565, halfway up",
      { bits: 16, compression: 3, masks: M565 },
      (16 << 11) | (32 << 5) | 8,
      [132, 130, 66],
    ],
    ["565 in a V4 header", { bits: 16, compression: 3, masks: M565, header: 108 }, 0x07e0, [...GREEN]],
    [
      "4444 without its alpha",
      { bits: 16, compression: 3, masks: [0xf00, 0xf0, 0xf, 0xf000], header: 124 },
      0x0f80,
      [255, 136, 0],
    ],
    ["a single bit for red", { bits: 16, compression: 3, masks: [0x8000, 0, 0] }, 0x8000, [...RED]],
    ["32 bits, 40-byte header", { bits: 32 }, 0x800a0b0c, [10, 11, 12, 128]],
    ["32 bits, alpha all zero", { bits: 32 }, 0x000a0b0c, [10, 11, 12, 255]],
    ["32 bits, V2 header", { bits: 32, header: 52 }, 0x800a0b0c, [10, 11, 12, 128]],
    ["32 bits, V4 without alpha mask", { bits: 32, header: 108, masks: BGRA }, 0x800a0b0c, [10, 11, 12]],
    [
      "32 bits, V5 with alpha mask",
      { bits: 32, header: 124, masks: [...BGRA, 0xff000000] },
      0x000a0b0c,
      [10, 11, 12, 0],
    ],
    ["BGRA masks", { bits: 32, compression: 3, masks: BGRA }, 0x800a0b0c, [10, 11, 12, 128]],
    ["RGBA masks", { bits: 32, compression: 3, masks: RGBA }, 0x000c0b0a, [10, 11, 12, 255]],
    [
      "RGBA masks, V3",
      { bits: 32, compression: 3, masks: [...RGBA, 0xff000000], header: 56 },
      0x010c0b0a,
      [10, 11, 12, 1],
    ],
    [
      "alpha first",
      { bits: 32, compression: 3, masks: [0xff000000, 0xff0000, 0xff00, 0xff], header: 108 },
      0x0a0b0c80,
      [10, 11, 12, 128],
    ],
    [
      "four masks behind the header",
      { bits: 32, compression: 6, masks: [...BGRA, 0xff000000] },
      0x000a0b0c,
      [10, 11, 12, 0],
    ],
    [
      "ten bits a channel",
      { bits: 32, compression: 3, masks: DEEP },
      0x3ff00000 | (512 << 10) | 4,
      [255, 128, 1],
    ],
    ["one mask of 32 bits", { bits: 32, compression: 3, masks: [0xffffffff, 0, 0] }, 0x80000000, [128, 0, 0]],
  ];
  for (const [name, recipe, word, expected] of cases) {
    it(name, () => {
      assert.deepEqual(one(recipe, word), expected);
    });
  }

  it("keeps zeros in an alpha channel that any pixel uses", () => {
    const file = bmp({ width: 2, height: 1, bits: 32, body: pack([[0x00010203, 0x01010203]], 32) });
    assert.deepEqual([...decodeBmp(file, LIMITS).data], [1, 2, 3, 0, 1, 2, 3, 1]);
  });

  it("pads rows and turns them round", () => {
    const rows = [[0x010203], [0x040506]];
    const up = bmp({ width: 1, height: 2, bits: 24, body: pack(rows, 24) });
    const down = bmp({ width: 1, height: -2, bits: 24, body: pack(rows, 24) });
    assert.deepEqual([...decodeBmp(up, LIMITS).data], [4, 5, 6, 1, 2, 3]);
    assert.deepEqual([...decodeBmp(down, LIMITS).data], [1, 2, 3, 4, 5, 6]);
  });
});
