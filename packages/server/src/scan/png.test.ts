import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { b16, b32, chunk, exifBlock, ihdr, join, png, text, zeros } from "../../test/fixtures/forge.ts";
import { scan } from "./scan.ts";
import { MOST_STEPS } from "./scanned.ts";

const scanPng = (bytes: Uint8Array) => scan(bytes, "png");
const idat = chunk("IDAT", zeros(20));
const iend = chunk("IEND");
const plte = chunk("PLTE", zeros(6));
const actl = chunk("acTL", [...b32(3), ...b32(0)]);
const fctl = chunk("fcTL", zeros(26));
describe("PNG headers", () => {
  const colours = [
    { colour: 0, depths: [1, 2, 4, 8, 16], channels: 1 },
    { colour: 2, depths: [8, 16], channels: 3 },
    { colour: 3, depths: [1, 2, 4, 8], channels: 3 },
    { colour: 4, depths: [8, 16], channels: 2 },
    { colour: 6, depths: [8, 16], channels: 4 },
  ];
  for (let colour = 0; colour < 8; colour++) {
    it(`colour type ${colour}`, () => {
      for (const depth of [0, 1, 2, 3, 4, 8, 16, 32]) {
        const known = colours.find((row) => row.colour === colour && row.depths.includes(depth));
        const file = png(ihdr({ colour, depth }), plte, idat, iend);
        if (!known) {
          assert.throws(() => scanPng(file), { code: "broken_image" });
          continue;
        }
        const { channels, depthBits, alpha } = scanPng(file);
        assert.deepEqual({ channels, depthBits }, { channels: known.channels, depthBits: depth });
        assert.equal(alpha, known.channels % 2 === 0);
      }
    });
  }

  it("tells size and passes", () => {
    const { size, pixels, interlaced, frames, complete } = scanPng(
      png(ihdr({ width: 70000, height: 3, interlace: 1 }), idat, iend),
    );
    assert.deepEqual({ size, pixels }, { size: { width: 70000, height: 3 }, pixels: 210_000 });
    assert.deepEqual({ interlaced, frames, complete }, { interlaced: true, frames: 1, complete: true });
  });

  it("takes a transparent colour for a channel", () => {
    const { channels, alpha } = scanPng(png(ihdr({ colour: 0 }), chunk("tRNS", [0, 1]), idat, iend));
    assert.deepEqual({ channels, alpha }, { channels: 2, alpha: true });
  });

  it("reads the orientation that stands before the pixels", () => {
    const block = chunk("eXIf", exifBlock(6));
    assert.equal(scanPng(png(ihdr(), block, idat, iend)).orientation, 6);
    assert.equal(scanPng(png(ihdr(), idat, block, iend)).orientation, undefined);
    assert.equal(scanPng(png(ihdr(), chunk("eXIf", exifBlock(9)), idat, iend)).orientation, undefined);
    assert.equal(scanPng(png(ihdr(), chunk("eXIf", text("junk")), idat, iend)).orientation, undefined);
  });

  it("adds up metadata", () => {
    const file = png(
      ihdr(),
      chunk("iCCP", zeros(10)),
      chunk("tEXt", zeros(5)),
      idat,
      chunk("zTXt", zeros(7)),
      iend,
    );
    assert.equal(scanPng(file).metadataBytes, 22);
  });
});

describe("PNG animations", () => {
  it("counts what is shown", () => {
    const { frames, animated, framesAtLeast } = scanPng(png(ihdr(), actl, fctl, idat, fctl, fctl, iend));
    assert.deepEqual(
      { frames, animated, framesAtLeast },
      { frames: 3, animated: true, framesAtLeast: false },
    );
  });

  it("takes a file without the announcement for a still", () => {
    const { frames, animated } = scanPng(png(ihdr(), fctl, idat, fctl, iend));
    assert.deepEqual({ frames, animated }, { frames: 1, animated: false });
  });

  it("leaves off after many chunks", () => {
    const many = new Array<Uint8Array>(MOST_STEPS + 5).fill(chunk("abCd"));
    const file = Buffer.concat([png(ihdr(), idat), ...many, iend]);
    const { framesAtLeast, complete } = scanPng(file);
    assert.deepEqual({ framesAtLeast, complete }, { framesAtLeast: true, complete: true });
  });
});

describe("PNG lies", () => {
  const first = ihdr();
  const lies: Readonly<Record<string, Uint8Array>> = {
    "no width": png(ihdr({ width: 0 }), idat, iend),
    "no height": png(ihdr({ height: 0 }), idat, iend),
    "a width beyond 31 bits": png(ihdr({ width: 2 ** 31 }), idat, iend),
    "another chunk first": png(chunk("gAMA", b32(1)), first, idat, iend),
    "a header of 14 bytes": png(chunk("IHDR", zeros(14)), idat, iend),
    "a header with another CRC": png(chunk("IHDR", [...b32(5), ...b32(4), 8, 2, 0, 0, 0], 1), idat, iend),
    "an unknown compression": png(chunk("IHDR", [...b32(5), ...b32(4), 8, 2, 1, 0, 0]), idat, iend),
    "an unknown order": png(ihdr({ interlace: 2 }), idat, iend),
    "a chunk beyond 31 bits": png(first, b32(2 ** 31), text("IDAT"), b16(0)),
    "no pixels": png(first, iend),
    "no palette": png(ihdr({ colour: 3 }), idat, iend),
    "a palette behind the pixels": png(ihdr({ colour: 3 }), idat, plte, iend),
    "another signature": join(text("\x89PNG\n\r\x1a\n"), first, idat, iend),
  };
  for (const [lie, file] of Object.entries(lies)) {
    it(lie, () => assert.throws(() => scanPng(file), { code: "broken_image" }));
  }
});

describe("PNGs that are cut", () => {
  const file = png(ihdr(), idat, iend);
  it("at any byte", () => {
    for (let length = 0; length < file.length; length++) {
      const cut = file.subarray(0, length);
      if (length < 33) {
        assert.throws(() => scanPng(cut), { code: "source_incomplete" });
        continue;
      }
      const { complete, size } = scanPng(cut);
      assert.deepEqual({ complete, size }, { complete: false, size: { width: 5, height: 4 } });
    }
  });

  it("not by what follows IEND", () => {
    assert.equal(scanPng(join(file, text("trailing"))).complete, true);
  });
});
