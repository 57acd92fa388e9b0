import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import { noise } from "../../../test/fixtures/source.ts";
import { resetResolution } from "./resolution.ts";

describe("resetResolution", () => {
  it("writes 72 dots per inch and nothing else", async () => {
    const png = await noise(20, 10).withMetadata({ density: 300 }).png().toBuffer();
    const reset = resetResolution(png);
    assert.equal((await sharp(png).metadata()).density, 300);
    const pixels = (bytes: Buffer) => sharp(bytes, { failOn: "warning" }).raw().toBuffer();
    assert.deepEqual(await pixels(reset), await pixels(png));
    const phys = reset.indexOf("pHYs");
    assert.deepEqual(
      [reset.readUInt32BE(phys + 4), reset.readUInt32BE(phys + 8), reset[phys + 12]],
      [2835, 2835, 1],
    );
    assert.deepEqual(resetResolution(reset), reset, "the checksum is the one that libpng would write");
  });

  it("gives back what has none, and what is no PNG", async () => {
    const png = await noise(4, 4).png().toBuffer();
    const at = png.indexOf("pHYs") - 4;
    const without = Buffer.concat([png.subarray(0, at), png.subarray(at + 21)]);
    for (const bytes of [without, Buffer.alloc(0), Buffer.from("not a picture at all, but long enough")])
      assert.equal(resetResolution(bytes), bytes);
  });
});
