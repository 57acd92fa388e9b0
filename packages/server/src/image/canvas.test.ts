import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decode, pixel, renderUrl, type Pixels, type Source } from "../../test/fixtures/render.ts";
import {
  noise,
  paint,
  paintDeep,
  plain,
  quarters,
  RED,
  saved,
  slope,
  WHITE,
} from "../../test/fixtures/source.ts";

const CLEAR = [0, 0, 0, 0];
const ORANGE = [255, 136, 0];

const made = async (source: Source, url: string): Promise<Pixels> => decode(await renderUrl(source, url));

/** How far in from each side the first pixel lies that is not the ground's. */
function edges(pixels: Pixels, ground: readonly number[]): number[] {
  const { width, height } = pixels;
  const isGround = (x: number, y: number): boolean => pixel(pixels, x, y).join() === ground.join();
  const columns = Array.from({ length: width }, (_, x) => x);
  const rows = Array.from({ length: height }, (_, y) => y);
  const filled = columns.filter((x) => rows.some((y) => !isGround(x, y)));
  const lines = rows.filter((y) => columns.some((x) => !isGround(x, y)));
  const [top = NaN, left = NaN] = [lines[0], filled[0]];
  return [top, width - 1 - (filled.at(-1) ?? NaN), height - 1 - (lines.at(-1) ?? NaN), left];
}

describe("padding", () => {
  it("lies around the picture, top, right, bottom, left, and is transparent where it can be", async () => {
    const source = await saved(plain(8, 6, RED), "png");
    for (const format of ["png", "tiff", "bmp", "ico"]) {
      const pixels = await made(source, `pd:1:2:3:4/f:${format}`);
      assert.deepEqual([pixels.width, pixels.height], [14, 10], format);
      assert.deepEqual(edges(pixels, CLEAR), [1, 2, 3, 4], format);
      assert.deepEqual(pixel(pixels, 4, 1), [...RED, 255], format);
    }
  });

  it("is transparent in WebP, whose colours there are its own affair", async () => {
    const pixels = await made(await saved(plain(8, 6, RED), "png"), "pd:1:2:3:4/f:webp");
    assert.deepEqual([pixel(pixels, 3, 1)[3], pixel(pixels, 4, 1)[3], pixel(pixels, 4, 0)[3]], [0, 255, 0]);
  });

  it("is white where the format knows no transparency", async () => {
    const pixels = await made(await saved(plain(8, 6, [0, 0, 0]), "jpeg"), "pd:16/f:jpg");
    assert.deepEqual(pixel(pixels, 0, 0), WHITE);
    assert.deepEqual(pixel(pixels, -1, 10), WHITE);
  });

  it("is whole white and leaves the picture whole around 16 bits of grey, in a result of 8", async () => {
    const source = await saved(
      paintDeep(8, 6, () => [32_896]),
      "png",
    );
    const white = await made(source, "pd:2/bg:ffffff/f:png");
    assert.deepEqual([pixel(white, 0, 0), pixel(white, 4, 4)], [[255], [128]]);
    const clear = await made(source, "pd:2/f:png");
    assert.deepEqual([pixel(clear, 0, 0).at(-1), pixel(clear, 4, 4)], [0, [128, 128, 128, 255]]);
  });

  it("has the background's colour, which fills the picture's own holes, too", async () => {
    const half = paint(8, 6, (x) => (x < 4 ? [...RED, 255] : [...RED, 0]));
    const pixels = await made(await saved(half, "png"), "pd:2/bg:ff8800/f:png");
    assert.equal(pixels.channels, 3);
    assert.deepEqual([pixel(pixels, 0, 0), pixel(pixels, 2, 2), pixel(pixels, 7, 3)], [ORANGE, RED, ORANGE]);
  });

  it("is as wide as the ratio makes it", async () => {
    const pixels = await made(await saved(plain(40, 40, RED), "png"), "w:10/pd:1:2:3:4/dpr:2/f:png");
    assert.deepEqual(edges(pixels, CLEAR), [2, 4, 6, 8]);
  });

  it("comes behind blur and sharpening, so that its edge stays crisp", async () => {
    const source = await saved(plain(20, 20, RED), "png");
    for (const effect of ["bl:5", "sh:3", "bl:5/sh:3", "pix:4"]) {
      const pixels = await made(source, `${effect}/pd:5/bg:00ff00/f:png`);
      for (let x = 0; x < 30; x++)
        assert.deepEqual(pixel(pixels, x, 15), x < 5 || x > 24 ? [0, 255, 0] : RED, `${effect} at ${x}`);
    }
  });

  it("lies behind a cut of the scaled picture in every format", async () => {
    const source = await saved(quarters(40, 20), "png");
    for (const format of ["png", "tiff", "bmp", "ico", "gif"]) {
      const pixels = await made(source, `rs:fill:10:10/pd:0:0:0:3/bg:ffffff/f:${format}`);
      assert.deepEqual([pixels.width, pixels.height], [13, 10], format);
      assert.ok(
        pixel(pixels, 1, 5).every((value) => value > 250),
        format,
      );
      assert.ok(
        pixel(pixels, 3, 1)[0]! > 250 && pixel(pixels, 3, 1)[1]! < 60,
        `${format}: ${pixel(pixels, 3, 1).join()}`,
      );
      assert.ok(pixel(pixels, -2, 1)[1]! > 250 && pixel(pixels, -2, 1)[0]! < 60, format); // Pixels have channels.
    }
  });
});

describe("extend", () => {
  const PLACES: readonly (readonly [gravity: string, edges: readonly number[]])[] = [
    ["", [6, 0, 4, 0]],
    [":no", [0, 0, 10, 0]],
    [":so", [10, 0, 0, 0]],
    [":so:0:3", [7, 0, 3, 0]],
    [":ce:0:-2", [4, 0, 6, 0]],
    [":fp:0.5:0.25", [0, 0, 10, 0]],
    [":fp:0.5:0.75", [10, 0, 0, 0]],
  ];
  for (const [gravity, wanted] of PLACES)
    it(`puts the picture where gravity says: ex:1${gravity}`, async () => {
      const pixels = await made(await saved(plain(40, 20, RED), "png"), `rs:fit:20:20/ex:1${gravity}/f:png`);
      assert.deepEqual([pixels.width, pixels.height], [20, 20]);
      assert.deepEqual(edges(pixels, CLEAR), wanted);
    });

  it("fills one axis for the sake of the ratio alone", async () => {
    const pixels = await made(await saved(plain(40, 20, RED), "png"), "rs:fit:80:80/exar:1:so/f:png");
    assert.deepEqual(edges(pixels, CLEAR), [20, 0, 0, 0]);
  });

  it("stands inside padding, in one colour with it", async () => {
    const pixels = await made(
      await saved(plain(40, 20, RED), "jpeg"),
      "rs:fit:20:20/ex:1:no/pd:3/bg:ff8800/f:png",
    );
    assert.deepEqual([pixels.width, pixels.height], [26, 26]);
    assert.deepEqual(edges(pixels, ORANGE), [3, 3, 13, 3]);
  });

  it("cuts a picture that rounding made wider than the canvas", async () => {
    const url = "rt:fill-down/w:1/h:7/mh:2/ex:1/f:png";
    const pixels = await made(await saved(plain(1, 1, RED), "png"), url);
    assert.deepEqual([pixels.width, pixels.height], [1, 7]);
  });
});

describe("background", () => {
  it("mixes with what is half transparent by its share", async () => {
    const source = await saved(plain(4, 4, [200, 100, 0, 128]), "png");
    const pixels = await made(source, "bg:00ff64/f:png");
    const share = 128 / 255;
    const wanted = [200, 100, 0].map((value, i) => value * share + [0, 255, 100][i]! * (1 - share)); // Three and three.
    pixel(pixels, 1, 1).forEach((value, i) =>
      assert.ok(Math.abs(value - wanted[i]!) <= 1, `${value} of ${wanted[i]}`),
    );
  });

  it("is white under a JPEG of a transparent picture, and nothing under an opaque one", async () => {
    const clear = await made(await saved(plain(16, 16, [9, 9, 9, 0]), "png"), "f:jpg");
    assert.deepEqual(pixel(clear, 5, 5), WHITE);
    const opaque = await made(await saved(noise(16, 16), "png"), "bg:ff0000/f:png");
    const untouched = await made(await saved(noise(16, 16), "png"), "f:png");
    assert.deepEqual(opaque.data, untouched.data);
  });

  it("turns grey into colour only if it has one", async () => {
    const source = await saved(slope(16, 16, 1), "png");
    assert.equal((await made(source, "pd:2/bg:808080/f:png")).channels, 1);
    assert.equal((await made(source, "pd:2/bg:808080/f:jpg")).channels, 1);
    assert.equal((await made(source, "pd:2/f:jpg")).channels, 1);
    assert.equal((await made(source, "bg:ff0000/f:png")).channels, 1);
    const coloured = await made(source, "pd:2/bg:ff8800/f:png");
    assert.equal(coloured.channels, 3);
    assert.deepEqual([pixel(coloured, 0, 0), pixel(coloured, 2, 2)], [ORANGE, [0, 0, 0]]);
  });

  it("is the URL's colour in a picture that came in another space than sRGB", async () => {
    const bytes = await plain(8, 8, [10, 200, 30, 255]).withIccProfile("p3").png().toBuffer();
    for (const url of ["pd:2/bg:c83264/f:png", "bl:1/pd:2/bg:c83264/f:png"])
      assert.deepEqual(pixel(await made({ bytes, format: "png" }, url), 0, 0), [200, 50, 100], url);
  });
});

describe("16 bits a channel", () => {
  const half = (alpha: number) =>
    saved(
      paintDeep(4, 4, (x) => [1000, 2000, 65535, x < 2 ? 65535 : alpha]),
      "png",
    );

  it("have a background that is as deep, and stay what they are beside it", async () => {
    const pixels = await made(await half(0), "bg:ff8001/ph:1/f:png");
    assert.deepEqual(
      [pixel(pixels, 0, 0), pixel(pixels, 3, 0)],
      [
        [1000, 2000, 65535],
        [65535, 32896, 257],
      ],
    );
    const mixed = await made(await half(32768), "bg:ffffff/ph:1/f:png");
    assert.deepEqual(pixel(mixed, 3, 0), [33267, 33767, 65535]);
  });

  it("have edges that are wholly transparent around what is wholly opaque", async () => {
    const source = await saved(
      paintDeep(4, 4, () => [1000, 2000, 65535]),
      "png",
    );
    const pixels = await made(source, "pd:0:0:0:2/ph:1/f:png");
    assert.deepEqual([pixel(pixels, 0, 0), pixel(pixels, 2, 0)], [CLEAR, [1000, 2000, 65535, 65535]]);
  });

  it("have edges in colour, grey or not", async () => {
    const grey = await saved(
      paintDeep(4, 4, (x) => [x * 1000]),
      "png",
    );
    const pixels = await made(grey, "pd:0:0:0:2/bg:808080/ph:1/f:png");
    assert.deepEqual([pixels.channels, pixel(pixels, 0, 0), pixel(pixels, 5, 0)], [1, [32896], [3000]]);
    const coloured = await made(grey, "pd:0:0:0:2/bg:ff0000/ph:1/f:png");
    assert.deepEqual(
      [pixel(coloured, 0, 0), pixel(coloured, 5, 0)],
      [
        [65535, 0, 0],
        [3000, 3000, 3000],
      ],
    );
  });
});

describe("bounds of the format", () => {
  const CASES: readonly (readonly [
    format: string,
    from: readonly [number, number],
    to: readonly [number, number],
  ])[] = [
    ["webp", [16_400, 4], [16_383, 4]],
    ["avif", [17_000, 20], [16_384, 19]],
    ["gif", [65_600, 2], [65_535, 2]],
    ["jpg", [2, 65_600], [2, 65_500]],
    ["ico", [600, 300], [256, 128]],
    ["png", [17_000, 4], [17_000, 4]],
  ];
  for (const [format, [width, height], to] of CASES)
    it(`of ${format} make ${to.join("x")} of ${width}x${height}`, async () => {
      const { rendered } = await renderUrl(
        await saved(plain(width, height, RED), "png"),
        `mrd:0/f:${format}`,
      );
      assert.deepEqual([rendered.width, rendered.height], to);
    });
});
