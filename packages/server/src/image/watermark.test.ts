import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpError } from "../errors.ts";
import {
  decode,
  pixel,
  renderUrl,
  type Circumstances,
  type Pixels,
  type Source,
} from "../../test/fixtures/render.ts";
import {
  GREEN,
  oriented,
  paint,
  paintDeep,
  plain,
  quarters,
  RED,
  saved,
  slope,
  WHITE,
} from "../../test/fixtures/source.ts";

const GREY = [100, 100, 100];

const ground = (width = 40, height = 30): Promise<Source> => saved(plain(width, height, GREY), "png");
const mark = (width = 6, height = 4): Promise<Source> => saved(plain(width, height, RED), "png");

async function made(
  url: string,
  { watermark, ...around }: Circumstances = {},
  source = ground(),
): Promise<Pixels> {
  return decode(
    await renderUrl(await source, `${url}/f:png`, { watermark: watermark ?? (await mark()), ...around }),
  );
}

/** Where red is, as "left,top,right,bottom", both ends inside. */
function redBox(pixels: Pixels): string {
  const places = Array.from(
    { length: pixels.width * pixels.height },
    (_, i) => [i % pixels.width, Math.floor(i / pixels.width)] as const,
  ).filter(([x, y]) => {
    const [red = 0, green = 0] = pixel(pixels, x, y);
    return red > 200 && green < 50;
  });
  const xs = places.map(([x]) => x);
  const ys = places.map(([, y]) => y);
  return places.length === 0
    ? "none"
    : [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)].join();
}

describe("watermark", () => {
  // 40 x 30 under 6 x 4: 34 and 26 pixels are left over.
  const PLACES: readonly (readonly [url: string, box: string])[] = [
    ["wm:1", "18,14,23,17"],
    ["wm:1:ce", "18,14,23,17"],
    ["wm:1:no", "18,0,23,3"],
    ["wm:1:so", "18,26,23,29"],
    ["wm:1:we", "0,14,5,17"],
    ["wm:1:ea", "34,14,39,17"],
    ["wm:1:nowe", "0,0,5,3"],
    ["wm:1:noea", "34,0,39,3"],
    ["wm:1:sowe", "0,26,5,29"],
    ["wm:1:soea", "34,26,39,29"],
    ["wm:1:soea:3:5", "31,21,36,24"],
    ["wm:1:nowe:3:5", "3,5,8,8"],
    ["wm:1:ce:-3:5", "15,19,20,22"],
    ["wm:1:nowe:0.1:0.2", "4,6,9,9"],
    // Pixels are the device's, fractions are the picture's.
    ["wm:1:nowe:3:5/dpr:1", "3,5,8,8"],
    // Partly outside, and wholly as good as.
    ["wm:1:nowe:-2:-3", "0,0,3,0"],
    ["wm:1:soea:-4:-1", "38,27,39,29"],
    ["wm:1:nowe:-100:-100", "0,0,0,0"],
    ["wm:1:soea:-100:0", "39,26,39,29"],
    ["wm:0", "none"],
    // A size relative to the picture.
    ["wm:1:nowe:0:0:0.5", "0,0,19,12"],
    ["wm:1:nowe:0:0:0.1", "0,0,3,2"],
    ["wm:1:nowe:0:0:1", "0,0,39,26"],
    ["wm:1:soea:0:0:0.3", "28,22,39,29"],
    ["wm:1:ce:0:0:2", "0,0,39,29"],
    ["wm:1:nowe:0:0:0.00001", "0,0,0,0"],
  ];
  for (const [url, box] of PLACES)
    it(`lies at ${box}: ${url}`, async () => {
      assert.equal(redBox(await made(url)), box);
    });

  it("takes offsets by the ratio that came out", async () => {
    const url = "w:20/dpr:2/wm:1:nowe:3:5";
    assert.equal(redBox(await made(url, {}, ground(400, 300))), "6,10,11,13");
    assert.equal(redBox(await made(url, {}, ground(40, 30))), "6,10,11,13");
    assert.equal(redBox(await made("w:40/dpr:2/wm:1:nowe:3:5", {}, ground(40, 30))), "3,5,8,8");
  });

  it("lies on top of padding, extension and background", async () => {
    const pixels = await made("pd:5/bg:ffffff/wm:1:nowe");
    assert.equal(redBox(pixels), "0,0,5,3");
    assert.deepEqual([pixel(pixels, 7, 0), pixel(pixels, 7, 7)], [WHITE, GREY]);
    assert.equal(redBox(await made("rs:fit:40:40/ex:1:so/wm:1:no")), "18,0,23,3");
  });

  it("comes in after the effects", async () => {
    const pixels = await made("bl:3/wm:1:nowe");
    assert.deepEqual([pixel(pixels, 5, 3), pixel(pixels, 6, 4)], [RED, GREY]);
  });

  it("lets through what its opacity leaves, the URL's times the server's", async () => {
    const at = async (url: string, opacity = 1) =>
      pixel(await made(url, { config: { watermark: { opacity } } }), 20, 15);
    const half = await at("wm:0.5");
    [178, 50, 50].forEach((value, i) => assert.ok(Math.abs(half[i]! - value) <= 1, half.join())); // Three and three.
    assert.deepEqual(await at("wm:1", 0.5), half);
    assert.deepEqual(await at("wm:1", 0), GREY);
    const quarter = await at("wm:0.5", 0.5);
    [139, 75, 75].forEach((value, i) => assert.ok(Math.abs(quarter[i]! - value) <= 1, quarter.join())); // As above.
  });

  it("counts its own transparency in", async () => {
    const watermark = await saved(plain(6, 4, [...RED, 128]), "png");
    const [red = 0, green = 0] = pixel(await made("wm:1", { watermark }), 20, 15);
    assert.ok(Math.abs(red - 178) <= 1 && Math.abs(green - 50) <= 1, `${red}, ${green}`);
  });

  it("leaves an opaque picture opaque and a transparent one its holes", async () => {
    assert.equal((await made("wm:1:nowe")).channels, 3);
    const clear = saved(plain(40, 30, [0, 0, 0, 0]), "png");
    const pixels = await made("wm:1:nowe", {}, clear);
    assert.deepEqual(
      [pixel(pixels, 0, 0), pixel(pixels, 20, 20)],
      [
        [...RED, 255],
        [0, 0, 0, 0],
      ],
    );
  });

  it("does nothing where the URL asks for none, or the server has none", async () => {
    const plainOne = await decode(await renderUrl(await ground(), "f:png"));
    assert.deepEqual((await made("q:90")).data, plainOne.data);
    assert.deepEqual((await decode(await renderUrl(await ground(), "wm:1/f:png"))).data, plainOne.data);
  });

  describe("repeated", () => {
    /** Columns or rows of the picture that have red in them. */
    const runs = (pixels: Pixels, along: "x" | "y"): string =>
      Array.from({ length: along === "x" ? pixels.width : pixels.height }, (_, at) => {
        const other = Array.from({ length: along === "x" ? pixels.height : pixels.width }, (_, i) => i);
        const isRed = other.some((i) => {
          const [red = 0, green = 0] = along === "x" ? pixel(pixels, at, i) : pixel(pixels, i, at);
          return red > 200 && green < 50;
        });
        return isRed ? "#" : ".";
      }).join("");

    const CASES: readonly (readonly [url: string, columns: string, rows: string])[] = [
      // 40 / 6 is 7 copies and a bit off each end: (42 - 40) / 2.
      ["wm:1:re", "#".repeat(40), "#".repeat(30)],
      // Tiles of 10 x 7: 5 and 5, cut by 5 and by 2; the mark stands 2 and 1 from the tile's corner.
      ["wm:1:re:4:3", "###....######....######....######....###", "###...####...####...####...###"],
      // Fractions of the picture: 0.1 of 40, 0.1 of 30.
      ["wm:1:re:0.1:0.1", "###....######....######....######....###", "###...####...####...####...###"],
    ];
    for (const [url, columns, rows] of CASES)
      it(url, async () => {
        const pixels = await made(url);
        assert.deepEqual([runs(pixels, "x"), runs(pixels, "y")], [columns, rows]);
      });

    it("has a copy in the very middle where that can be", async () => {
      const pixels = await made("wm:1:re:10:10", {}, ground(46, 34));
      // Tiles of 16 x 14: 3 each, 1 and 4 off the start, so the middle tile begins at 15 and 10.
      assert.deepEqual(pixel(pixels, 15 + 5, 10 + 5), RED);
      assert.deepEqual(pixel(pixels, 15 + 4, 10 + 5), GREY);
      assert.deepEqual(pixel(pixels, 15 + 10, 10 + 8), RED);
      assert.deepEqual(pixel(pixels, 15 + 11, 10 + 8), GREY);
    });

    it("takes scale, opacity and a picture smaller than itself", async () => {
      assert.equal(redBox(await made("wm:1:re:0:0:0.25")), "0,0,39,29");
      const big = await saved(quarters(100, 100), "png");
      const pixels = await made("wm:1:re", { watermark: big });
      assert.deepEqual([pixel(pixels, 0, 0), pixel(pixels, -1, 0)], [RED, GREEN]);
    });
  });

  describe("on grey", () => {
    const grey = () => saved(slope(40, 30, 1), "png");

    it("stays grey under a grey mark and becomes colour under a coloured one", async () => {
      const under = await made(
        "wm:1",
        { watermark: await saved(plain(6, 4, [200, 200, 200]), "png") },
        grey(),
      );
      assert.deepEqual([under.channels, pixel(under, 20, 15)], [1, [200]]);
      const coloured = await made("wm:1", {}, grey());
      assert.deepEqual([coloured.channels, pixel(coloured, 20, 15)], [3, RED]);
      assert.deepEqual(pixel(coloured, 0, 0), [0, 0, 0]);
    });
  });

  describe("of another kind", () => {
    it("may be grey, a JPEG lying on its side, a palette, an animation's first frame", async () => {
      const lying = await oriented(quarters(8, 4), 6);
      const upright = await made("wm:1:nowe", { watermark: lying });
      assert.ok(
        pixel(upright, 0, 0)[0]! > 200 && pixel(upright, 0, 0)[1]! > 200,
        "yellow comes to the top left",
      ); // Pixels have channels.
      assert.deepEqual([pixel(upright, 3, 7).join() === GREY.join(), pixel(upright, 4, 0)], [false, GREY]);
      for (const watermark of [
        await saved(plain(6, 4, [0]), "png"),
        await saved(plain(6, 4, [0, 255]), "png"),
        await saved(plain(6, 4, [0, 0, 0]), "gif"),
        await saved(plain(6, 4, [0, 0, 0]), "webp"),
      ])
        assert.ok(pixel(await made("wm:1:nowe", { watermark }), 2, 2)[0]! < 3, watermark.format); // As above.
    });

    it("comes into sRGB first", async () => {
      const bytes = await plain(6, 4, [200, 50, 50]).withIccProfile("p3").png().toBuffer();
      const [red = 0, green = 0] = pixel(await made("wm:1", { watermark: { bytes, format: "png" } }), 20, 15);
      assert.ok(Math.abs(red - 200) <= 1 && Math.abs(green - 50) <= 1, `${red}, ${green}`);
    });

    it("meets a picture of another space in sRGB", async () => {
      const bytes = await plain(40, 30, GREY).withIccProfile("p3").png().toBuffer();
      const source = Promise.resolve<Source>({ bytes, format: "png" });
      assert.deepEqual(pixel(await made("wm:1", {}, source), 20, 15), RED);
    });

    it("may be an SVG, in its natural size or sharp in any", async () => {
      const svg =
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 6 4"><rect width="6" height="4" fill="#f00"/></svg>';
      const watermark: Source = { bytes: Buffer.from(svg), format: "svg" };
      assert.equal(redBox(await made("wm:1", { watermark })), "18,14,23,17");
      const large = await made("wm:1:nowe:0:0:1", { watermark });
      assert.equal(redBox(large), "0,0,39,26");
      assert.deepEqual([pixel(large, 39, 25), pixel(large, 39, 27)], [RED, GREY]);
    });
  });

  it("leaves 16 bits a channel alone beside it", async () => {
    const deep = saved(
      paintDeep(20, 20, (x) => [x * 3001, 1003, 60_007]),
      "png",
    );
    const pixels = await made("wm:1:nowe/ph:1", {}, deep);
    assert.ok(pixels.data instanceof Uint16Array);
    assert.deepEqual(pixel(pixels, 10, 10), [30_010, 1003, 60_007]);
    const [red = 0, green = 0] = pixel(pixels, 1, 1);
    assert.ok(red > 65_000 && green < 300, `${red}, ${green}`);
  });

  it("is refused with more pixels than a source may have", async () => {
    const config = { limits: { maxSrcResolution: 1200 } };
    await assert.rejects(
      async () => made("wm:1", { watermark: await mark(60, 21), config }),
      (error) => error instanceof HttpError && error.code === "resolution_too_big",
    );
    assert.equal(redBox(await made("wm:1:nowe", { watermark: await mark(60, 20), config })), "0,0,39,19");
  });

  it("is refused where it is no picture", async () => {
    await assert.rejects(
      made("wm:1", { watermark: { bytes: Buffer.from("not a picture"), format: "png" } }),
      (error) => error instanceof HttpError && error.code === "broken_image",
    );
  });

  it("is one pattern over a painted picture, not only over plain ones", async () => {
    const source = saved(
      paint(40, 30, (x, y) => [x * 6, y * 8, 0]),
      "png",
    );
    const pixels = await made("wm:1:ce", {}, source);
    assert.deepEqual(
      [pixel(pixels, 17, 14), pixel(pixels, 18, 14), pixel(pixels, 24, 17)],
      [[102, 112, 0], RED, [144, 136, 0]],
    );
  });
});
