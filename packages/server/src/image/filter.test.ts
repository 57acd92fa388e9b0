import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp, { type Sharp } from "sharp";
import {
  decode,
  difference,
  pixel,
  renderUrl,
  type Pixels,
  type Source,
} from "../../test/fixtures/render.ts";
import { noise, paint, paintDeep, quarters, saved, slope } from "../../test/fixtures/source.ts";

const made = async (source: Source, url: string): Promise<Pixels> =>
  decode(await renderUrl(source, `${url}/f:png`));

async function straight({ bytes }: Source, work: (picture: Sharp) => Sharp): Promise<Pixels> {
  const { data, info } = await work(sharp(bytes)).raw().toBuffer({ resolveWithObject: true });
  return { data, ...info };
}

describe("blur", () => {
  it("is libvips' Gaussian of that sigma", async () => {
    for (const channels of [3, 4] as const) {
      const source = await saved(noise(40, 30, channels), "png");
      for (const sigma of [0.5, 2, 8])
        assert.equal(
          difference(
            await made(source, `bl:${sigma}`),
            await straight(source, (picture) => picture.blur(sigma)),
          ),
          0,
          `sigma ${sigma}, ${channels} channels`,
        );
    }
  });

  it("does nothing below the sigma at which its mask is a single 1", async () => {
    const source = await saved(noise(20, 20), "png");
    assert.equal(difference(await made(source, "bl:0.1"), await made(source, "q:90")), 0);
  });

  it("follows scaling", async () => {
    const source = await saved(noise(80, 60), "png");
    const small = await saved(sharp(source.bytes).resize({ width: 40, kernel: "lanczos3" }), "png");
    assert.equal(difference(await made(source, "w:40/bl:2"), await made(small, "bl:2")), 0);
  });

  it("takes any sigma", async () => {
    const { width } = await made(await saved(noise(20, 20), "png"), "bl:100000");
    assert.equal(width, 20);
  });
});

describe("sharpen", () => {
  it("is libvips' own of that sigma", async () => {
    const source = await saved(noise(40, 30), "png");
    const libvips = { m1: 0, m2: 3, x1: 2, y2: 10, y3: 20 };
    for (const sigma of [0.5, 1.5, 4])
      assert.equal(
        difference(
          await made(source, `sh:${sigma}`),
          await straight(source, (picture) => picture.sharpen({ sigma, ...libvips })),
        ),
        0,
        `sigma ${sigma}`,
      );
  });

  it("makes an edge steeper and leaves the even alone", async () => {
    const soft = paint(40, 8, (x) =>
      new Array<number>(3).fill(x < 16 ? 60 : x > 23 ? 180 : 60 + (x - 15) * 13),
    );
    const source = await saved(soft, "png");
    const [before, after] = [await made(source, "q:90"), await made(source, "sh:2")];
    assert.deepEqual(pixel(after, 2, 4), pixel(before, 2, 4));
    assert.ok(pixel(after, 24, 4)[0]! > pixel(before, 24, 4)[0]!, "brighter on the bright side"); // Pixels have channels.
    assert.ok(pixel(after, 15, 4)[0]! < pixel(before, 15, 4)[0]!, "darker on the dark side"); // As above.
  });

  it("takes any sigma", async () => {
    const { width } = await made(await saved(noise(20, 20), "png"), "sh:100000");
    assert.equal(width, 20);
  });
});

/** Means by the definition: each square, filled up at the far edges by mirroring. */
function squares(from: Pixels, side: number): (x: number, y: number) => number[] {
  const size = Math.min(side, Math.max(from.width, from.height));
  const folded = (at: number, length: number): number => {
    const place = at % (2 * length);
    return place < length ? place : 2 * length - 1 - place;
  };
  return (x, y) => {
    const [left, top] = [x - (x % size), y - (y % size)];
    const all = Array.from({ length: size * size }, (_, i) =>
      pixel(from, folded(left + (i % size), from.width), folded(top + Math.floor(i / size), from.height)),
    );
    return all[0]!.map((_, channel) =>
      // A square has pixels.
      Math.round(all.reduce((sum, each) => sum + (each[channel] ?? NaN), 0) / all.length),
    );
  };
}

describe("pixelate", () => {
  const SIDES = [2, 5, 12, 13, 100];
  for (const [name, picture] of [
    ["RGB", noise(23, 13)],
    ["RGB with alpha", noise(23, 13, 4)],
    ["a narrow one", noise(2, 13)],
    ["16 bits", paintDeep(23, 13, (x, y) => [x * 2500 + y, y * 4000, 60_000 - x])],
  ] as const)
    it(`fills each square with its mean: ${name}`, async () => {
      const source = await saved(picture, "png");
      const from = await made(source, "ph:1");
      for (const side of SIDES) {
        const [pixels, mean] = [await made(source, `ph:1/pix:${side}`), squares(from, side)];
        for (let y = 0; y < pixels.height; y++)
          for (let x = 0; x < pixels.width; x++)
            assert.deepEqual(pixel(pixels, x, y), mean(x, y), `side ${side} at ${x}, ${y}`);
      }
    });

  it("leaves squares of one pixel as they are", async () => {
    const source = await saved(noise(20, 20), "png");
    assert.equal(difference(await made(source, "pix:1"), await made(source, "q:90")), 0);
  });
});

describe("effects", () => {
  it("are made in this order: blur, sharpen, pixelate", async () => {
    const source = await saved(noise(40, 30), "png");
    const after = async (from: Source, url: string): Promise<Source> => ({
      bytes: (await renderUrl(from, `${url}/f:png`)).bytes,
      format: "png",
    });
    const apart = await after(await after(source, "bl:1"), "sh:2");
    assert.equal(difference(await made(source, "bl:1/sh:2"), await made(apart, "q:90")), 0);
    assert.equal(difference(await made(source, "pix:4/sh:2/bl:1"), await made(apart, "pix:4")), 0);
  });

  it("turn grey into colour without a hue", async () => {
    const source = await saved(slope(16, 16, 1), "png");
    for (const url of ["bl:1", "sh:1", "pix:3"]) {
      const pixels = await made(source, url);
      assert.equal(pixels.channels, 3, url);
      const [red, green, blue] = pixel(pixels, 9, 9);
      assert.ok(red === green && green === blue, url);
    }
  });

  it("keep 16 bits a channel", async () => {
    const source = await saved(
      paintDeep(16, 16, (x, y) => [x * 4000, y * 4000, 999]),
      "png",
    );
    for (const url of ["bl:1", "pix:3"]) {
      const pixels = await made(source, `${url}/ph:1`);
      assert.ok(pixels.data instanceof Uint16Array, url);
      assert.ok(Math.abs(pixel(pixels, 8, 8)[2]! - 999) <= 1, url); // Pixels have three channels.
    }
  });

  it("do not let hidden colours out of transparency", async () => {
    const source = await saved(
      paint(30, 10, (x) => (x < 15 ? [255, 0, 0, 255] : [0, 255, 0, 0])),
      "png",
    );
    for (const url of ["bl:3", "bl:3/pix:10"]) {
      const pixels = await made(source, url);
      for (let x = 0; x < 30; x++) {
        const [red = 0, green = 0, , alpha = 0] = pixel(pixels, x, 5);
        if (alpha > 8) assert.ok(red > 250 && green <= 4, `${url} at ${x}: ${pixel(pixels, x, 5).join()}`);
      }
    }
  });

  it("change nothing where there is nothing to change", async () => {
    const flat = await saved(quarters(4, 4).resize(1, 1), "png");
    for (const url of ["bl:3", "sh:3", "pix:5"]) assert.equal((await made(flat, url)).data.length, 3, url);
  });
});
