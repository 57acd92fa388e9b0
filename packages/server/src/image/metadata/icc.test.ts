import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import { isPlainSrgb } from "./icc.ts";

/** The header of the profile in question, as ICC.1:2010 lays it out. */
function header(): Buffer {
  const bytes = Buffer.alloc(128);
  bytes.writeUInt32BE(3144, 0);
  bytes.write("Lino", 4, "latin1");
  bytes.set([2, 0x10, 0, 0], 8);
  bytes.write("mntrRGB XYZ ", 12, "latin1");
  for (const [index, part] of [1998, 2, 9, 6, 49, 0].entries()) bytes.writeUInt16BE(part, 24 + 2 * index);
  bytes.write("acspMSFT", 36, "latin1");
  bytes.write("IEC sRGB", 48, "latin1");
  bytes.write("HP  ", 80, "latin1");
  return bytes;
}

describe("isPlainSrgb", () => {
  it("recognises the profile by its header", () => {
    assert.equal(isPlainSrgb(header()), true);
    assert.equal(isPlainSrgb(Buffer.concat([header(), Buffer.alloc(3016)])), true);
    assert.equal(isPlainSrgb(new Uint8Array(header())), true);
  });

  const patches: readonly (readonly [name: string, at: number, value: string])[] = [
    ["version", 8, "\x04"],
    ["minor version", 9, "\x20"],
    ["colour space", 16, "GRAY"],
    ["year", 24, "\x07\xcf"],
    ["month", 27, "\x03"],
    ["day", 29, "\x0a"],
    ["manufacturer", 48, "HP  "],
    ["model", 52, "sRGb"],
    ["creator", 80, "lcms"],
  ];
  for (const [name, at, value] of patches) {
    it(`minds another ${name}`, () => {
      const bytes = header();
      bytes.write(value, at, "latin1");
      assert.equal(isPlainSrgb(bytes), false);
    });
  }

  it("does not mind the time of day nor what is used nowhere", () => {
    const bytes = header();
    bytes.fill(0xff, 0, 8);
    bytes.fill(0xff, 30, 48);
    assert.equal(isPlainSrgb(bytes), true);
  });

  it("takes every truncation", () => {
    for (let length = 0; length < 84; length += 1)
      assert.equal(isPlainSrgb(header().subarray(0, length)), false);
    assert.equal(isPlainSrgb(header().subarray(0, 84)), true);
  });

  it("does not take other profiles for it", async () => {
    for (const name of ["srgb", "p3"]) {
      const picture = sharp({ create: { width: 1, height: 1, channels: 3, background: "#fff" } });
      const { icc } = await sharp(await picture.withIccProfile(name).png().toBuffer()).metadata();
      assert(icc);
      assert.equal(isPlainSrgb(icc), false);
    }
  });
});
