import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import sharp from "sharp";
import { formatIim, wrapIptc } from "./iptc.ts";
import { insertIptc } from "./jpeg.ts";

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

describe("insertIptc", () => {
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
      const result = insertIptc(jpeg, IIM);
      assert.deepEqual(leadingMarkers(result), markers);
      const { iptc, ...rest } = await sharp(result).metadata();
      const { iptc: none, ...before } = await sharp(jpeg).metadata();
      assert.equal(none, undefined);
      assert.deepEqual(iptc, wrapIptc(IIM));
      assert.deepEqual({ ...rest, size: 0 }, { ...before, size: 0 });
      assert.deepEqual(await sharp(result).raw().toBuffer(), await sharp(jpeg).raw().toBuffer());
    }
  });

  it("takes Photoshop's resources as they are", async () => {
    const jpeg = await picture().jpeg().toBuffer();
    const wrapped = Buffer.concat([wrapIptc(IIM), Buffer.from("8BIM\x03\xed\0\0\0\0\0\x02ab", "latin1")]);
    assert.deepEqual((await sharp(insertIptc(jpeg, wrapped)).metadata()).iptc, wrapped);
  });

  it("leaves out what is empty or too long for a segment", async () => {
    const jpeg = await picture().jpeg().toBuffer();
    const overhead = wrapIptc(Buffer.alloc(0)).length;
    const longest = 0xffff - 2 - overhead;
    assert.equal(insertIptc(jpeg, Buffer.alloc(0)), jpeg);
    assert.equal(insertIptc(jpeg, Buffer.alloc(longest + 1, 0x1c)), jpeg);
    const { iptc } = await sharp(insertIptc(jpeg, Buffer.alloc(longest - 1, 0x1c))).metadata();
    assert.equal(iptc?.length, overhead + longest - 1);
  });

  it("gives bytes back that are no JPEG, and takes any", async () => {
    const jpeg = await picture()
      .withExif({ IFD0: { Artist: "A" } })
      .jpeg()
      .toBuffer();
    const png = await picture().png().toBuffer();
    for (const bytes of [Buffer.alloc(0), png, jpeg.subarray(0, 3), jpeg.subarray(0, 40), jpeg.subarray(2)]) {
      assert.equal(insertIptc(bytes, IIM), bytes);
    }
    fc.assert(
      fc.property(
        fc.constantFrom("ffd8ffe0", "ffd8", ""),
        fc.uint8Array({ maxLength: 60 }),
        (start, rest) => {
          const bytes = Buffer.concat([Buffer.from(start, "hex"), rest]);
          const result = insertIptc(bytes, IIM);
          return result === bytes || result.length === bytes.length + 4 + wrapIptc(IIM).length;
        },
      ),
      { seed: 1, numRuns: 2000 },
    );
  });
});
