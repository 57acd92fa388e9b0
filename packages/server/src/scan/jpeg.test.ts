import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import {
  b16,
  EOI,
  exifBlock,
  join,
  jpeg,
  segment,
  sof,
  sos,
  text,
  zeros,
} from "../../test/fixtures/forge.ts";
import { scan } from "./scan.ts";

const scanJpeg = (bytes: Uint8Array) => scan(bytes, "jpeg");

const exif = (orientation: number): Uint8Array =>
  segment(0xe1, [...text("Exif\0\0"), ...exifBlock(orientation)]);

describe("JPEG headers", () => {
  it("tells size, depth and channels", () => {
    for (const components of [1, 3, 4]) {
      const { size, depthBits, channels, alpha } = scanJpeg(
        jpeg(sof(300, 200, { components }), sos(components), EOI),
      );
      assert.deepEqual({ size, depthBits }, { size: { width: 300, height: 200 }, depthBits: 8 });
      assert.deepEqual({ channels, alpha }, { channels: components, alpha: false });
    }
  });

  it("finds the size behind more than 64 KiB of profile", () => {
    const { size, metadataBytes } = scanJpeg(
      jpeg(...new Array<Uint8Array>(20).fill(segment(0xe2, zeros(65_000))), sof(9, 8), sos(3), EOI),
    );
    assert.deepEqual({ size, metadataBytes }, { size: { width: 9, height: 8 }, metadataBytes: 1_300_000 });
  });

  it("steps over fill bytes, restarts, lone markers and what libjpeg calls extraneous bytes", () => {
    const odd = [0xff, 0xff, 0xff, 0xff, 0xd0, 0xff, 0x01, 1, 2, 3, 0xff, 0x00];
    assert.deepEqual(scanJpeg(jpeg(odd, sof(9, 8), odd, sos(3), EOI)).size, { width: 9, height: 8 });
  });

  it("takes the first EXIF block, as libvips does", () => {
    const body = [sof(9, 8), sos(3), EOI];
    assert.equal(scanJpeg(jpeg(exif(3), exif(6), ...body)).orientation, 3);
    assert.equal(scanJpeg(jpeg(exif(0), ...body)).orientation, undefined);
    assert.equal(scanJpeg(jpeg(segment(0xe1, text("Exif\0\0II*")), ...body)).orientation, undefined);
    assert.equal(
      scanJpeg(jpeg(segment(0xe1, text("http://ns.adobe.com/")), exif(8), ...body)).orientation,
      8,
    );
  });
});

describe("JPEG scans", () => {
  const cases: readonly (readonly [string, Uint8Array, { interlaced: boolean; scans: number }])[] = [
    ["baseline", jpeg(sof(9, 8), sos(3), EOI), { interlaced: false, scans: 1 }],
    [
      "progressive",
      jpeg(sof(9, 8, { marker: 0xc2 }), sos(3), sos(1), sos(1), EOI),
      { interlaced: true, scans: 3 },
    ],
    ["arithmetic", jpeg(sof(9, 8, { marker: 0xca }), sos(3), EOI), { interlaced: true, scans: 1 }],
    [
      "a scan for each component",
      jpeg(sof(9, 8), sos(1), sos(1), sos(1), EOI),
      { interlaced: true, scans: 3 },
    ],
    [
      "tables between scans",
      jpeg(sof(9, 8, { marker: 0xc2 }), sos(3), segment(0xc4, [0xff, 0xda, 0xff, 0xd9]), sos(1), EOI),
      { interlaced: true, scans: 2 },
    ],
  ];
  for (const [name, file, expected] of cases) {
    it(name, () => {
      const { interlaced, scans, complete } = scanJpeg(file);
      assert.deepEqual({ interlaced, scans, complete }, { ...expected, complete: true });
    });
  }

  it("counts thousands of them", () => {
    const many = new Array<Uint8Array>(5000).fill(sos(1));
    assert.equal(scanJpeg(jpeg(sof(9, 8, { marker: 0xc2 }), ...many, EOI)).scans, 5000);
  });
});

describe("JPEG lies", () => {
  const lies: Readonly<Record<string, Uint8Array>> = {
    "no start": join([0xff, 0xd9], sof(9, 8)),
    "no width": jpeg(sof(0, 8), sos(3), EOI),
    "no height": jpeg(sof(9, 0), sos(3), EOI),
    "a frame header of another length": jpeg(
      segment(0xc0, [8, ...b16(8), ...b16(9), 3, 1, 0x11, 0]),
      sos(3),
      EOI,
    ),
    "no components": jpeg(segment(0xc0, [8, ...b16(8), ...b16(9), 0]), sos(1), EOI),
    "two frame headers": jpeg(sof(9, 8), sof(900, 800), sos(3), EOI),
    "two frame headers, one behind a scan": jpeg(
      sof(9, 8, { marker: 0xc2 }),
      sos(3),
      sof(900, 800, { marker: 0xc2 }),
      sos(3),
      EOI,
    ),
    "an end before any scan": jpeg(sof(9, 8), EOI),
    "a second start": jpeg(sof(9, 8), [0xff, 0xd8], sos(3), EOI),
    "a scan before the frame header": jpeg(sos(3), sof(9, 8), EOI),
  };
  for (const [lie, file] of Object.entries(lies)) {
    it(lie, () => assert.throws(() => scanJpeg(file), { code: "broken_image" }));
  }
});

describe("JPEGs that are cut", () => {
  it("at any byte", async () => {
    for (const progressive of [false, true]) {
      const blank = { create: { width: 20, height: 9, channels: 3, background: "#fc8" } } as const;
      const file = await sharp(blank).jpeg({ progressive }).toBuffer();
      const framed = file.indexOf(Buffer.from([0xff, progressive ? 0xc2 : 0xc0])) + 19;
      for (let length = 0; length < file.length; length++) {
        const cut = file.subarray(0, length);
        if (length < framed) assert.throws(() => scanJpeg(cut), { code: "source_incomplete" });
        else assert.equal(scanJpeg(cut).complete, false);
      }
      assert.equal(scanJpeg(join(file, text("trailing"))).complete, true);
    }
  });
});
