import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { geometry, side } from "../../test/fixtures/arbitrary.ts";
import { contractGeometry } from "../../test/fixtures/contract-geometry.ts";
import {
  decode,
  pixel,
  renderOptions,
  renderUrl,
  type Circumstances,
  type Pixels,
  type Source,
} from "../../test/fixtures/render.ts";
import { BLUE, GREEN, RED, YELLOW } from "../../test/fixtures/source.ts";
import { HttpError } from "../errors.ts";

const SVG = "http://www.w3.org/2000/svg";

/** Red, green, blue and yellow, clockwise from the top left, in user units. */
const drawn = (attributes: string, width = 40, height = 20): Source => ({
  bytes: Buffer.from(
    `<svg xmlns="${SVG}" ${attributes}>` +
      `<rect width="${width / 2}" height="${height / 2}" fill="#f00"/>` +
      `<rect x="${width / 2}" width="${width / 2}" height="${height / 2}" fill="#0f0"/>` +
      `<rect x="${width / 2}" y="${height / 2}" width="${width / 2}" height="${height / 2}" fill="#00f"/>` +
      `<rect y="${height / 2}" width="${width / 2}" height="${height / 2}" fill="#ff0"/></svg>`,
  ),
  format: "svg",
});

const quarters = (): Source => drawn('width="40" height="20"');

const made = async (source: Source, url: string, around: Circumstances = {}): Promise<Pixels> =>
  decode(await renderUrl(source, url, around));

const corners = (pixels: Pixels): number[][] => [
  pixel(pixels, 0, 0).slice(0, 3),
  pixel(pixels, -1, 0).slice(0, 3),
  pixel(pixels, -1, -1).slice(0, 3),
  pixel(pixels, 0, -1).slice(0, 3),
];
const ALL = [RED, GREEN, BLUE, YELLOW];

describe("a vector picture", () => {
  const SIZES: readonly (readonly [what: string, source: Source, url: string, size: string])[] = [
    ["in pixels", quarters(), "f:png", "40x20"],
    ["with a viewBox alone", drawn('viewBox="0 0 40 20"'), "f:png", "40x20"],
    ["in inches", drawn('width="1in" height="0.5in" viewBox="0 0 40 20"'), "f:png", "96x48"],
    ["in parts of pixels", drawn('width="33.4" height="20.6"'), "f:png", "33x21"],
    ["in parts of pixels, larger", drawn('width="33.4" height="20.6"'), "w:66/f:png", "66x42"],
    ["in percent", drawn('width="100%" height="100%" viewBox="0 0 40 20"'), "f:png", "40x20"],
    ["larger, unasked", quarters(), "w:400/f:png", "400x200"],
    ["larger, by ratio", quarters(), "dpr:3/f:png", "120x60"],
    ["smaller", quarters(), "w:8/f:png", "8x4"],
    ["filling", quarters(), "rs:fill:50:50/f:png", "50x50"],
    ["forced", quarters(), "rs:force:50:90/f:png", "50x90"],
    ["turned", quarters(), "rot:90/w:100/f:png", "100x200"],
    ["with edges", quarters(), "w:80/pd:1:2/f:png", "84x42"],
  ];
  for (const [what, source, url, size] of SIZES)
    it(`${what} is ${size}`, async () => {
      const pixels = await made(source, url);
      assert.equal(`${pixels.width}x${pixels.height}`, size);
    });

  it("shows all of itself, at any size", async () => {
    for (const url of ["f:png", "w:400/f:png", "w:8/f:png", "rs:force:50:90/f:png"])
      assert.deepEqual(corners(await made(quarters(), url)), ALL, url);
    for (const attributes of ['viewBox="0 0 40 20"', 'width="1in" height="0.5in" viewBox="0 0 40 20"'])
      assert.deepEqual(corners(await made(drawn(attributes), "f:png")), ALL, attributes);
  });

  it("is sharp when enlarged", async () => {
    const pixels = await made(quarters(), "w:400/f:png");
    assert.deepEqual([pixel(pixels, 198, 50).slice(0, 3), pixel(pixels, 201, 50).slice(0, 3)], [RED, GREEN]);
    assert.deepEqual([pixel(pixels, 50, 98).slice(0, 3), pixel(pixels, 50, 101).slice(0, 3)], [RED, YELLOW]);
  });

  it("is opaque up to its edges where its ratio can be kept", async () => {
    for (const [width, height] of [
      [40, 20],
      [40, 30],
      [100, 70],
    ] as const) {
      const attributes = `width="${width}" height="${height}"`;
      for (const source of [
        drawn(attributes, width, height),
        drawn(`viewBox="0 0 ${width} ${height}"`, width, height),
      ])
        for (const url of [
          `w:${2 * width}`,
          `h:${3 * height}`,
          `rs:fill:${width}:${2 * height}`,
          `rs:force:${2 * width}:${2 * height}`,
        ]) {
          const { data, channels } = await made(source, `${url}/f:png`);
          assert.ok(
            channels === 3 || data.every((value, at) => at % 4 < 3 || value === 255),
            `${attributes} ${url}`,
          );
        }
    }
  });

  it("has the planned size where nothing but its drawing tells what it shows", async () => {
    for (const [source, sizes] of [
      [drawn("", 80, 60), { "w:200": "200x150", "rs:fill:72:120": "72x120", "rs:force:160:120": "160x120" }],
      [drawn('style="width:40px;height:30px"'), { "w:80": "80x60", "rs:fill:36:60": "36x60" }],
    ] as const)
      for (const [url, size] of Object.entries(sizes)) {
        const { width, height } = await made(source, `${url}/f:png`);
        assert.equal(`${width}x${height}`, size, url);
      }
  });

  it("is cropped and trimmed in its natural size", async () => {
    const cropped = await made(quarters(), "c:10:10:soea/f:png");
    assert.deepEqual([cropped.width, cropped.height, corners(cropped)], [10, 10, [BLUE, BLUE, BLUE, BLUE]]);
    const scaled = await made(quarters(), "c:20:10:nowe/w:60/f:png");
    assert.deepEqual([scaled.width, scaled.height, corners(scaled)], [60, 30, [RED, RED, RED, RED]]);
    const framed = drawn('width="60" height="40" viewBox="-10 -10 60 40"');
    const trimmed = await made(framed, "t:10/f:png");
    assert.deepEqual([trimmed.width, trimmed.height, corners(trimmed)], [40, 20, ALL]);
    // What is made of pixels is enlarged only when told to.
    assert.equal((await made(framed, "t:10/w:80/f:png")).width, 40);
  });

  it("is transparent where nothing is drawn, unless a background or the format says otherwise", async () => {
    const hollow = drawn('width="60" height="40" viewBox="-10 -10 60 40"');
    assert.deepEqual(pixel(await made(hollow, "f:png"), 0, 0), [0, 0, 0, 0]);
    assert.deepEqual(pixel(await made(hollow, "bg:336699/f:png"), 0, 0), [51, 102, 153]);
    const [red = 0] = pixel(await made(hollow, "f:jpg/q:95"), 0, 0);
    assert.ok(red > 250);
  });

  it("is drawn smaller where it would have too many pixels, and counts as that", async () => {
    const config = { limits: { maxSrcResolution: 200 } };
    const pixels = await made(quarters(), "f:png", { config });
    assert.deepEqual([pixels.width, pixels.height, corners(pixels)], [20, 10, ALL]);
    assert.equal((await made(quarters(), "w:100/f:png", { config })).width, 100);
    assert.equal((await made(quarters(), "c:0.5:0.5/f:png", { config })).width, 10);
    const huge = drawn('width="100000" height="50000" viewBox="0 0 40 20"');
    assert.equal((await made(huge, "w:40/f:png")).width, 40);
    const natural = await made(huge, "f:png/mrd:100");
    assert.deepEqual([natural.width, natural.height], [100, 50]);
  });

  it("has the contract's size whatever is asked of it", async () => {
    await fc.assert(
      fc.asyncProperty(side(120), side(120), geometry(150), async (width, height, options) => {
        const facts = { width, height, orientation: 1, vector: true };
        // What is cropped was drawn in its natural size, so it is a vector no more; its enlargement is.
        const planned = contractGeometry(facts, options, 300).size;
        const source = drawn(`width="${width}" height="${height}" viewBox="0 0 40 20"`);
        try {
          const { rendered } = await renderOptions(source, {
            ...options,
            format: "png",
            maxResultDimension: 300,
          });
          assert.deepEqual([rendered.width, rendered.height], [planned.width, planned.height]);
        } catch (error) {
          if (!(error instanceof HttpError)) throw error;
          assert.equal(error.code, "result_too_big");
        }
      }),
      { seed: 1, numRuns: 150 },
    );
  });
});

describe("an SVG source", () => {
  const text = ({ bytes }: { bytes: Uint8Array }): string => Buffer.from(bytes).toString();

  it("stays SVG where no format is asked for, or SVG is", async () => {
    for (const url of ["w:10", "f:svg", "f:svg/w:10", "skp:svg"]) {
      const result = await renderUrl(quarters(), url);
      assert.deepEqual(
        [result.rendered.format, result.rendered.width, result.rendered.height],
        ["svg", 40, 20],
        url,
      );
      assert.match(text(result), /^<svg /, url);
    }
  });

  it("becomes pixels where a format is asked for, or the server says so", async () => {
    const always = { config: { encode: { alwaysRasterizeSvg: true } } };
    assert.equal((await renderUrl(quarters(), "w:10/f:webp")).rendered.format, "webp");
    assert.equal((await renderUrl(quarters(), "w:10", always)).rendered.format, "png");
    assert.equal((await renderUrl(quarters(), "bg:ffffff", always)).rendered.format, "jpeg");
    assert.equal(
      (await renderUrl(quarters(), "w:10", { ...always, accepted: ["avif", "webp"] })).rendered.format,
      "png",
    );
    assert.equal((await renderUrl(quarters(), "f:svg", always)).rendered.format, "svg");
    assert.equal((await renderUrl(quarters(), "skp:svg", always)).rendered.format, "svg");
    // A client's wish for WebP does not turn drawings into pixels.
    assert.equal(
      (await renderUrl(quarters(), "w:10", { accepted: ["avif", "webp"] })).rendered.format,
      "svg",
    );
  });

  it("is rebuilt before it goes out, unless the server says otherwise", async () => {
    const script = {
      bytes: Buffer.from(`<svg xmlns="${SVG}" width="4" height="4"><script>alert(1)</script></svg>`),
      format: "svg",
    } as const;
    assert.doesNotMatch(text(await renderUrl(script, "w:10")), /script/);
    const config = { image: { sanitizeSvg: false } };
    assert.match(text(await renderUrl(script, "w:10", { config })), /script/);
  });

  it("is refused where it is broken, or none", async () => {
    for (const broken of ["<svg", `<svg xmlns="${SVG}"><g></svg>`, "", "plain words", "<html/>"])
      for (const url of ["w:10", "f:png"])
        await assert.rejects(
          renderUrl({ bytes: Buffer.from(broken), format: "svg" }, url),
          (error) => error instanceof HttpError && ["broken_svg", "broken_image"].includes(error.code),
          `${broken}, ${url}`,
        );
  });
});

describe("other sources", () => {
  it("pass through where they are on the list, the server's or the URL's", async () => {
    const { bytes } = await renderUrl(quarters(), "f:png");
    const png: Source = { bytes, format: "png" };
    const config = { encode: { skipProcessingFormats: ["png" as const] } };
    for (const [url, around] of [
      ["w:10/skp:png", {}],
      ["w:10/skp:gif:png/f:png", {}],
      ["w:10", { config }],
      ["w:10", { accepted: ["webp"], config }],
    ] as const) {
      const result = await renderUrl(png, url, around);
      assert.equal(result.bytes, bytes, url);
      assert.deepEqual(result.rendered, {
        origin: { width: 40, height: 20 },
        sourceFrames: 1,
        width: 40,
        height: 20,
        format: "png",
        frames: 1,
      });
    }
    assert.equal((await renderUrl(png, "w:10/skp:png/f:webp")).rendered.width, 10);
    assert.equal((await renderUrl(png, "w:10/skp:gif")).rendered.width, 10);
  });
});
