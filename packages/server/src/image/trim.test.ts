import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decode, pixel, renderUrl, type Pixels, type Source } from "../../test/fixtures/render.ts";
import {
  BLUE,
  GREEN,
  oriented,
  paint,
  paintDeep,
  plain,
  quarters,
  RED,
  saved,
} from "../../test/fixtures/source.ts";

const made = async (source: Source, url: string): Promise<Pixels> =>
  decode(await renderUrl(source, `${url}/f:png`));

const sizeOf = ({ width, height }: Pixels): string => `${width}x${height}`;

/** 40 x 30 of one colour with a box of another in it: 5 from the left, 3 from the top, 7 from the right, 9 from the bottom. */
const framed = (frame: readonly number[], box: readonly number[]) =>
  paint(40, 30, (x, y) => (x >= 5 && x < 33 && y >= 3 && y < 21 ? box : frame));

describe("trim", () => {
  const BORDERED: readonly (readonly [url: string, size: string])[] = [
    ["t:10", "28x18"],
    ["t:0", "28x18"],
    ["t:10:ffffff", "28x18"],
    // The border is not of that colour.
    ["t:10:000000", "40x30"],
    ["t:10:fafafa", "28x18"],
    ["t:3:fafafa", "40x30"],
    // Opposite margins lose alike, by the smaller of the two.
    ["t:10::1", "30x18"],
    ["t:10::0:1", "28x24"],
    ["t:10::1:1", "30x24"],
    // An empty threshold is no trimming.
    ["t:", "40x30"],
    // What is left is what everything else is about.
    ["t:10/w:14", "14x9"],
    ["t:10/w:400", "28x18"],
    ["t:10/rs:fill:10:18", "10x18"],
    ["t:10/c:0.5:0.5", "14x9"],
    ["t:10/pd:2", "32x22"],
    ["t:10/rot:90", "18x28"],
    ["t:10/w:56/el:1", "56x36"],
  ];
  for (const [url, size] of BORDERED)
    it(`makes ${size} of a picture with a white border: ${url}`, async () => {
      assert.equal(sizeOf(await made(await saved(framed([255, 255, 255], BLUE), "png"), url)), size);
    });

  it("leaves exactly the box", async () => {
    const pixels = await made(await saved(framed([255, 255, 255], BLUE), "png"), "t:10");
    for (const [x, y] of [
      [0, 0],
      [-1, 0],
      [0, -1],
      [-1, -1],
    ] as const)
      assert.deepEqual(pixel(pixels, x, y), BLUE);
  });

  it("counts colours as border as far as the threshold", async () => {
    const source = await saved(framed([200, 200, 200], [230, 200, 200]), "png");
    assert.equal(sizeOf(await made(source, "t:29")), "28x18");
    assert.equal(sizeOf(await made(source, "t:31")), "40x30");
  });

  it("takes transparency for border where the corner is transparent, and keeps the picture's own alpha", async () => {
    const source = await saved(framed([0, 0, 0, 0], [0, 0, 255, 200]), "png");
    const pixels = await made(source, "t:10");
    assert.equal(sizeOf(pixels), "28x18");
    assert.deepEqual(pixel(pixels, 0, 0), [0, 0, 255, 200]);
  });

  it("tells transparency from black, white and grey", async () => {
    for (const box of [
      [0, 0, 0, 255],
      [255, 255, 255, 255],
      [128, 128, 128, 255],
    ])
      assert.equal(
        sizeOf(await made(await saved(framed([0, 0, 0, 0], box), "png"), "t:10")),
        "28x18",
        box.join(),
      );
  });

  it("leaves a picture alone that is border all over, or has none", async () => {
    assert.equal(sizeOf(await made(await saved(plain(20, 10, RED), "png"), "t:10")), "20x10");
    assert.equal(sizeOf(await made(await saved(plain(20, 10, [9, 9, 9, 0]), "png"), "t:10")), "20x10");
    assert.equal(sizeOf(await made(await saved(quarters(20, 10), "png"), "t:10")), "20x10");
    assert.equal(sizeOf(await made(await saved(quarters(20, 10), "png"), "t:10/w:10")), "10x5");
  });

  it("leaves pictures alone that are too small to have a border", async () => {
    for (const [width, height] of [
      [1, 1],
      [2, 2],
      [1, 30],
    ] as const)
      assert.equal(
        sizeOf(await made(await saved(plain(width, height, RED), "png"), "t:10")),
        `${width}x${height}`,
      );
  });

  it("works in the stored picture, before it is turned upright", async () => {
    const source = await oriented(framed([255, 255, 255], [0, 0, 160]), 6);
    const pixels = await made(source, "t:30/c:0:10:no");
    assert.equal(sizeOf(pixels), "18x10");
    assert.ok(pixel(pixels, 0, 0)[0]! < 60, "the border is gone from the top left"); // Pixels have channels.
  });

  it("lets a smart crop see only what is left", async () => {
    const source = await saved(framed([255, 255, 255], GREEN), "png");
    const pixels = await made(source, "t:10/c:10:10:sm");
    assert.deepEqual([sizeOf(pixels), pixel(pixels, 0, 0), pixel(pixels, -1, -1)], ["10x10", GREEN, GREEN]);
  });

  it("keeps grey grey, 16 bits 16 bits and another colour space's numbers", async () => {
    const grey = await made(await saved(framed([255], [40]), "png"), "t:10");
    assert.deepEqual([sizeOf(grey), grey.channels, pixel(grey, 0, 0)], ["28x18", 1, [40]]);
    const deep = paintDeep(40, 30, (x, y) =>
      x >= 5 && x < 33 && y >= 3 && y < 21 ? [1001, 2002, 3003] : [65535, 65535, 65535],
    );
    const kept = await made(await saved(deep, "png"), "t:10/ph:1");
    assert.deepEqual([sizeOf(kept), pixel(kept, 0, 0)], ["28x18", [1001, 2002, 3003]]);
    const bytes = await framed([255, 255, 255], [10, 200, 30]).withIccProfile("p3").png().toBuffer();
    const here = await made({ bytes, format: "png" }, "t:10/scp:0");
    const there = await decode(await renderUrl({ bytes, format: "png" }, "c:28:18:nowe:5:3/scp:0/f:png"));
    assert.deepEqual(here.data, there.data);
  });

  it("works in JPEG, whose borders are never quite even", async () => {
    const bytes = await framed([255, 255, 255], [0, 0, 120]).jpeg({ quality: 70 }).toBuffer();
    const { width, height } = await made({ bytes, format: "jpeg" }, "t:40");
    assert.ok(Math.abs(width - 28) <= 2 && Math.abs(height - 18) <= 2, `got ${width}x${height}`);
  });
});
