import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import { u32 } from "../../test/fixtures/bitmap.ts";
import {
  anmf,
  exifBlock,
  join,
  riff,
  text,
  vp8,
  vp8l,
  vp8x,
  webpChunk,
  zeros,
} from "../../test/fixtures/forge.ts";
import { scan } from "./scan.ts";
import { MOST_STEPS } from "./scanned.ts";

const scanWebp = (bytes: Uint8Array) => scan(bytes, "webp");
const anim = webpChunk("ANIM", zeros(6));
const exif = webpChunk("EXIF", exifBlock(6));

describe("WebP headers", () => {
  const files: readonly (readonly [string, Uint8Array, object])[] = [
    ["lossy", riff(vp8(300, 200)), { frames: 1, alpha: false, channels: 3 }],
    ["lossless", riff(vp8l(300, 200)), { frames: 1, alpha: false, channels: 3 }],
    ["lossless and transparent", riff(vp8l(300, 200, true)), { frames: 1, alpha: true, channels: 4 }],
    ["extended", riff(vp8x(0, 300, 200), vp8(300, 200)), { frames: 1, alpha: false }],
    ["extended and transparent", riff(vp8x(0x10, 300, 200), vp8(300, 200)), { alpha: true, channels: 4 }],
    [
      "transparency that the header does not tell of",
      riff(vp8x(0, 300, 200), webpChunk("ALPH", zeros(5)), vp8(300, 200)),
      { alpha: true },
    ],
    [
      "an animation",
      riff(
        vp8x(0x12, 300, 200),
        anim,
        anmf([0, 0], [300, 200], vp8(300, 200)),
        anmf([10, 20], [50, 40], webpChunk("ALPH", zeros(3)), vp8(50, 40)),
        anmf([2, 2], [5, 6], vp8l(5, 6)),
      ),
      { frames: 3, animated: true, alpha: true, framesAtLeast: false },
    ],
    [
      "an animation of one frame",
      riff(vp8x(0x02, 300, 200), anim, anmf([0, 0], [300, 200], vp8l(300, 200, true))),
      { frames: 1, animated: false, alpha: true },
    ],
    [
      "metadata",
      riff(
        vp8x(0x08, 300, 200),
        webpChunk("ICCP", zeros(9)),
        vp8(300, 200),
        exif,
        webpChunk("XMP ", zeros(3)),
      ),
      { orientation: 6, metadataBytes: 38 },
    ],
    [
      "EXIF that the header does not tell of",
      riff(vp8x(0, 300, 200), vp8(300, 200), exif),
      { orientation: undefined },
    ],
  ];
  for (const [name, file, expected] of files) {
    it(name, () => {
      const scanned = scanWebp(file);
      assert.deepEqual(scanned.size, { width: 300, height: 200 });
      assert.equal(scanned.complete, true);
      assert.deepEqual({ ...scanned, ...expected }, scanned);
    });
  }
});

describe("WebP lies", () => {
  const lies: Readonly<Record<string, Uint8Array>> = {
    "another kind of RIFF": join(text("RIFF"), u32(4), text("WAVE")),
    "an unknown first chunk": riff(webpChunk("ICCP", zeros(4)), vp8(3, 2)),
    "no width": riff(vp8(0, 2)),
    "a frame that is no key frame": riff(webpChunk("VP8 ", [0x11, 0, 0, 0x9d, 1, 0x2a, 3, 0, 2, 0])),
    "a frame that is not shown": riff(webpChunk("VP8 ", [0, 0, 0, 0x9d, 1, 0x2a, 3, 0, 2, 0])),
    "a lossless picture of another version": riff(webpChunk("VP8L", [0x2f, 0, 0, 0, 0x20, ...zeros(5)])),
    "a picture larger than its canvas": riff(vp8x(0, 30, 20), vp8(300, 200)),
    "a picture smaller than its canvas": riff(vp8x(0, 300, 200), vp8l(30, 20)),
    "a canvas without a picture": riff(vp8x(0, 30, 20), webpChunk("XMP ", [1])),
    "an animation without frames": riff(vp8x(2, 30, 20), anim),
    "a canvas of 2^32 pixels": riff(vp8x(2, 65536, 65536), anim),
    "a canvas of another length": riff(webpChunk("VP8X", zeros(12)), vp8(1, 1)),
    "a frame beside the canvas": riff(vp8x(2, 30, 20), anim, anmf([20, 0], [12, 20], vp8(12, 20))),
    "a frame below the canvas": riff(vp8x(2, 30, 20), anim, anmf([0, 2], [30, 20], vp8(30, 20))),
    "a picture larger than its frame": riff(vp8x(2, 30, 20), anim, anmf([0, 0], [30, 20], vp8(3000, 2000))),
    "a frame that is too short": riff(vp8x(2, 30, 20), anim, webpChunk("ANMF", zeros(15))),
    "a chunk that leaves the frame": riff(
      vp8x(2, 30, 20),
      anim,
      anmf([0, 0], [30, 20], webpChunk("VP8 ", [1], 99)),
    ),
    "an animation of more frames than are looked at": riff(
      vp8x(2, 3, 2),
      anim,
      ...new Array<Uint8Array>(MOST_STEPS).fill(anmf([0, 0], [3, 2], vp8(3, 2))),
    ),
    "a chunk that leaves the file": riff(webpChunk("VP8 ", [...vp8(3, 2)].slice(8), 999)),
  };
  for (const [lie, file] of Object.entries(lies)) {
    it(lie, () => assert.throws(() => scanWebp(file), { code: "broken_image" }));
  }
});

describe("WebPs that are cut", () => {
  it("at any byte", async () => {
    const blank = { create: { width: 20, height: 9, channels: 4, background: "#fc88" } } as const;
    const files = [
      await sharp(blank).webp().toBuffer(),
      await sharp(blank).webp({ lossless: true }).toBuffer(),
      riff(vp8x(2, 30, 20), anim, anmf([0, 0], [30, 20], vp8(30, 20)), anmf([0, 0], [3, 2], vp8(3, 2))),
    ];
    for (const file of files) {
      for (let length = 0; length < file.length; length++) {
        const cut = file.subarray(0, length);
        // What stands in front of the size is as long as 30 bytes.
        if (length < 25) assert.throws(() => scanWebp(cut), { code: "source_incomplete" });
        else if (length >= 30) assert.equal(scanWebp(cut).complete, false);
      }
      assert.equal(scanWebp(join(file, text("trailing"))).complete, true);
    }
  });
});
