import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import { HttpError } from "../errors.ts";
import {
  b16,
  b32,
  box,
  fullBox,
  heif,
  ispe,
  join,
  takeAv1,
  text,
  zeros,
  type Bytes,
  type HeifItem,
} from "../../test/fixtures/forge.ts";
import { scan } from "./scan.ts";

const scanHeif = (bytes: Uint8Array) => scan(bytes, "avif");

const paint = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background: { r: 200, g: 90, b: 30, alpha: 0.5 } } });
const avif = (width: number, height: number): Promise<Buffer> =>
  paint(width, height).avif({ effort: 0 }).toBuffer();

const tile = takeAv1(await avif(64, 64));
const picture = (width: number, height: number, more: Partial<HeifItem> = {}): HeifItem => ({
  type: "av01",
  properties: [ispe(width, height)],
  data: zeros(5),
  ...more,
});
const realTile: HeifItem = {
  type: "av01",
  hidden: true,
  properties: [ispe(64, 64), tile.setup],
  data: tile.data,
};
const gridData = (rows: number, columns: number, width: number, height: number): number[] => [
  ...[0, 0, rows - 1, columns - 1],
  ...b16(width),
  ...b16(height),
];
const grid = (width: number, height: number, data: Bytes, tiles: readonly HeifItem[]): Uint8Array =>
  heif([{ type: "grid", properties: [ispe(width, height)], data }, ...tiles], {
    references: [["dimg", 1, tiles.map((_, i) => i + 2)]],
  });
const alphaUrn = fullBox("auxC", [0, 0], text("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"));
const clap = (width: number, height: number): Uint8Array =>
  box("clap", ...[width, 1, height, 1, 0, 1, 0, 1].map(b32));

describe("AVIFs as libheif sees them", () => {
  it("written by sharp", async () => {
    const files: readonly (readonly [Buffer, object])[] = [
      [await avif(33, 21), { depthBits: 8, channels: 3, alpha: false }],
      [await paint(33, 21, 4).avif({ effort: 0 }).toBuffer(), { depthBits: 8, channels: 4, alpha: true }],
      [await paint(33, 21).avif({ effort: 0, bitdepth: 10 }).toBuffer(), { depthBits: 10 }],
      [await paint(33, 21).avif({ effort: 0, bitdepth: 12 }).toBuffer(), { depthBits: 12 }],
    ];
    for (const [file, expected] of files) {
      const scanned = scanHeif(file);
      assert.deepEqual(scanned.size, { width: 33, height: 21 });
      assert.deepEqual({ ...scanned, ...expected, complete: true, frames: 1 }, scanned);
    }
  });

  it("turned by its own properties rather than by EXIF", async () => {
    for (const orientation of [1, 3, 6, 8]) {
      const file = await paint(33, 21).withMetadata({ orientation }).avif({ effort: 0 }).toBuffer();
      const { width, height } = await sharp(file).metadata();
      const { size, orientation: left, metadataBytes } = scanHeif(file);
      assert.deepEqual({ size, left }, { size: { width, height }, left: undefined });
      assert.ok(metadataBytes > 100);
    }
  });

  it("a grid", async () => {
    const tiles = [realTile, realTile, realTile, realTile, realTile, realTile];
    const file = grid(150, 100, gridData(2, 3, 150, 100), tiles);
    const { info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    const { size, pixels, frames, complete } = scanHeif(file);
    assert.deepEqual(size, { width: info.width, height: info.height });
    assert.deepEqual({ pixels, frames, complete }, { pixels: 15_000, frames: 1, complete: true });
  });

  it("a grid that names one tile for all its places", async () => {
    const item = { type: "grid", properties: [ispe(150, 100)], data: gridData(2, 3, 150, 100) };
    const file = heif([item, realTile], { references: [["dimg", 1, [2, 2, 2, 2, 2, 2]]] });
    const { info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    const { size, pixels } = scanHeif(file);
    assert.deepEqual({ size, pixels }, { size: { width: info.width, height: info.height }, pixels: 15_000 });
  });

  it("a picture that is cut out of a larger one", async () => {
    const file = heif([{ ...realTile, hidden: false, properties: [ispe(64, 64), tile.setup, clap(20, 10)] }]);
    const { width, height } = await sharp(file).metadata();
    const { size, pixels } = scanHeif(file);
    assert.deepEqual({ size, pixels }, { size: { width, height }, pixels: 4096 });
    assert.deepEqual(size, { width: 20, height: 10 });
  });

  it("several pictures, a thumbnail, and a primary one that is not the first", async () => {
    const real = { ...realTile, hidden: false };
    const file = heif([real, real, real, real], {
      primary: 2,
      references: [["thmb", 4, [2]]],
    });
    const { pages, width, height } = await sharp(file).metadata();
    const { frames, size } = scanHeif(file);
    assert.deepEqual({ frames, size }, { frames: pages, size: { width, height } });
    assert.equal(frames, 3);
  });
});

describe("HEIF tables", () => {
  it("tells depth by whatever property knows it", () => {
    const depths: readonly (readonly [Bytes, number])[] = [
      [fullBox("pixi", [0, 0], [3, 10, 10, 10]), 10],
      [box("av1C", [0x81, 0, 0x40, 0]), 10],
      [box("av1C", [0x81, 0, 0x60, 0]), 12],
      [box("hvcC", zeros(17), [0xfa], zeros(5)), 10],
      [box("free"), 8],
    ];
    for (const [property, depthBits] of depths) {
      const file = heif([picture(9, 8, { type: "hvc1", properties: [ispe(9, 8), property] })]);
      assert.equal(scan(file, "heic").depthBits, depthBits);
    }
  });

  it("takes what is drawn for the work, whatever is left of it", () => {
    const source = picture(5000, 4000, { type: "hvc1", hidden: true });
    const file = heif([picture(10, 10, { type: "iden" }), source], { references: [["dimg", 1, [2]]] });
    const { size, pixels } = scan(file, "heic");
    assert.deepEqual({ size, pixels }, { size: { width: 10, height: 10 }, pixels: 20_000_000 });
  });

  it("reads places of every form", () => {
    const meta = (iloc: Bytes, more: readonly Bytes[] = []): Uint8Array =>
      join(
        box("ftyp", text("avif"), b32(0)),
        fullBox(
          "meta",
          [0, 0],
          fullBox("pitm", [1, 0], b32(1)),
          iloc,
          fullBox("iinf", [1, 0], b32(1), fullBox("infe", [3, 0], b32(1), b16(0), text("av01"), [0])),
          box("iprp", box("ipco", ispe(9, 8)), fullBox("ipma", [1, 1], b32(1), b32(1), [1, 0x80, 1])),
          ...more,
        ),
      );
    const places = (...content: readonly Bytes[]) => fullBox("iloc", [2, 0], ...content);
    const inIdat = places([0x88, 0x84], b32(1), b32(1), b16(1), b16(0), zeros(8), b16(1), b32(1), zeros(8), [
      ...b32(0),
      ...b32(6),
    ]);
    assert.equal(scanHeif(meta(inIdat, [box("idat", zeros(6))])).complete, true);
    assert.throws(() => scanHeif(meta(inIdat)), { code: "broken_image" });
    const behindEnd = places([0x44, 0], b32(1), b32(1), b16(0), b16(0), b16(1), b32(9000), b32(6));
    assert.equal(scanHeif(meta(behindEnd)).complete, false);
    const ofItems = places([0x44, 0], b32(1), b32(1), b16(2), b16(0), b16(1), b32(9000), b32(6));
    assert.equal(scanHeif(meta(ofItems)).complete, true);
    const endless = places(
      [0, 0],
      b32(70),
      ...new Array<Bytes>(70).fill([...b32(1), ...zeros(4), 0xff, 0xff]),
    );
    assert.throws(() => scanHeif(meta(endless)), { code: "broken_image" });
  });
});

describe("HEIF lies", () => {
  const mask = (width: number, height: number): HeifItem =>
    picture(width, height, { properties: [ispe(width, height), alphaUrn] });
  const stream = tile.data;
  // Behind a delimiter of two bytes: a byte of header, one of length.
  const sequence = stream.subarray(2, 4 + (stream[3] ?? 0));
  const ftyp = box("ftyp", text("avif"), b32(0));
  const lies: Readonly<Record<string, Uint8Array>> = {
    "no size": heif([picture(9, 8, { properties: [] })]),
    "half a size": heif([picture(9, 8, { properties: [fullBox("ispe", [0, 0], b32(9))] })]),
    "a width of zero": heif([picture(0, 8)]),
    "a size beyond 31 bits": heif([picture(2 ** 31, 8)]),
    "no such primary item": heif([picture(9, 8)], { primary: 2 }),
    "AV1 that is larger": heif([picture(63, 64, { data: stream })]),
    "AV1 that is larger, as its configuration says": heif([
      picture(64, 32, { properties: [ispe(64, 32), box("av1C", [0x81, 0, 0, 0], sequence)], data: [] }),
    ]),
    "a mask of another size": heif([picture(9, 8), mask(900, 800)], { references: [["auxl", 2, [1]]] }),
    "a mask with larger AV1": heif([picture(9, 8), { ...mask(9, 8), data: stream }], {
      references: [["auxl", 2, [1]]],
    }),
    "a grid of another size": grid(100, 100, gridData(1, 2, 128, 64), [realTile, realTile]),
    "a grid with a tile missing": grid(128, 64, gridData(1, 2, 128, 64), [realTile]),
    "a grid with too small tiles": grid(129, 64, gridData(1, 2, 129, 64), [realTile, realTile]),
    "a tile with larger AV1": grid(64, 32, gridData(1, 2, 64, 32), [
      picture(32, 32),
      picture(32, 32, { data: stream }),
    ]),
    "a tile that is not there": heif([{ type: "grid", properties: [ispe(9, 8)] }], {
      references: [["dimg", 1, [7]]],
    }),
    "a cut larger than the picture": heif([picture(9, 8, { properties: [ispe(9, 8), clap(10, 8)] })]),
    "a cut of nothing": heif([picture(9, 8, { properties: [ispe(9, 8), clap(0, 8)] })]),
    "no items": join(ftyp, fullBox("meta", [0, 0], fullBox("pitm", [0, 0], b16(1)))),
    "no meta": join(ftyp, box("mdat", zeros(9))),
    "a box that is smaller than its header": join(ftyp, b32(4), text("meta")),
    "a box that leaves its holder": join(ftyp, fullBox("meta", [0, 0], b32(99), text("pitm"), zeros(8))),
    "a table beyond 128 KiB": heif([picture(9, 8)], {
      more: [fullBox("iref", [0, 0], box("dimg", zeros(2 ** 17 + 1)))],
    }),
  };
  for (const [lie, file] of Object.entries(lies)) {
    it(lie, () => assert.throws(() => scanHeif(file), { code: "broken_image" }));
  }

  it("none where a picture is made of itself", () => {
    const file = heif([picture(9, 8, { type: "iden" })], { references: [["dimg", 1, [1]]] });
    assert.deepEqual(scanHeif(file).size, { width: 9, height: 8 });
  });
});

describe("AVIFs that are cut", () => {
  it("at any byte", async () => {
    const file = await avif(20, 9);
    const head = file.indexOf("mdat") - 4;
    for (let length = 0; length < file.length; length++) {
      const cut = file.subarray(0, length);
      if (length < head) assert.throws(() => scanHeif(cut), HttpError);
      else assert.equal(scanHeif(cut).complete, false);
    }
    assert.equal(scanHeif(join(file, zeros(5))).complete, true);
  });
});
