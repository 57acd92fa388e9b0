import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { readTexts, writeTexts } from "./exif.ts";
import { insertPng, wrapPng } from "./png.ts";
import type { RawPixels } from "./png.ts";

/** Pixels without regularity, the same each time. */
function pixels(width: number, height: number, channels: 1 | 2 | 3 | 4, depth: 8 | 16 = 8): RawPixels {
  const data = Buffer.alloc((width * height * channels * depth) / 8);
  for (let index = 0; index < data.length; index += 1)
    data[index] = (Math.imul(index + 7, 2654435761) >>> 11) & 255;
  return { data, width, height, channels, depth };
}

/** What libvips makes of a file's pixels, in the layout of RawPixels. */
async function decode(png: Uint8Array, { channels, depth }: RawPixels): Promise<Buffer> {
  const [grey, colour, sample] = depth === 8 ? ["b-w", "srgb", "uchar"] : ["grey16", "rgb16", "ushort"];
  const raw = await sharp(png, { ignoreIcc: true })
    .toColourspace(channels === 1 ? grey : colour)
    .raw({ depth: sample as "uchar" | "ushort" })
    .toBuffer();
  if (channels !== 2) return raw;
  // sharp's raw output drops the alpha of 8-bit grey, so that comes as red, green, blue, alpha.
  const bytes = depth / 8;
  return Buffer.from(raw.filter((_, index) => [0, 3].includes(Math.floor(index / bytes) % 4)));
}

async function profile(name: string): Promise<Buffer> {
  const picture = sharp({ create: { width: 1, height: 1, channels: 3, background: "#fff" } });
  const { icc } = await sharp(await picture.withIccProfile(name).png().toBuffer()).metadata();
  assert(icc);
  return icc;
}

const XMP = '<x:xmpmeta xmlns:x="adobe:ns:meta/">© ACME</x:xmpmeta>';
const TEXTS = { Copyright: "© 2024 ACME (c)\0Editor", Artist: "Zoë (z)" };

describe("wrapPng", () => {
  for (const channels of [1, 2, 3, 4] as const) {
    for (const depth of [8, 16] as const) {
      it(`carries ${channels} channels of ${depth} bits`, async () => {
        for (const [width, height] of [
          [1, 1],
          [7, 5],
          [1, 300],
          [130, 90],
        ] as const) {
          const given = pixels(width, height, channels, depth);
          const before = Buffer.from(given.data);
          assert.deepEqual(await decode(wrapPng(given), given), before, `${width} x ${height}`);
          assert.deepEqual(given.data, before, "the pixels given are not changed");
        }
      });
    }
  }

  it("carries rows longer than a stored block", async () => {
    for (const [width, channels, depth] of [
      [65_534, 1, 8],
      [65_535, 1, 8],
      [32_767, 1, 16],
      [40_000, 4, 16],
    ] as const) {
      const given = pixels(width, 2, channels, depth);
      assert.deepEqual(
        await decode(wrapPng(given), given),
        given.data,
        `${width} x ${channels} at ${depth} bits`,
      );
    }
  });

  it("carries any picture", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const),
        fc.constantFrom(8 as const, 16 as const),
        async (width, height, channels, depth) => {
          const given = pixels(width, height, channels, depth);
          assert.deepEqual(await decode(wrapPng(given), given), given.data);
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it("takes bytes that are a view of others", async () => {
    const given = pixels(9, 4, 3, 16);
    const around = new Uint8Array(given.data.length + 3);
    around.set(given.data, 1);
    const view = { ...given, data: around.subarray(1, 1 + given.data.length) };
    assert.deepEqual(await decode(wrapPng(view), given), given.data);
  });

  it("gives libvips every block as it was", async () => {
    const icc = await profile("p3");
    const exif = writeTexts(TEXTS);
    for (const depth of [8, 16] as const) {
      for (const channels of [3, 4] as const) {
        const read = await sharp(wrapPng(pixels(6, 4, channels, depth), { exif, icc, xmp: XMP })).metadata();
        assert.deepEqual(read.icc, icc);
        assert.deepEqual(read.exif, exif);
        assert.equal(read.xmp?.toString(), XMP);
        assert.equal(read.density, 72);
        assert.equal(read.depth, depth === 16 ? "ushort" : "uchar");
      }
    }
    const prefixed = Buffer.concat([Buffer.from("Exif\0\0"), exif]);
    const read = await sharp(
      wrapPng(pixels(6, 4, 1), { exif: prefixed, xmp: Buffer.from(XMP), density: 300 }),
    ).metadata();
    assert.deepEqual(read.exif, exif);
    assert.equal(read.xmp?.toString(), XMP);
    assert.equal(read.density, 300);
  });

  it("carries a grey profile with grey pixels", async () => {
    const icc = await profile("srgb");
    icc.write("GRAY", 16, "latin1");
    const png = wrapPng(pixels(6, 4, 1), { icc });
    assert.deepEqual((await sharp(png).metadata()).icc, icc);
    const jpeg = await sharp(png).toColourspace("b-w").keepIccProfile().jpeg().toBuffer();
    assert.deepEqual((await sharp(jpeg).metadata()).icc, icc);
  });

  it("is read although what it carries is malformed", async () => {
    const junk = Buffer.alloc(300, "junk");
    const blocks = [
      { exif: Buffer.alloc(0), icc: Buffer.alloc(0), xmp: "" },
      { exif: Buffer.from("Exif\0\0") },
      { exif: Buffer.from("II*\0\xff\xff\xff\xff", "latin1") },
      { exif: junk, icc: junk, xmp: Buffer.from([0xff, 0, 0x41]) },
    ];
    const given = pixels(6, 4, 3);
    for (const carried of blocks) {
      const png = wrapPng(given, carried);
      assert.deepEqual(await decode(png, given), given.data);
      assert.equal((await sharp(await sharp(png).keepMetadata().jpeg().toBuffer()).metadata()).width, 6);
    }
  });

  it("takes only densities that PNG can hold", () => {
    const cases = [
      [1, 1],
      [300, 300],
      [0, 72],
      [-1, 72],
      [1e9, 72],
      [NaN, 72],
      [Infinity, 72],
    ] as const;
    for (const [density, read] of cases) {
      const png = wrapPng(pixels(6, 4, 3), { density });
      const perMetre = png.readUInt32BE(png.indexOf("pHYs") + 4);
      assert.equal(Math.round(perMetre * 0.0254), read, `${density}`);
    }
  });

  it("carries nothing that it was not given", async () => {
    const { exif, icc, xmp, iptc } = await sharp(wrapPng(pixels(6, 4, 3))).metadata();
    assert.deepEqual([exif, icc, xmp, iptc], [undefined, undefined, undefined, undefined]);
  });

  const outputs = [
    ["jpeg", { exif: true }],
    ["png", { exif: true }],
    ["webp", { exif: true }],
    ["avif", { exif: true }],
    // libvips writes no EXIF into TIFF.
    ["tiff", { exif: false }],
  ] as const;
  for (const [format, { exif }] of outputs) {
    it(`lets sharp carry the blocks on to ${format}`, async () => {
      const icc = await profile("p3");
      const png = wrapPng(pixels(32, 16, 3), { exif: writeTexts(TEXTS), icc, xmp: XMP });
      const read = await sharp(await sharp(png).keepMetadata()[format]().toBuffer()).metadata();
      assert.deepEqual(read.icc, icc);
      assert.equal(read.xmp?.toString(), XMP);
      // sharp's own withExif would lose everything here that is not ASCII, and "(c)".
      assert.deepEqual(read.exif && readTexts(read.exif), exif ? TEXTS : undefined);
    });
  }

  it("gives an undressed PNG its 72 pixels per inch", async () => {
    const png = await sharp(wrapPng(pixels(6, 4, 3)))
      .png()
      .toBuffer();
    const at = png.indexOf("pHYs") + 4;
    assert.deepEqual([png.readUInt32BE(at), png.readUInt32BE(at + 4), png[at + 8]], [2835, 2835, 1]);
  });

  it("refuses bytes that do not fit the size", () => {
    const given = pixels(4, 4, 3);
    for (const change of [
      { width: 5 },
      { height: 3 },
      { channels: 4 },
      { depth: 16 },
      { height: 0 },
      { width: NaN },
    ] as const) {
      assert.throws(() => wrapPng({ ...given, ...change }), { code: "internal" });
    }
    assert.throws(() => wrapPng({ ...given, data: Buffer.alloc(0), width: 0 }), { code: "internal" });
  });
});

describe("insertPng", () => {
  const picture = () => sharp({ create: { width: 9, height: 5, channels: 3, background: "#c84" } });

  it("writes what libvips then reads back, in front of a palette and of interlaced pixels too", async () => {
    const kept = { exif: writeTexts(TEXTS), icc: await profile("p3"), xmp: XMP };
    for (const options of [{}, { palette: true }, { progressive: true }]) {
      const png = await picture().png(options).toBuffer();
      const made = insertPng(png, kept);
      const read = await sharp(made).metadata();
      assert.deepEqual(readTexts(read.exif ?? Buffer.alloc(0)), readTexts(kept.exif));
      assert.equal(read.xmp?.toString(), XMP);
      assert.deepEqual(read.icc, kept.icc);
      const pixelsOf = (file: Uint8Array) => sharp(file, { ignoreIcc: true }).raw().toBuffer();
      assert.deepEqual(await pixelsOf(made), await pixelsOf(png));
    }
  });

  it("gives back what it cannot or need not change", async () => {
    const png = await picture().png().toBuffer();
    assert.equal(insertPng(png, {}), png);
    for (const other of [new Uint8Array(), png.subarray(0, 32), png.subarray(1)])
      assert.equal(insertPng(other, { xmp: XMP }), other);
  });
});
