import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { HttpError } from "../errors.ts";
import { pickIcoEntry } from "../image/codec/ico.ts";
import { bmp, pack, u16, u32 } from "../../test/fixtures/bitmap.ts";
import { chunk, ihdr, join, png, zeros } from "../../test/fixtures/forge.ts";
import { scan } from "./scan.ts";

const scanIco = (bytes: Uint8Array) => scan(bytes, "ico");

interface Entry {
  readonly width: number;
  readonly height: number;
  readonly payload: Uint8Array;
  /** Added to where it says that its payload is. */
  readonly off?: number;
}

function ico(...entries: readonly Entry[]): Uint8Array {
  let at = 6 + entries.length * 16;
  const rows = entries.map(({ width, height, payload, off = 0 }) => {
    const row = [width % 256, height % 256, 0, 0, 0, 0, 0, 0, ...u32(payload.length), ...u32(at + off)];
    at += payload.length;
    return row;
  });
  return join([0, 0, 1, 0], u16(entries.length), ...rows, ...entries.map(({ payload }) => payload));
}

const asPng = (width: number, height: number, interlace = 0): Entry => ({
  width,
  height,
  payload: png(ihdr({ width, height, colour: 6, interlace }), chunk("IDAT", zeros(9)), chunk("IEND")),
});

/** A bitmap as icons have it: twice as high, and without a file header. */
function asBitmap(width: number, height: number, bits = 24): Entry {
  const body = pack(
    Array.from({ length: height * 2 }, () => new Array<number>(width).fill(0)),
    bits,
  );
  return { width, height, payload: bmp({ width, height: height * 2, bits, body }).subarray(14) };
}

const png256 = asPng(256, 256);

describe("ICO", () => {
  const files: readonly (readonly [string, Uint8Array, object])[] = [
    ["a PNG", ico(asPng(7, 5)), { size: { width: 7, height: 5 }, channels: 4, complete: true }],
    ["a PNG in passes", ico(asPng(7, 5, 1)), { interlaced: true }],
    ["a bitmap", ico(asBitmap(9, 8)), { size: { width: 9, height: 8 }, channels: 3, complete: true }],
    ["a bitmap of 32 bits", ico(asBitmap(9, 8, 32)), { channels: undefined, depthBits: 8 }],
    ["the largest", ico(asPng(7, 5), asPng(32, 32), asBitmap(16, 16)), { size: { width: 32, height: 32 } }],
    ["256 pixels, last", ico(asPng(7, 5), png256), { size: { width: 256, height: 256 } }],
    ["what follows 256 pixels", ico(png256, asPng(7, 5)), { size: { width: 7, height: 5 } }],
    ["an icon as the only frame", ico(asPng(7, 5), asPng(8, 8)), { frames: 1, animated: false }],
  ];
  for (const [name, file, expected] of files) {
    it(name, () => {
      const scanned = scanIco(file);
      assert.deepEqual({ ...scanned, ...expected }, scanned);
    });
  }

  const broken: Readonly<Record<string, Uint8Array>> = {
    "a cursor": join([0, 0, 2, 0], ico(asPng(7, 5)).subarray(4)),
    "no entries": ico(),
    "an entry behind the file": ico({ ...asPng(7, 5), off: 1 }),
    "a picture of another size": ico({ ...asPng(7, 5), width: 8 }),
    "a bitmap of another size": ico({ ...asBitmap(7, 5), height: 6 }),
    "a bitmap without a mask": ico({
      ...asBitmap(7, 5),
      payload: bmp({ width: 7, height: 5, bits: 24, body: [] }).subarray(14),
    }),
  };
  for (const [lie, file] of Object.entries(broken)) {
    it(`refuses ${lie}`, () => assert.throws(() => scanIco(file), { code: "broken_image" }));
  }

  it("notices missing pixels", () => {
    const { payload, ...entry } = asBitmap(9, 8);
    const rows = 28 * 8; // The mask is not needed.
    assert.equal(scanIco(ico({ ...entry, payload: payload.subarray(0, 40 + rows) })).complete, true);
    assert.equal(scanIco(ico({ ...entry, payload: payload.subarray(0, 40 + rows - 2) })).complete, false);
  });

  it("picks the entry that the renderer picks", () => {
    const side = fc.constantFrom(1, 5, 16, 255, 256);
    const entry = fc.tuple(side, side, fc.boolean());
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 6 }), (entries) => {
        const file = ico(
          ...entries.map(([width, height, small]) => (small ? asBitmap(5, 5) : asPng(width, height))),
        );
        const { width, height } = pickIcoEntry(file);
        assert.deepEqual(scanIco(file).size, { width, height });
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it("refuses what is cut", () => {
    const file = ico(asPng(7, 5));
    for (let length = 0; length < file.length; length++) {
      assert.throws(() => scanIco(file.subarray(0, length)), HttpError);
    }
  });
});
