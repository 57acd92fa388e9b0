import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { bmp, pack, u16, u32, type Recipe } from "../../../test/fixtures/bitmap.ts";
import { HttpError, type ErrorCode } from "../../errors.ts";
import { decodeBmp, encodeBmp, readBmpSize } from "./bmp.ts";
import type { Pixels } from "./pixels.ts";

const LIMITS = { maxPixels: 1_000_000 };
const PALETTE = [
  [0, 0, 0],
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
] as const;

const refuses = (bytes: Uint8Array, code: ErrorCode, limits = LIMITS): void => {
  assert.throws(
    () => decodeBmp(bytes, limits),
    (error) => error instanceof HttpError && error.code === code,
  );
};

describe("decodeBmp refuses", () => {
  const sound: Recipe = {
    width: 2,
    height: 2,
    bits: 24,
    body: pack(
      [
        [1, 2],
        [3, 4],
      ],
      24,
    ),
  };
  const pixelsAt = (offset: number): Uint8Array => {
    const file = bmp(sound);
    file.set(u32(offset), 10);
    return file;
  };
  const cases: Readonly<Record<string, Uint8Array>> = {
    nothing: new Uint8Array(),
    "another file": new TextEncoder().encode("GIF89a".repeat(30)),
    "an OS/2 header": bmp({ ...sound, header: 64 }),
    "a header size of 0": bmp({ ...sound, header: 0 }),
    "no width": bmp({ ...sound, width: 0 }),
    "no height": bmp({ ...sound, height: 0 }),
    "a negative width": bmp({ ...sound, width: -2 }),
    "3 bits": bmp({ ...sound, bits: 3 }),
    "64 bits": bmp({ ...sound, bits: 64 }),
    "RLE8 at 24 bits": bmp({ ...sound, compression: 1 }),
    "masks at 24 bits": bmp({ ...sound, compression: 3 }),
    "a wrapped JPEG": bmp({ ...sound, compression: 4 }),
    "a wrapped PNG": bmp({ ...sound, compression: 5 }),
    "masks of zero": bmp({ ...sound, bits: 32, compression: 3, masks: [0, 0, 0] }),
    "a mask with a hole": bmp({ ...sound, bits: 32, compression: 3, masks: [0xf0f, 0xf0, 0xf000] }),
    "a mask outside the word": bmp({ ...sound, bits: 16, compression: 3, masks: [0x1f0000, 0x7e0, 0x1f] }),
    "pixels in the header": pixelsAt(20),
    "pixels behind the file": pixelsAt(0xffffffff),
  };
  for (const [name, file] of Object.entries(cases)) {
    it(name, () => {
      refuses(file, "broken_image");
    });
  }

  const palette = PALETTE.slice(0, 2);
  const small: Readonly<Record<string, Uint8Array>> = {
    "24 bits": bmp(sound),
    "1 bit": bmp({
      width: 9,
      height: 2,
      bits: 1,
      palette,
      body: pack([[1, 0, 0, 0, 1, 1, 0, 0, 1], [1]], 1),
    }),
    "32 bits with masks": bmp({
      width: 1,
      height: 2,
      bits: 32,
      compression: 3,
      masks: [0xff, 0xff00, 0xff0000],
      body: [1, 2, 3, 4, 5, 6, 7, 8],
    }),
    RLE8: bmp({
      width: 3,
      height: 2,
      bits: 8,
      compression: 1,
      colours: 2,
      palette,
      body: [3, 1, 0, 0, 0, 3, 1, 0, 1, 0, 0, 1],
    }),
    RLE4: bmp({
      width: 3,
      height: 2,
      bits: 4,
      compression: 2,
      colours: 2,
      palette,
      body: [3, 0x10, 0, 0, 2, 1, 1, 1, 0, 1],
    }),
    V5: encodeBmp({ data: Uint8Array.from({ length: 12 }, (_, i) => i), width: 3, height: 1, channels: 4 }),
  };
  for (const [name, file] of Object.entries(small)) {
    it(`${name}, wherever it is cut, or gives the whole picture`, () => {
      const whole = decodeBmp(file, LIMITS);
      for (let end = 0; end < file.length; end++) {
        let cut: Pixels;
        try {
          cut = decodeBmp(file.subarray(0, end), LIMITS);
        } catch (error) {
          assert.ok(
            error instanceof HttpError && error.code === "broken_image",
            `cut at ${end}: ${String(error)}`,
          );
          continue;
        }
        assert.deepEqual(cut, whole, `cut at ${end}`);
      }
      refuses(file.subarray(0, file.length - 4), "broken_image");
    });
  }

  it("absurd sizes, before it asks for their pixels or memory", () => {
    const sizes = [
      [1001, 1000],
      [0x7fffffff, 0x7fffffff],
      [0x7fffffff, -0x80000000],
      [1, -0x80000000],
    ] as const;
    for (const [width, height] of sizes) {
      for (const [bits, compression] of [
        [24, 0],
        [1, 0],
        [8, 1],
        [4, 2],
        [32, 3],
      ] as const) {
        const file = bmp({ width, height, bits, compression, masks: [0xff, 0xff00, 0xff0000], body: [] });
        refuses(file, "resolution_too_big");
        if (width > 5000) refuses(file, "resolution_too_big", { maxPixels: Infinity });
      }
    }
  });

  it("a size within the limits that the file cannot fill, without memory for it", () => {
    refuses(bmp({ width: 20_000, height: 20_000, bits: 24, body: [] }), "broken_image", { maxPixels: 1e9 });
  });
});

describe("decodeBmp of mutated files", () => {
  it("refuses or gives as many bytes as it says", () => {
    const seeds = [
      bmp({
        width: 5,
        height: 3,
        bits: 8,
        compression: 1,
        colours: 4,
        palette: PALETTE,
        body: [5, 1, 0, 0, 0, 5, 1, 2, 3, 0, 1, 0, 0, 0, 5, 2, 0, 1],
      }),
      bmp({
        width: 5,
        height: 3,
        bits: 4,
        compression: 2,
        colours: 4,
        palette: PALETTE,
        body: [5, 0x12, 0, 0, 0, 2, 1, 1, 3, 0x33, 0, 1],
      }),
      bmp({ width: 5, height: 3, bits: 2, palette: PALETTE, body: new Array<number>(12).fill(0x1b) }),
      bmp({
        width: 3,
        height: 3,
        bits: 16,
        compression: 3,
        masks: [0xf800, 0x7e0, 0x1f],
        body: new Array<number>(24).fill(0x55),
      }),
      encodeBmp({ data: new Uint8Array(60).fill(99), width: 5, height: 3, channels: 4 }),
    ];
    const change = fc.tuple(
      fc.nat({ max: 170 }),
      fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 1, 127, 128, 255)),
    );
    const decode = (file: Uint8Array, changes: readonly (readonly [number, number])[]): void => {
      const mutant = file.slice();
      for (const [at, value] of changes) mutant[at % mutant.length] = value;
      try {
        const { data, width, height, channels } = decodeBmp(mutant, LIMITS);
        assert.equal(data.length, width * height * channels);
      } catch (error) {
        assert.ok(error instanceof HttpError, String(error));
        assert.match(error.code, /^(broken_image|resolution_too_big)$/);
      }
    };
    const changes = fc.array(change, { minLength: 1, maxLength: 6 });
    fc.assert(fc.property(fc.constantFrom(...seeds), changes, decode), { seed: 1, numRuns: 2000 });
  });
});

describe("encodeBmp", () => {
  const header = (file: Uint8Array, length: number): number[] => [...file.subarray(0, length)];

  it("writes grey with a 40-byte header and a palette", () => {
    const file = encodeBmp({
      data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
      width: 5,
      height: 2,
      channels: 1,
    });
    const at = 14 + 40 + 1024;
    assert.deepEqual(header(file, 54), [
      ...[0x42, 0x4d, ...u32(at + 16), ...u32(0), ...u32(at)],
      ...[...u32(40), ...u32(5), ...u32(-2), ...u16(1), ...u16(8), ...u32(0), ...u32(16)],
      ...[...u32(0), ...u32(0), ...u32(256), ...u32(0)],
    ]);
    assert.deepEqual([...file.subarray(54, 62)], [0, 0, 0, 0, 1, 1, 1, 0]);
    assert.deepEqual(
      [...file.subarray(at - 4)],
      [255, 255, 255, 0, 1, 2, 3, 4, 5, 0, 0, 0, 6, 7, 8, 9, 10, 0, 0, 0],
    );
  });

  for (const [channels, alphaMask] of [
    [3, 0],
    [4, 0xff000000],
  ] as const) {
    it(`writes ${channels} channels with a V5 header`, () => {
      const data = Uint8Array.from({ length: 2 * channels }, (_, i) => i + 1);
      const file = encodeBmp({ data, width: 1, height: 2, channels });
      assert.deepEqual(header(file, 138), [
        ...[0x42, 0x4d, ...u32(138 + 8), ...u32(0), ...u32(138)],
        ...[...u32(124), ...u32(1), ...u32(-2), ...u16(1), ...u16(channels * 8), ...u32(0), ...u32(8)],
        ...[...u32(0), ...u32(0), ...u32(0), ...u32(0)],
        ...[0xff0000, 0xff00, 0xff, alphaMask].flatMap(u32),
        ...[0x42, 0x47, 0x52, 0x73],
        ...new Array<number>(48).fill(0),
        ...[...u32(4), ...u32(0), ...u32(0), ...u32(0)],
      ]);
      const body = channels === 3 ? [3, 2, 1, 0, 6, 5, 4, 0] : [3, 2, 1, 4, 7, 6, 5, 8];
      assert.deepEqual([...file.subarray(138)], body);
    });
  }

  it("is undone by decodeBmp", () => {
    const sides = fc.record({
      width: fc.integer({ min: 1, max: 9 }),
      height: fc.integer({ min: 1, max: 9 }),
      channels: fc.constantFrom<1 | 3 | 4>(1, 3, 4),
    });
    const picture = sides.chain((size) => {
      const length = size.width * size.height * size.channels;
      return fc.uint8Array({ minLength: length, maxLength: length }).map((data) => ({ ...size, data }));
    });
    const roundTrip = (pixels: Pixels): void => {
      const { data, width, height, channels } = pixels;
      const before = data.slice();
      const decoded = decodeBmp(encodeBmp(pixels), LIMITS);
      assert.deepEqual(data, before, "the input stays as it is");
      const expected = channels === 1 ? [...data].flatMap((grey) => [grey, grey, grey]) : [...data];
      assert.deepEqual([...decoded.data], expected);
      assert.deepEqual(
        [decoded.width, decoded.height, decoded.channels],
        [width, height, channels === 1 ? 3 : channels],
      );
    };
    fc.assert(fc.property(picture, roundTrip), { seed: 1, numRuns: 500 });
  });

  it("refuses what 32 bits cannot count", () => {
    assert.throws(
      () => encodeBmp({ data: new Uint8Array(), width: 40_000, height: 40_000, channels: 3 }),
      (error) => error instanceof HttpError && error.code === "result_too_big",
    );
  });
});

describe("readBmpSize", () => {
  it("needs the header only", () => {
    const file = encodeBmp({ data: new Uint8Array(400), width: 10, height: 10, channels: 4 });
    assert.deepEqual(readBmpSize(file.subarray(0, 138)), { width: 10, height: 10, channels: 4 });
    const huge = bmp({ width: 70_000, height: -70_000, bits: 4, compression: 2, body: [] });
    assert.deepEqual(readBmpSize(huge), { width: 70_000, height: 70_000, channels: 3, paletteBits: 4 });
  });
});
