import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import {
  decode,
  difference,
  headerOf,
  pixel,
  renderUrl,
  settingsOf,
  type Source,
} from "../../test/fixtures/render.ts";
import { noise, paint, plain, quarters, saved, slope } from "../../test/fixtures/source.ts";
import { qualityOf } from "./encode.ts";

describe("quality", () => {
  type Given = Parameters<typeof qualityOf>[1];
  const CASES: readonly (readonly [what: string, given: Given, config: object, quality: number])[] = [
    ["the server's default", {}, {}, 80],
    ["the server's own", {}, { quality: 70, formatQuality: {} }, 70],
    ["the server's for the format", {}, { quality: 70, formatQuality: { webp: 60 } }, 60],
    ["0 is none", {}, { quality: 70, formatQuality: { webp: 0 } }, 70],
    ["the URL's for the format", { formatQuality: { webp: 50 } }, { formatQuality: { webp: 60 } }, 50],
    ["the URL's for another format", { formatQuality: { jpeg: 50 } }, { formatQuality: { webp: 60 } }, 60],
    ["the URL's", { quality: 40, formatQuality: { webp: 50 } }, { formatQuality: { webp: 60 } }, 40],
    [
      "0 is none in the URL, too",
      { quality: 0, formatQuality: { webp: 0 } },
      { formatQuality: { webp: 60 } },
      60,
    ],
  ];
  for (const [what, given, config, quality] of CASES)
    it(`${what}: ${quality}`, () => {
      const { encode } = settingsOf({ encode: { formatQuality: {}, ...config } });
      assert.equal(qualityOf("webp", given, encode), quality);
    });

  it("is what the encoder gets", async () => {
    const source = await saved(noise(64, 64), "png");
    for (const format of ["jpg", "webp", "avif"]) {
      const sizes: number[] = [];
      for (const quality of [10, 50, 95])
        sizes.push((await renderUrl(source, `f:${format}/q:${quality}`)).bytes.length);
      assert.ok(sizes[0]! < sizes[1]! && sizes[1]! < sizes[2]!, `${format}: ${sizes.join()}`); // Three qualities, three sizes.
    }
    const jpeg = await sharp(source.bytes).jpeg({ quality: 37, chromaSubsampling: "4:2:0" }).toBuffer();
    assert.deepEqual(Buffer.from((await renderUrl(source, "f:jpg/q:37")).bytes), jpeg);
    assert.deepEqual(Buffer.from((await renderUrl(source, "f:jpg/fq:webp:80:jpeg:37")).bytes), jpeg);
  });
});

describe("max_bytes", () => {
  const source = () => saved(noise(100, 100), "png");
  const lengthAt = async (format: string, quality: number): Promise<number> =>
    (await renderUrl(await source(), `f:${format}/q:${quality}`)).bytes.length;

  it("leaves the quality alone where the result fits", async () => {
    const full = await lengthAt("jpg", 80);
    assert.equal((await renderUrl(await source(), `f:jpg/mb:${full}`)).bytes.length, full);
    assert.equal((await renderUrl(await source(), "f:jpg/mb:0")).bytes.length, full);
  });

  it("steps down by three quarters, by half or by a quarter, as far over as the result is", async () => {
    const full = await lengthAt("jpg", 80);
    // A little over: 80 x 0.75.
    assert.equal(
      (await renderUrl(await source(), `f:jpg/mb:${full - 1}`)).bytes.length,
      await lengthAt("jpg", 60),
    );
    const half = await lengthAt("jpg", 40);
    const overHalf = Math.floor(full / 1.6);
    const wanted = half <= overHalf ? half : undefined;
    if (wanted !== undefined)
      assert.equal((await renderUrl(await source(), `f:jpg/mb:${overHalf}`)).bytes.length, wanted);
    // Far over: 80 x 0.25, then 20 x 0.25, which is as low as it goes.
    assert.equal((await renderUrl(await source(), "f:jpg/mb:10")).bytes.length, await lengthAt("jpg", 5));
  });

  for (const format of ["jpg", "webp", "avif"])
    it(`gets ${format} to fit where it can`, async () => {
      const full = await lengthAt(format, 80);
      const most = Math.round(full * 0.6);
      const { bytes, rendered } = await renderUrl(await source(), `f:${format}/mb:${most}`);
      assert.ok(bytes.length <= most, `${bytes.length} of ${most}`);
      assert.deepEqual([rendered.width, rendered.height], [100, 100]);
    });

  it("gives the smallest it can make where nothing fits", async () => {
    const { bytes } = await renderUrl(await source(), "f:webp/mb:1");
    assert.ok(bytes.length > 1 && bytes.length <= (await lengthAt("webp", 10)));
  });

  it("does not touch formats without a quality", async () => {
    for (const format of ["png", "gif", "bmp"])
      assert.equal(
        (await renderUrl(await source(), `f:${format}/mb:100`)).bytes.length,
        (await renderUrl(await source(), `f:${format}`)).bytes.length,
        format,
      );
  });

  it("does not lose alpha, depth or grey on the way", async () => {
    const clear = await renderUrl(await saved(noise(40, 40, 4), "png"), "f:webp/mb:500");
    assert.equal((await headerOf(clear)).hasAlpha, true);
    const grey = await renderUrl(await saved(noise(40, 40, 1), "png"), "f:jpg/mb:700");
    assert.equal((await headerOf(grey)).channels, 1);
  });
});

describe("JPEG", () => {
  it("keeps colour at half the resolution below quality 90 only", async () => {
    const source = await saved(noise(32, 32), "png");
    for (const [quality, chroma] of [
      [80, "4:2:0"],
      [89, "4:2:0"],
      [90, "4:4:4"],
      [100, "4:4:4"],
    ] as const)
      assert.equal(
        (await headerOf(await renderUrl(source, `f:jpg/q:${quality}`))).chromaSubsampling,
        chroma,
        `${quality}`,
      );
  });

  it("is progressive where the server says so", async () => {
    const source = await saved(noise(32, 32), "png");
    const progressive = async (jpegProgressive: boolean) =>
      (await headerOf(await renderUrl(source, "f:jpg", { config: { encode: { jpegProgressive } } })))
        .isProgressive;
    assert.deepEqual([await progressive(false), await progressive(true)], [false, true]);
  });
});

describe("PNG", () => {
  const palette = async (colours: number): Promise<Source> => ({
    bytes: await paint(32, 32, (x) => [(x % colours) * 60, 0, 0])
      .png({ palette: true, colours })
      .toBuffer(),
    format: "png",
  });

  it("has a palette where the source has one, as deep as that", async () => {
    for (const [colours, bits] of [
      [2, 1],
      [4, 2],
      [16, 4],
    ] as const) {
      const { isPalette, bitsPerSample } = await headerOf(await renderUrl(await palette(colours), "f:png"));
      assert.deepEqual([isPalette, bitsPerSample], [true, bits], `${colours} colours`);
    }
    const gif = await saved(quarters(32, 32), "gif");
    assert.equal((await headerOf(await renderUrl(gif, "f:png"))).isPalette, true);
    assert.equal(
      (await headerOf(await renderUrl(await saved(noise(32, 32), "png"), "f:png"))).isPalette,
      false,
    );
    assert.equal(
      (await headerOf(await renderUrl(await saved(noise(32, 32), "jpeg"), "f:png"))).isPalette,
      false,
    );
  });

  it("loses no colour of a small palette", async () => {
    const source = await palette(4);
    const from = await sharp(source.bytes).raw().toBuffer();
    const pixels = await decode(await renderUrl(source, "f:png"));
    assert.ok(pixels.data.every((value, i) => Math.abs(value - from[i]!) <= 1)); // The same picture, the same length.
  });

  it("has a palette of the server's size where the server says so", async () => {
    const source = await saved(noise(32, 32), "png");
    for (const [pngQuantizationColors, bits] of [
      [2, 1],
      [3, 2],
      [16, 4],
      [17, 8],
    ] as const) {
      const config = { encode: { pngQuantize: true, pngQuantizationColors } };
      const { isPalette, bitsPerSample } = await headerOf(await renderUrl(source, "f:png", { config }));
      assert.deepEqual([isPalette, bitsPerSample], [true, bits], `${pngQuantizationColors}`);
    }
  });

  it("is interlaced where the server says so", async () => {
    const source = await saved(noise(32, 32), "png");
    const { isProgressive } = await headerOf(
      await renderUrl(source, "f:png", { config: { encode: { pngInterlaced: true } } }),
    );
    assert.equal(isProgressive, true);
  });

  it("is lossless without a palette", async () => {
    for (const channels of [1, 3, 4] as const) {
      const source = await saved(noise(32, 32, channels), "png");
      const { data } = await decode(await renderUrl(source, "f:png"));
      const wanted = await sharp(source.bytes)
        .toColourspace(channels === 1 ? "b-w" : "srgb")
        .raw()
        .toBuffer();
      assert.deepEqual([...data], [...wanted], `${channels} channels`);
    }
  });
});

describe("other formats", () => {
  it("TIFF is not compressed", async () => {
    const made = await renderUrl(await saved(noise(32, 32), "png"), "f:tiff");
    assert.ok(made.bytes.length > 32 * 32 * 3);
    assert.equal(
      difference(
        await decode(made),
        await decode(await renderUrl(await saved(noise(32, 32), "png"), "f:png")),
      ),
      0,
    );
  });

  it("BMP and ICO are lossless, and read back by what reads them", async () => {
    for (const channels of [3, 4] as const) {
      const source = await saved(noise(31, 17, channels), "png");
      const png = await decode(await renderUrl(source, "f:png"));
      for (const format of ["bmp", "ico"] as const) {
        const made = await renderUrl(source, `f:${format}`);
        assert.deepEqual([...(await decode(made)).data], [...png.data], format);
        const again = await renderUrl({ bytes: made.bytes, format }, "f:png");
        assert.deepEqual([...(await decode(again)).data], [...png.data], `${format} as a source`);
      }
    }
  });

  it("BMP of a grey picture is a grey palette, which is read back as such", async () => {
    const made = await renderUrl(await saved(slope(32, 4, 1), "png"), "f:bmp");
    const again = await decode(await renderUrl({ bytes: made.bytes, format: "bmp" }, "f:png/q:90"));
    assert.deepEqual(pixel(again, 31, 0).slice(0, 1), [255]);
    assert.ok(made.bytes.length < 32 * 4 * 3 + 54 + 1024);
  });

  it("GIF keeps four colours as they are", async () => {
    const pixels = await decode(await renderUrl(await saved(quarters(16, 16), "png"), "f:gif"));
    assert.deepEqual(pixel(pixels, 1, 1).slice(0, 3), [255, 0, 0]);
    assert.deepEqual(pixel(pixels, -2, -2).slice(0, 3), [0, 0, 255]);
  });

  it("AVIF under 16 pixels becomes JPEG, or PNG where something is transparent", async () => {
    const formatOf = async (source: Source, url: string) => (await renderUrl(source, url)).rendered.format;
    const opaque = await saved(plain(40, 40, [1, 2, 3]), "png");
    const clear = await saved(plain(40, 40, [1, 2, 3, 100]), "png");
    for (const [source, url, format] of [
      [opaque, "f:avif/w:16", "avif"],
      [opaque, "f:avif/w:15", "jpeg"],
      [opaque, "f:avif/rs:force:40:8", "jpeg"],
      [clear, "f:avif/w:16", "avif"],
      [clear, "f:avif/w:15", "png"],
      [clear, "f:avif/w:15/bg:ffffff", "jpeg"],
      [opaque, "f:avif/w:10/pd:2", "png"],
      [opaque, "f:avif/w:10/pd:3", "avif"],
      [opaque, "f:avif/w:10/pd:2/bg:ffffff", "jpeg"],
      // Too long for AVIF, and too thin once it is not.
      [await saved(plain(17_000, 16, [1, 2, 3]), "png"), "f:avif/mrd:0", "jpeg"],
    ] as const)
      assert.equal(await formatOf(source, url), format, url);
    const accepted = await renderUrl(opaque, "w:10", { accepted: ["avif", "webp"] });
    assert.equal(accepted.rendered.format, "jpeg");
  });

  it("WebP takes effort and preset from the server", async () => {
    const source = await saved(noise(64, 64), "png");
    const lengths = new Set<number>();
    for (const encode of [{ webpEffort: 1 }, { webpEffort: 6 }, { webpPreset: "drawing" as const }])
      lengths.add((await renderUrl(source, "f:webp", { config: { encode } })).bytes.length);
    assert.ok(lengths.size > 1);
  });
});
