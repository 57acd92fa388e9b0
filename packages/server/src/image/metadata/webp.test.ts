import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp, { type Sharp } from "sharp";
import { film, plain, RED } from "../../../test/fixtures/source.ts";
import { readTexts, writeTexts } from "./exif.ts";
import { insertWebp } from "./webp.ts";

const animation = () =>
  film("webp", { width: 3, height: 3, delays: [40, 50], loop: 0 }, (frame) =>
    frame === 0 ? RED : [9, 9, 9],
  );

describe("insertWebp", () => {
  it("adds what libvips then reads back, and leaves the frames alone", async () => {
    const { bytes } = await animation();
    const { icc } = await sharp(await plain(1, 1, RED).withIccProfile("p3").png().toBuffer()).metadata();
    // Odd lengths are padded, which no reader may notice.
    const xmp = "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>";
    const made = insertWebp(bytes, { icc: icc!, exif: writeTexts({ Artist: "Ann" }), xmp }); // sharp wrote a profile.
    const read = await sharp(made, { animated: true }).metadata();
    assert.deepEqual(read.icc, icc);
    assert.deepEqual(readTexts(read.exif!), { Artist: "Ann" }); // It was written above.
    assert.equal(read.xmp?.toString(), xmp);
    assert.deepEqual([read.pages, read.delay], [2, [40, 50]]);
    const pixels = (file: Uint8Array) => sharp(file, { animated: true, ignoreIcc: true }).raw().toBuffer();
    assert.deepEqual(await pixels(made), await pixels(bytes));
  });

  it("says its length right", async () => {
    const { bytes } = await animation();
    for (const xmp of ["odd", "even"]) {
      const made = Buffer.from(insertWebp(bytes, { xmp }));
      assert.equal(made.readUInt32LE(4), made.length - 8);
      assert.equal(made.length, bytes.length + 8 + 4);
    }
  });

  it("gives back what it cannot or need not change", async () => {
    const { bytes } = await animation();
    assert.equal(insertWebp(bytes, {}), bytes);
    const riff = (chunk: string) => Buffer.from(`RIFF\x10\0\0\0WEBP${chunk}`, "latin1");
    const others = [new Uint8Array(), Uint8Array.from([1, 2, 3]), riff("ALPH\x04\0\0\0abcd")];
    const broken = [riff("VP8 \x04\0\0\0abcd"), riff("VP8L\x01\0\0\0/")];
    for (const other of [...others, ...broken]) assert.equal(insertWebp(other, { xmp: "x" }), other);
  });

  for (const [name, encode] of [
    ["lossy", (picture: Sharp) => picture.webp()],
    ["lossless", (picture: Sharp) => picture.webp({ lossless: true })],
    ["lossy and clear", (picture: Sharp) => picture.ensureAlpha(0.5).webp()],
    ["lossless and clear", (picture: Sharp) => picture.ensureAlpha(0.5).webp({ lossless: true })],
  ] as const)
    it(`extends a still that is ${name}`, async () => {
      const still = await encode(plain(300, 7, RED)).toBuffer();
      const made = insertWebp(still, { exif: writeTexts({ Artist: "Ann" }) });
      assert.equal(Buffer.from(made).toString("latin1", 12, 16), "VP8X");
      const { exif, width, height, hasAlpha } = await sharp(made).metadata();
      assert.deepEqual(readTexts(exif!), { Artist: "Ann" }); // It was written above.
      assert.deepEqual([width, height, hasAlpha], [300, 7, name.endsWith("clear")]);
      assert.deepEqual(await sharp(made).raw().toBuffer(), await sharp(still).raw().toBuffer());
    });
});
