import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { readTexts, writeTexts } from "./exif.ts";
import { formatIim, wrapIptc } from "./iptc.ts";
import { insertJpeg } from "./jpeg.ts";

const IIM = formatIim([{ record: 2, number: 116, data: Buffer.from("© ACME") }]);

const picture = () => sharp({ create: { width: 16, height: 8, channels: 3, background: "#c84" } });

/** The markers before the first quantisation table. */
function leadingMarkers(jpeg: Uint8Array): readonly number[] {
  const bytes = Buffer.from(jpeg);
  const markers: number[] = [];
  for (let at = 2; bytes[at + 1] !== 0xdb; at += 2 + bytes.readUInt16BE(at + 2))
    markers.push(bytes[at + 1] ?? -1);
  return markers;
}

describe("insertJpeg", () => {
  it("puts the segment behind those that are there", async () => {
    const packet = '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>';
    const jpegs = [
      { jpeg: await picture().jpeg().toBuffer(), markers: [0xed] },
      {
        jpeg: await picture()
          .withExif({ IFD0: { Artist: "A" } })
          .withXmp(packet)
          .jpeg()
          .toBuffer(),
        markers: [0xe1, 0xe1, 0xed],
      },
      {
        jpeg: await picture().withIccProfile("p3").jpeg({ progressive: true }).toBuffer(),
        markers: [0xe2, 0xed],
      },
      { jpeg: await picture().toColourspace("cmyk").jpeg().toBuffer(), markers: [0xee, 0xed] },
    ];
    for (const { jpeg, markers } of jpegs) {
      const result = insertJpeg(jpeg, { iptc: IIM });
      assert.deepEqual(leadingMarkers(result), markers);
      const { iptc, ...rest } = await sharp(result).metadata();
      const { iptc: none, ...before } = await sharp(jpeg).metadata();
      assert.equal(none, undefined);
      assert.deepEqual(iptc, wrapIptc(IIM));
      assert.deepEqual({ ...rest, size: 0 }, { ...before, size: 0 });
      assert.deepEqual(await sharp(result).raw().toBuffer(), await sharp(jpeg).raw().toBuffer());
    }
  });

  it("writes what libvips then reads back", async () => {
    const jpeg = await picture().jpeg().toBuffer();
    const packet = '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>';
    const { icc } = await sharp(await picture().withIccProfile("p3").jpeg().toBuffer()).metadata();
    assert.ok(icc);
    const made = insertJpeg(jpeg, { exif: writeTexts({ Artist: "Ann" }), xmp: packet, icc, iptc: IIM });
    assert.deepEqual(leadingMarkers(made), [0xe1, 0xe1, 0xe2, 0xed]);
    const read = await sharp(made).metadata();
    assert.deepEqual(readTexts(read.exif ?? Buffer.alloc(0)), { Artist: "Ann" });
    assert.equal(read.xmp?.toString(), packet);
    assert.deepEqual(read.icc, icc);
    assert.deepEqual(read.iptc, wrapIptc(IIM));
    const pixels = (file: Uint8Array) => sharp(file, { ignoreIcc: true }).raw().toBuffer();
    assert.deepEqual(await pixels(made), await pixels(jpeg));
  });

  it("spreads a profile over as many segments as it needs", async () => {
    const jpeg = await picture().jpeg().toBuffer();
    for (const [bytes, segments] of [
      [65_519, 1],
      [65_520, 2],
      [150_000, 3],
    ] as const) {
      const icc = Buffer.from(Array.from({ length: bytes }, (_, index) => index % 251));
      const made = insertJpeg(jpeg, { icc });
      assert.deepEqual(leadingMarkers(made), Array<number>(segments).fill(0xe2));
      assert.equal(made.length, jpeg.length + bytes + segments * 18);
      const pieces = Array.from({ length: segments }, (_, index) => {
        const at = 2 + index * (18 + 65_519);
        const piece = Buffer.from(made.subarray(at, at + 18));
        assert.deepEqual(
          [piece.toString("latin1", 4, 15), piece[16], piece[17]],
          ["ICC_PROFILE", index + 1, segments],
        );
        return Buffer.from(made.subarray(at + 18, at + 2 + piece.readUInt16BE(2)));
      });
      assert.ok(Buffer.concat(pieces).equals(icc));
    }
  });

  it("takes Photoshop's resources as they are", async () => {
    const jpeg = await picture().jpeg().toBuffer();
    const wrapped = Buffer.concat([wrapIptc(IIM), Buffer.from("8BIM\x03\xed\0\0\0\0\0\x02ab", "latin1")]);
    assert.deepEqual((await sharp(insertJpeg(jpeg, { iptc: wrapped })).metadata()).iptc, wrapped);
  });

  it("leaves out what is empty or too long for a segment", async () => {
    const jpeg = await picture().jpeg().toBuffer();
    const overhead = wrapIptc(Buffer.alloc(0)).length;
    const longest = 0xffff - 2 - overhead;
    for (const kept of [{ exif: Buffer.alloc(65_528) }, { xmp: Buffer.alloc(65_505) }, {}])
      assert.equal(insertJpeg(jpeg, kept), jpeg);
    assert.equal(insertJpeg(jpeg, { iptc: Buffer.alloc(0) }), jpeg);
    assert.equal(insertJpeg(jpeg, { iptc: Buffer.alloc(longest + 1, 0x1c) }), jpeg);
    const { iptc } = await sharp(insertJpeg(jpeg, { iptc: Buffer.alloc(longest - 1, 0x1c) })).metadata();
    assert.equal(iptc?.length, overhead + longest - 1);
  });

  it("gives bytes back that are no JPEG, and takes any", async () => {
    const jpeg = await picture()
      .withExif({ IFD0: { Artist: "A" } })
      .jpeg()
      .toBuffer();
    const png = await picture().png().toBuffer();
    for (const bytes of [Buffer.alloc(0), png, jpeg.subarray(0, 3), jpeg.subarray(0, 40), jpeg.subarray(2)]) {
      assert.equal(insertJpeg(bytes, { iptc: IIM }), bytes);
    }
    fc.assert(
      fc.property(
        fc.constantFrom("ffd8ffe0", "ffd8", ""),
        fc.uint8Array({ maxLength: 60 }),
        (start, rest) => {
          const bytes = Buffer.concat([Buffer.from(start, "hex"), rest]);
          const result = insertJpeg(bytes, { iptc: IIM });
          return result === bytes || result.length === bytes.length + 4 + wrapIptc(IIM).length;
        },
      ),
      { seed: 1, numRuns: 2000 },
    );
  });
});
