import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import sharp from "sharp";
import { thumbHashToApproximateAspectRatio, thumbHashToAverageRGBA } from "thumbhash";
import { dominantColour } from "./colour.ts";
import { readFacts } from "./facts.ts";
import { cutTo } from "./shape.ts";

const sample = (name: string): Buffer =>
  readFileSync(new URL(`../../../../samples/${name}`, import.meta.url));
const plain = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 4, background } });

describe("the facts of a picture", () => {
  it("are those of the upright one", async () => {
    const lying = await plain(300, 200, "#336699").jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const { width, height, thumbhash } = await readFacts(lying, "natural");
    assert.deepEqual([width, height], [200, 300]);
    assert.ok(thumbHashToApproximateAspectRatio(Buffer.from(thumbhash, "base64")) < 1);
  });

  it("are those of the cut where it has a shape", async () => {
    const { width, height, thumbhash } = await readFacts(sample("two-dogs.jpg"), "3x2");
    assert.deepEqual([width, height], [1598, 1065]);
    assert.ok(thumbHashToApproximateAspectRatio(Buffer.from(thumbhash, "base64")) > 1);
  });

  for (const name of ["engraving.svg", "shutter.gif"])
    it(`are known of ${name}`, async () => {
      const facts = await readFacts(sample(name), "natural");
      const { width, height } = await sharp(sample(name)).metadata();
      assert.deepEqual([facts.width, facts.height], [width, height]);
      assert.match(facts.thumbhash, /^[\w+/]{6,40}={0,2}$/);
    });

  for (const [what, picture] of [
    ["grey", plain(40, 30, "#808080").removeAlpha().greyscale().png()],
    ["in 16 bits", plain(40, 30, "#808080").toColourspace("rgb16").png()],
    // Between inks and lights colours move a little.
    ["in CMYK", plain(40, 30, "#808080").removeAlpha().toColourspace("cmyk").jpeg({ quality: 100 })],
    ["of one pixel", plain(1, 1, "#808080").png()],
  ] as const)
    it(`have the colour of a picture that is ${what}`, async () => {
      const { dominantColor, thumbhash } = await readFacts(await picture.toBuffer(), "natural");
      const grey = parseInt(dominantColor.slice(1, 3), 16);
      assert.ok(Math.abs(grey - 128) < 16, dominantColor);
      const { r, g, b, a } = thumbHashToAverageRGBA(Buffer.from(thumbhash, "base64"));
      for (const value of [r, g, b]) assert.ok(Math.abs(value - 0.5) < 0.08, `${r} ${g} ${b}`);
      assert.equal(a, 1);
    });
});

describe("the dominant colour", () => {
  const pixels = (...colours: number[][]): Uint8Array => Uint8Array.from(colours.flat());

  it("is that of most pixels, and the mean of those that are alike", () => {
    const reds = [
      [250, 4, 2, 255],
      [246, 2, 0, 255],
    ];
    assert.equal(dominantColour(pixels([0, 0, 200, 255], ...reds)), "#f80301");
  });

  it("is not that of what cannot be seen", () => {
    const clear = [0, 0, 0, 0];
    assert.equal(dominantColour(pixels(clear, clear, [16, 32, 48, 255])), "#102030");
    assert.equal(dominantColour(pixels(clear)), "#ffffff");
  });
});

describe("the largest cut", () => {
  for (const [shape, size, expected] of [
    ["natural", [30, 20], [30, 20]],
    ["1x1", [30, 20], [20, 20]],
    ["2x1", [30, 20], [30, 15]],
    ["3x2", [31, 20], [30, 20]],
    ["1x100", [30, 20], [1, 20]],
  ] as const)
    it(`of ${shape} out of ${size.join(" by ")} is ${expected.join(" by ")}`, () => {
      const { width, height } = cutTo(shape, { width: size[0], height: size[1] });
      assert.deepEqual([width, height], expected);
    });
});
