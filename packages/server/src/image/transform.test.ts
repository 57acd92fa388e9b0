import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import { seen, TURNINGS, type Turning } from "../../test/fixtures/grid.ts";
import {
  decode,
  difference,
  headerOf,
  pixel,
  renderUrl,
  type Pixels,
  type Source,
} from "../../test/fixtures/render.ts";
import {
  BLUE,
  film,
  GREEN,
  noise,
  oriented,
  paint,
  quarters,
  RED,
  saved,
  slope,
  YELLOW,
  type Colour,
} from "../../test/fixtures/source.ts";

const COLOURS: readonly Colour[] = [RED, GREEN, BLUE, YELLOW];
const QUARTERS = [
  [0, 1],
  [3, 2],
];

/** Which of the four colours a pixel is nearest to. */
function colourAt(pixels: Pixels, x: number, y: number): number {
  const distances = COLOURS.map((colour) => {
    const found = pixel(pixels, x, y);
    return colour.reduce((sum, value, i) => sum + Math.abs(value - (found[i] ?? NaN)), 0);
  });
  const least = Math.min(...distances);
  assert.ok(least < 60, `expected one of four colours, got ${pixel(pixels, x, y).join()}`);
  return distances.indexOf(least);
}

const corners = (pixels: Pixels): number[][] => [
  [colourAt(pixels, 1, 1), colourAt(pixels, -2, 1)],
  [colourAt(pixels, 1, -2), colourAt(pixels, -2, -2)],
];

const urlOf = ({ rotate, horizontal, vertical }: Turning): string =>
  `rot:${rotate}/fl:${Number(horizontal)}:${Number(vertical)}`;

const lying = (width: number, height: number): Promise<Source[]> =>
  Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((each) => oriented(quarters(width, height), each)));

describe("orientation", () => {
  it("comes right in every combination of EXIF's, rotate and flip, scaled or not", async () => {
    const sources = await lying(32, 16);
    for (const turning of TURNINGS) {
      const source = sources[turning.orientation - 1]!; // Eight orientations, eight sources.
      for (const size of ["", "/w:12", "/rs:force:14:20"]) {
        const made = await decode(await renderUrl(source, `${urlOf(turning)}/f:png${size}`));
        assert.deepEqual(corners(made), seen(QUARTERS, turning), JSON.stringify({ ...turning, size }));
      }
    }
  });

  it("is that of the viewer for the gravity of crop", async () => {
    const sources = await lying(32, 16);
    for (const turning of TURNINGS) {
      const [top, bottom] = seen(QUARTERS, turning);
      const wanted = { nowe: top![0], noea: top![1], sowe: bottom![0], soea: bottom![1] }; // Two rows, as in QUARTERS.
      for (const [anchor, colour] of Object.entries(wanted)) {
        const url = `${urlOf(turning)}/c:0.25:0.25:${anchor}/f:png`;
        const made = await decode(await renderUrl(sources[turning.orientation - 1]!, url)); // As above.
        assert.equal(colourAt(made, 1, 1), colour, `${url} of orientation ${turning.orientation}`);
        assert.equal(colourAt(made, -2, -2), colour, `${url} of orientation ${turning.orientation}`);
      }
    }
  });

  it("is that of the viewer for the gravity of the result", async () => {
    const sources = await lying(64, 32);
    for (const turning of TURNINGS) {
      const [top, bottom] = seen(QUARTERS, turning);
      const url = (anchor: string) => `${urlOf(turning)}/rs:fill:8:8/mw:40/mh:40/g:${anchor}/f:png`;
      const source = sources[turning.orientation - 1]!; // As above.
      const [first, last] = await Promise.all(
        ["nowe", "soea"].map(async (anchor) => decode(await renderUrl(source, url(anchor)))),
      );
      assert.deepEqual(
        [colourAt(first!, 1, 1), colourAt(last!, -2, -2)], // One for each anchor.
        [top![0], bottom![1]],
        JSON.stringify(turning),
      );
    }
  });

  for (const format of ["jpg", "png", "webp", "avif", "gif", "tiff", "bmp", "ico"])
    it(`is in the pixels and nowhere else in ${format}`, async () => {
      const source = await oriented(quarters(64, 32), 6);
      const made = await renderUrl(source, `f:${format}/q:95`);
      assert.deepEqual(corners(await decode(made)), [
        [3, 0],
        [2, 1],
      ]);
      if (format !== "bmp") assert.equal((await headerOf(made)).orientation ?? 1, 1);
    });

  for (const extra of ["sm:0", "scp:0", "bl:0.5", "mb:900"])
    it(`is in the pixels and nowhere else with ${extra}`, async () => {
      const bytes = await quarters(64, 32)
        .withMetadata({ orientation: 6 })
        .withIccProfile("p3")
        .jpeg()
        .toBuffer();
      for (const format of ["jpg", "webp", "avif", "tiff", "png"]) {
        const made = await renderUrl({ bytes, format: "jpeg" }, `f:${format}/${extra}`);
        assert.equal((await headerOf(made)).orientation ?? 1, 1, format);
        assert.deepEqual([made.rendered.width, made.rendered.height], [32, 64], format);
        assert.deepEqual((await decode(made)).height, 64, format);
      }
    });

  for (const format of ["png", "webp", "tiff", "avif"] as const)
    it(`of a ${format} counts like that of a JPEG`, async () => {
      const tagged = quarters(64, 32).withMetadata({ orientation: 6 });
      const bytes = await tagged[format]({ quality: 95 }).toBuffer();
      for (const to of ["png", "jpg/q:95", "avif/q:95", "tiff"]) {
        const made = await renderUrl({ bytes, format }, `f:${to}`);
        assert.deepEqual(made.rendered.origin, { width: 32, height: 64 }, to);
        assert.deepEqual(
          corners(await decode(made)),
          [
            [3, 0],
            [2, 1],
          ],
          to,
        );
      }
    });

  it("stays as stored with ar:0, and the tag goes", async () => {
    const made = await renderUrl(await oriented(quarters(32, 16), 6), "ar:0/f:jpg/q:95");
    assert.deepEqual(corners(await decode(made)), QUARTERS);
    assert.equal((await headerOf(made)).orientation, undefined);
  });
});

/** What sharp makes of the source when it is told in its own words. */
const straight = async (
  { bytes }: Source,
  work: (picture: ReturnType<typeof sharp>) => ReturnType<typeof sharp>,
): Promise<Pixels> => {
  const { data, info } = await work(sharp(bytes)).raw().toBuffer({ resolveWithObject: true });
  return { data, ...info };
};

const made = async (source: Source, url: string): Promise<Pixels> =>
  decode(await renderUrl(source, url === "" ? "f:png" : `${url}/f:png`));

describe("scale", () => {
  const lanczos = { kernel: "lanczos3", fastShrinkOnLoad: false } as const;

  it("is libvips' Lanczos, by one factor for both axes", async () => {
    const source = await saved(noise(90, 61), "png");
    const wanted = await straight(source, (picture) => picture.resize({ width: 30, ...lanczos }));
    assert.equal(difference(await made(source, "w:30"), wanted), 0);
    assert.equal(difference(await made(source, "rs:fit:30:30"), wanted), 0);
  });

  for (const [width, height, url, size] of [
    [640, 480, "w:222", [222, 167]],
    [480, 640, "h:222", [167, 222]],
    [900, 1200, "h:334", [251, 334]],
    [1200, 800, "rs:fit:637:229", [344, 229]],
  ] as const)
    it(`of ${width} x ${height} with ${url} has the planned size where a side falls between two pixels`, async () => {
      const { rendered, ...file } = await renderUrl(
        await saved(quarters(width, height), "png"),
        `${url}/f:png`,
      );
      const { width: wide, height: high } = await decode({ rendered, ...file });
      assert.deepEqual([wide, high], size);
      assert.deepEqual([rendered.width, rendered.height], size);
    });

  it("treats the axes apart where they are asked for apart", async () => {
    const source = await saved(noise(90, 61), "png");
    const wanted = await straight(source, (picture) =>
      picture.resize({ width: 30, height: 50, fit: "fill", ...lanczos }),
    );
    assert.equal(difference(await made(source, "rs:force:30:50"), wanted), 0);
  });

  it("works on premultiplied colours, so that what cannot be seen does not shine through", async () => {
    const clear = (x: number) => (x < 20 ? [255, 0, 0, 255] : [0, 255, 0, 0]);

    const pixels = await made(await saved(paint(40, 40, clear), "png"), "w:10");
    for (let x = 0; x < 10; x++) {
      const [red = 0, green = 0, , alpha = 0] = pixel(pixels, x, 5);
      if (alpha > 0) assert.ok(green <= 1 && red >= 250, `at ${x}: ${pixel(pixels, x, 5).join()}`);
    }
  });

  it("enlarges only when told to", async () => {
    const source = await saved(quarters(10, 10), "png");
    assert.equal((await made(source, "w:30")).width, 10);
    const wanted = await straight(source, (picture) => picture.resize({ width: 30, ...lanczos }));
    assert.equal(difference(await made(source, "w:30/el:1"), wanted), 0);
  });

  it("leaves the pixels alone where there is nothing to do", async () => {
    const source = await saved(noise(40, 30), "png");
    const wanted = await straight(source, (picture) => picture);
    for (const url of [
      "",
      "w:40",
      "rs:fill:40:30",
      "w:400",
      "c:40:30",
      "c:0:0",
      "rot:0",
      "fl:0:0",
      "bl:0/sh:0/pix:1",
    ])
      assert.equal(difference(await made(source, url), wanted), 0, url);
  });

  it("lets a JPEG decoder shrink no further than to twice the size", async () => {
    // One sine of few pixels per period would suffer visibly from a decoder that goes all the way.
    const source = await saved(noise(1024, 64), "jpeg");
    const wanted = await straight(source, (picture) => picture.resize({ width: 90, ...lanczos }));
    const fast = await straight(source, (picture) => picture.resize({ width: 90 }));
    const pixels = await made(source, "w:90");
    assert.equal(difference(pixels, wanted), 0);
    assert.ok(difference(pixels, fast) > 4);
  });

  it("decodes at full size where shrinking on load is off", async () => {
    const source = await saved(noise(1024, 64), "jpeg");
    const full = await sharp(source.bytes).raw().toBuffer({ resolveWithObject: true });
    const wanted = await straight(await saved(sharp(full.data, { raw: full.info }), "png"), (picture) =>
      picture.resize({ width: 128, ...lanczos }),
    );
    const config = { image: { disableShrinkOnLoad: true } };
    const pixels = await decode(await renderUrl(source, "w:128/f:png", { config }));
    assert.equal(difference(pixels, wanted), 0);
  });

  it("mixes light rather than numbers in linear colour space", async () => {
    const stripes = paint(64, 64, (x) => (x % 2 === 0 ? [255, 255, 255] : [0, 0, 0]));
    const source = await saved(stripes, "png");
    const config = { image: { useLinearColorspace: true } };
    const [plain] = pixel(await made(source, "w:16"), 8, 8);
    const [linear] = pixel(await decode(await renderUrl(source, "w:16/f:png", { config })), 8, 8);
    assert.ok(Math.abs(plain! - 128) <= 2, `got ${plain}`); // Pixels have channels.
    assert.ok(Math.abs(linear! - 188) <= 2, `got ${linear}`);
    const frames = { width: 64, height: 8, delays: [40, 40], loop: 0 };
    const moving = await film("gif", frames, (frame, x) =>
      x % 2 === 0 ? [255, 255, 255 * frame] : [0, 0, 0],
    );
    const [moved] = pixel(await decode(await renderUrl(moving, "w:16/f:gif", { config }), 1), 8, 1);
    assert.ok(Math.abs(moved! - 188) <= 8, `got ${moved} in an animation`); // As above.
  });

  it("keeps linear light to the scaling of pixels", async () => {
    const config = { image: { useLinearColorspace: true } };
    const even = (width: number, colour: Colour) =>
      saved(
        paint(width, 8, () => colour),
        "png",
      );
    const cmyk = await sharp((await even(16, [200, 50, 30])).bytes)
      .toColourspace("cmyk")
      .tiff()
      .toBuffer();
    const vector =
      '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path d="M0 0h8L0 8z"/></svg>';
    const watermark = await even(4, [0, 0, 255, 255]);
    for (const [source, urls] of [
      [await saved(noise(16, 8, 4), "png"), ["f:jpg", "bg:ff8800", "pd:3/bg:00ff00", "bl:2", "wm:0.5"]],
      [
        await even(16, [128, 128, 128, 128]),
        ["w:8/f:jpg", "w:8/bg:ff8800", "w:8/sh:2/pd:3/bg:00ff00", "w:8/wm:0.5"],
      ],
      [{ bytes: cmyk, format: "tiff" }, ["cb:1", "w:8", "c:4:4/w:2"]],
      [{ bytes: Buffer.from(vector), format: "svg" }, ["w:100"]],
    ] as const)
      for (const url of urls) {
        const whole = url.includes("f:") ? url : `${url}/f:png`;
        const plain = await decode(await renderUrl(source, whole, { watermark }));
        const linear = await decode(await renderUrl(source, whole, { config, watermark }));
        assert.ok(difference(plain, linear) <= 2, `${source.format} ${url}: ${difference(plain, linear)}`);
      }
  });
});

describe("cut", () => {
  it("keeps exactly the pixels that the crop names", async () => {
    const source = await saved(noise(40, 30), "png");
    const cut = (left: number, top: number, width: number, height: number) =>
      straight(source, (picture) => picture.extract({ left, top, width, height }));
    assert.equal(difference(await made(source, "c:8:6:nowe:3:2"), await cut(3, 2, 8, 6)), 0);
    assert.equal(difference(await made(source, "c:8:6:soea:3:2"), await cut(29, 22, 8, 6)), 0);
    assert.equal(difference(await made(source, "c:8:6:fp:0.25:0.5"), await cut(6, 12, 8, 6)), 0);
    assert.equal(difference(await made(source, "c:0.5:0.5"), await cut(10, 8, 20, 15)), 0);
  });

  it("follows scaling with exactly the rows and columns that gravity leaves", async () => {
    const source = await saved(noise(80, 60), "png");
    const wanted = await straight(source, (picture) =>
      picture.resize({ height: 30, kernel: "lanczos3" }).extract({ left: 3, top: 0, width: 30, height: 30 }),
    );
    assert.equal(difference(await made(source, "rs:fill:30:30/g:we:3"), wanted), 0);
  });

  it("crops first, scales then, cuts last", async () => {
    const source = await saved(noise(80, 60), "png");
    const wanted = await straight(source, (picture) =>
      picture
        .extract({ left: 0, top: 0, width: 60, height: 40 })
        .resize({ height: 20, kernel: "lanczos3" })
        .extract({ left: 10, top: 0, width: 20, height: 20 }),
    );
    assert.equal(difference(await made(source, "c:60:40:nowe/rs:fill:20:20/g:ea"), wanted), 0);
  });

  it("finds what is interesting", async () => {
    const dot = paint(120, 40, (x, y) =>
      (x - 100) ** 2 + (y - 20) ** 2 < 100 ? [220, 60, 40] : [120, 130, 125],
    );
    const source = await saved(dot, "png");
    for (const url of ["rs:fill:40:40/g:sm", "c:40:40:sm", "rs:fill:20:20/g:sm"]) {
      const pixels = await made(source, url);
      const [red = 0, green = 0] = pixel(
        pixels,
        Math.floor(pixels.width * 0.6),
        Math.floor(pixels.height / 2),
      );
      assert.ok(red > 180 && green < 100, `${url} has the dot in it`);
    }
  });

  it("leaves a slope a slope when only every eighth column stays", async () => {
    const pixels = await made(await saved(slope(256, 8, 1), "png"), "w:32");
    for (let x = 1; x < 31; x++) {
      const [value = 0] = pixel(pixels, x, 0);
      assert.ok(Math.abs(value - (x * 8 + 3.5)) <= 1, `at ${x}: ${value}`);
    }
  });
});
