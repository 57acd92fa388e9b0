import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp, { type Metadata } from "sharp";
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
  film,
  noise,
  oriented,
  paintDeep,
  plain,
  quarters,
  saved,
  slope,
} from "../../test/fixtures/source.ts";
import { greyProfile } from "../../test/fixtures/profile.ts";
import { keepCopyright } from "./metadata/copyright.ts";
import { readTexts, writeTexts } from "./metadata/exif.ts";
import { formatIim, parseIim, unwrapIptc } from "./metadata/iptc.ts";
import { insertJpeg } from "./metadata/jpeg.ts";
import { wrapPng } from "./metadata/png.ts";

const near = (found: readonly number[], wanted: readonly number[], by: number): void => {
  const far = wanted.filter((value, i) => Math.abs(value - (found[i] ?? NaN)) > by);
  assert.ok(
    found.length === wanted.length && far.length === 0,
    `expected ${wanted.join()}, got ${found.join()}`,
  );
};

const made = async (source: Source, url: string): Promise<Pixels> => decode(await renderUrl(source, url));

const numbersOf = async ({ bytes }: Source): Promise<Pixels> => {
  const { data, info } = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer({ resolveWithObject: true });
  return { data, ...info };
};

describe("colour", () => {
  /** A colour of sRGB, written in the numbers of Display P3, with that profile. */
  const displayP3 = async (format: "png" | "jpeg" | "webp" | "tiff"): Promise<Source> => {
    const picture = plain(40, 40, [200, 50, 50]).withIccProfile("p3");
    const lossless = { quality: 100, chromaSubsampling: "4:4:4", lossless: true } as const;
    const made = format === "tiff" ? picture.tiff({ compression: "none" }) : picture[format](lossless);
    return { bytes: await made.toBuffer(), format };
  };

  for (const from of ["png", "jpeg", "webp", "tiff"] as const)
    it(`of a ${from} in Display P3 becomes the same colour in sRGB, and the profile goes`, async () => {
      const source = await displayP3(from);
      near(pixel(await numbersOf(source), 5, 5), [184, 63, 57], 1);
      for (const url of [
        "f:png",
        "f:jpg/q:100",
        "f:png/w:20",
        "f:png/bl:1",
        "f:png/sm:0",
        "f:png/c:10:10",
        "f:tiff",
        "f:bmp",
      ]) {
        const result = await renderUrl(source, url);
        near(pixel(await decode(result), 5, 5), [200, 50, 50], 2);
        if (result.rendered.format !== "bmp") assert.equal((await headerOf(result)).icc, undefined, url);
      }
    });

  it("and profile stay as they are with scp:0, where the format holds profiles", async () => {
    const source = await displayP3("png");
    const { icc } = await sharp(source.bytes).metadata();
    for (const url of [
      "f:png",
      "f:png/w:20",
      "f:png/bl:1/w:20",
      "f:png/sm:0",
      "f:jpg/q:100",
      "f:tiff",
      "f:webp/q:100",
      "f:avif/q:95",
      "f:jpg/q:100/mb:100000",
    ]) {
      const result = await renderUrl(source, `${url}/scp:0`);
      near(pixel(await decode(result), 5, 5), [184, 63, 57], 3);
      assert.deepEqual((await headerOf(result)).icc, icc, url);
    }
    const exact = await renderUrl(source, "f:png/scp:0");
    assert.equal(difference(await decode(exact), await numbersOf(source)), 0);
  });

  it("becomes sRGB even with scp:0 where the format holds no profile", async () => {
    const source = await displayP3("png");
    for (const format of ["gif", "bmp", "ico"])
      near(pixel(await made(source, `f:${format}/scp:0`), 5, 5).slice(0, 3), [200, 50, 50], 2);
  });

  it("of a picture in plain sRGB is left alone to the last bit", async () => {
    const bytes = await noise(30, 30).withIccProfile("srgb").png().toBuffer();
    assert.ok((await sharp(bytes).metadata()).icc, "the source has its profile");
    const source: Source = { bytes, format: "png" };
    assert.equal(difference(await made(source, "f:png"), await numbersOf(source)), 0);
    assert.equal(difference(await made(source, "f:png/scp:0"), await numbersOf(source)), 0);
    assert.equal((await headerOf(await renderUrl(source, "f:png"))).icc, undefined);
  });

  it("of CMYK becomes RGB, in every format and whatever happens on the way", async () => {
    const bytes = await sharp(await quarters(40, 40).png().toBuffer())
      .toColourspace("cmyk")
      .jpeg({ quality: 100 })
      .toBuffer();
    assert.equal((await sharp(bytes).metadata()).space, "cmyk");
    const source: Source = { bytes, format: "jpeg" };
    const wanted = await sharp(bytes).toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
    const straight: Pixels = { data: wanted.data, ...wanted.info };
    for (const url of [
      "f:png",
      "f:jpg/q:100",
      "f:webp/q:100",
      "f:png/scp:0",
      "f:png/sm:0",
      "f:png/bl:0.1",
      "f:png/t:10",
      "f:bmp",
    ]) {
      const pixels = await made(source, url);
      assert.equal(pixels.channels, 3, url);
      for (const [x, y] of [
        [4, 4],
        [-4, 4],
        [4, -4],
        [-4, -4],
      ] as const)
        near(pixel(pixels, x, y), pixel(straight, x, y), 8);
    }
    assert.equal(difference(await made(source, "f:png"), straight), 0);
  });

  it("that is grey stays one channel where the format has such, and loses no step", async () => {
    const source = await saved(slope(256, 16, 1), "png");
    for (const [format, channels] of [
      ["png", 1],
      ["jpg", 1],
      ["tiff", 1],
      ["webp", 3],
      ["avif", 3],
      ["bmp", 3],
      ["ico", 3],
    ] as const)
      assert.equal((await made(source, `f:${format}`)).channels, channels, format);
    const pixels = await made(source, "f:png");
    for (let x = 0; x < 256; x++) assert.deepEqual(pixel(pixels, x, 0), [x]);
    for (const url of ["w:20", "rot:90", "c:10:10", "fl:1", "pd:2/bg:404040", "sm:0", "rs:fill:10:10"])
      assert.equal((await made(source, `${url}/f:png`)).channels, 1, url);
  });

  it("that is grey with transparency keeps both", async () => {
    const source = await saved(noise(16, 16, 2), "png");
    for (const url of ["f:png", "f:png/w:8", "f:png/pd:3", "f:png/rot:90", "f:tiff", "f:png/wm:0"])
      assert.equal((await headerOf(await renderUrl(source, url))).channels, 2, url);
    assert.equal(difference(await made(source, "f:png/fl:1:1/rot:180"), await made(source, "f:png")), 0);
  });

  it("that is grey in a space of its own becomes the usual grey", async () => {
    const icc = greyProfile(1);
    const data = Buffer.from([0, 64, 128, 255]);
    const bytes = wrapPng({ data, width: 4, height: 1, channels: 1, depth: 8 }, { icc });
    const source: Source = { bytes, format: "png" };
    const pixels = await made(source, "f:png");
    assert.equal(pixels.channels, 1);
    // Half the light is 188 of 255 in sRGB.
    near(
      [0, 1, 2, 3].flatMap((x) => pixel(pixels, x, 0)),
      [0, 137, 188, 255],
      2,
    );
    const kept = await renderUrl(source, "f:png/scp:0");
    assert.deepEqual([...(await decode(kept)).data], [...data]);
    assert.deepEqual((await headerOf(kept)).icc, Buffer.from(icc));
  });

  const deep = () =>
    saved(
      paintDeep(20, 20, (x, y) => [x * 3001, y * 3001, 40_000]),
      "png",
    );

  it("has 16 bits only with ph:1, and only in formats that hold them", async () => {
    const depths = {
      png: "ushort",
      tiff: "ushort",
      avif: "ushort",
      jpg: "uchar",
      webp: "uchar",
      gif: "uchar",
    };
    for (const [format, depth] of Object.entries(depths)) {
      assert.equal((await headerOf(await renderUrl(await deep(), `f:${format}/ph:1`))).depth, depth, format);
      assert.equal((await headerOf(await renderUrl(await deep(), `f:${format}`))).depth, "uchar", format);
    }
    const config = { encode: { preserveHdr: true } };
    assert.equal((await headerOf(await renderUrl(await deep(), "f:png", { config }))).depth, "ushort");
    assert.equal((await headerOf(await renderUrl(await deep(), "f:png/ph:0", { config }))).depth, "uchar");
  });

  it("of 16 bits is exact with ph:1, and the upper half of them without", async () => {
    const pixels = await made(await deep(), "f:png/ph:1");
    assert.deepEqual(pixel(pixels, 7, 9), [21_007, 27_009, 40_000]);
    near(pixel(await made(await deep(), "f:png"), 7, 9), [21_007 >> 8, 27_009 >> 8, 40_000 >> 8], 1);
    const grey = await saved(
      paintDeep(20, 20, (x) => [x * 3001]),
      "png",
    );
    const kept = await made(grey, "f:png/ph:1/rot:90/fl:1");
    assert.ok(kept.data instanceof Uint16Array && kept.channels === 1);
  });

  it("has 12 bits in AVIF with ph:1", async () => {
    const { bitsPerSample } = await headerOf(await renderUrl(await deep(), "f:avif/ph:1"));
    assert.equal(bitsPerSample, 12);
  });

  it("of an animation in another space becomes sRGB, or keeps numbers and profile", async () => {
    const motion = { width: 16, height: 16, delays: [40, 40], loop: 0 };
    const { bytes } = await film("webp", motion, (frame) => [200, 50 + 100 * frame, 50]);
    const tagged = await sharp(bytes, { animated: true })
      .withIccProfile("p3")
      .webp({ lossless: true })
      .toBuffer();
    const source: Source = { bytes: tagged, format: "webp" };
    near(pixel(await made(source, "f:webp/q:100"), 5, 5), [200, 50, 50], 5);
    assert.equal((await headerOf(await renderUrl(source, "f:webp"))).icc, undefined);
    const kept = await renderUrl(source, "f:webp/q:100/scp:0");
    near(pixel(await decode(kept), 5, 5), [184, 63, 57], 5);
    const { icc, pages } = await headerOf(kept);
    assert.deepEqual([icc, pages], [(await sharp(tagged).metadata()).icc, 2]);
  });
});

describe("metadata", () => {
  const XMP = [
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:rights="Ann 2024" dc:title="Secret"/>',
    "</rdf:RDF></x:xmpmeta>",
  ].join("");
  const TEXTS = { Artist: "Ann", Copyright: "Ann 2024" };

  /** A JPEG lying on its side, with a camera's EXIF, XMP and IPTC. */
  const loaded = async (): Promise<Source> => {
    const exif = {
      IFD0: { ...TEXTS, Make: "Camera", Orientation: "6" },
      IFD3: { GPSLatitude: "1/1 2/1 3/1" },
    };
    const bytes = await quarters(64, 32)
      .withMetadata({ orientation: 6 })
      .withExif(exif)
      .withXmp(XMP)
      .jpeg({ quality: 95 })
      .toBuffer();
    const text = (number: number, value: string) => ({ record: 2, number, data: Buffer.from(value) });
    const iptc = formatIim([text(80, "Ann"), text(116, "Ann 2024"), text(120, "A secret")]);
    return { bytes: insertJpeg(bytes, { iptc }), format: "jpeg" };
  };

  const iptcOf = ({ iptc }: Metadata): string[] =>
    (iptc ? (parseIim(unwrapIptc(iptc) ?? iptc) ?? []) : []).map(
      ({ record, number, data }) => `${record}:${number} ${Buffer.from(data).toString()}`,
    );

  it("is in the source that this is about", async () => {
    const { orientation, exif, xmp, iptc } = await sharp((await loaded()).bytes).metadata();
    assert.equal(orientation, 6);
    assert.match(exif?.toString("latin1") ?? "", /Camera/);
    assert.match(xmp?.toString() ?? "", /Secret/);
    assert.match(iptc?.toString("latin1") ?? "", /A secret/);
  });

  it("goes, but for whose picture it is", async () => {
    for (const url of ["f:jpg", "f:jpg/w:20", "f:jpg/bl:1/pd:3", "f:jpg/mb:800", "f:jpg/scp:0"]) {
      const header = await headerOf(await renderUrl(await loaded(), url));
      assert.deepEqual(readTexts(header.exif!), TEXTS, url); // The next line fails without.
      assert.doesNotMatch(header.exif?.toString("latin1") ?? "", /Camera/, url);
      assert.match(header.xmp?.toString() ?? "", /Ann 2024/, url);
      assert.doesNotMatch(header.xmp?.toString() ?? "", /Secret/, url);
      assert.deepEqual(iptcOf(header), ["2:80 Ann", "2:116 Ann 2024"], url);
      assert.equal(header.orientation ?? 1, 1, url);
    }
  });

  // libvips writes no EXIF into TIFF, which has XMP for that.
  for (const format of ["png", "webp", "avif", "tiff"])
    it(`tells whose picture it is in ${format}, too`, async () => {
      const header = await headerOf(await renderUrl(await loaded(), `f:${format}`));
      if (format !== "tiff") assert.deepEqual(readTexts(header.exif ?? Buffer.alloc(0)), TEXTS);
      assert.match(header.xmp?.toString() ?? "", /Ann 2024/);
      assert.doesNotMatch(header.xmp?.toString() ?? "", /Secret/);
    });

  it("tells it in any script", async () => {
    const texts = { Artist: "Ánn Øre", Copyright: "© 2024 安" };
    const data = Buffer.alloc(20 * 20 * 3, 90);
    const png = wrapPng({ data, width: 20, height: 20, channels: 3, depth: 8 }, { exif: writeTexts(texts) });
    for (const format of ["jpg", "png", "webp", "avif"]) {
      const { exif } = await headerOf(await renderUrl({ bytes: png, format: "png" }, `f:${format}`));
      assert.deepEqual(readTexts(exif!), texts, format); // The assertion is that it is there.
    }
  });

  it("goes altogether with kcr:0", async () => {
    for (const format of ["jpg", "png", "webp", "avif", "tiff"]) {
      const header = await headerOf(await renderUrl(await loaded(), `f:${format}/kcr:0`));
      assert.deepEqual(readTexts(header.exif ?? Buffer.alloc(0)), {}, format);
      assert.deepEqual([header.xmp, header.iptc], [undefined, undefined], format);
    }
    const config = { image: { keepCopyright: false } };
    const { exif } = await headerOf(await renderUrl(await loaded(), "f:jpg", { config }));
    assert.equal(exif, undefined);
  });

  it("stays with sm:0, except for the orientation, which is in the pixels now", async () => {
    for (const url of ["f:jpg", "f:jpg/w:20", "f:jpg/mb:800"]) {
      const header = await headerOf(await renderUrl(await loaded(), `${url}/sm:0`));
      assert.match(header.exif?.toString("latin1") ?? "", /Camera/, url);
      assert.deepEqual(readTexts(header.exif!), TEXTS, url); // The line above fails without.
      assert.match(header.xmp?.toString() ?? "", /Secret/, url);
      assert.deepEqual(iptcOf(header), ["2:80 Ann", "2:116 Ann 2024", "2:120 A secret"], url);
      assert.equal(header.orientation ?? 1, 1, url);
    }
    const config = { image: { stripMetadata: false } };
    const { exif } = await headerOf(await renderUrl(await loaded(), "f:jpg", { config }));
    assert.match(exif?.toString("latin1") ?? "", /Camera/);
  });

  it("tells the orientation with sm:0 where nothing has turned the pixels", async () => {
    for (const format of ["jpg", "png", "webp", "tiff"])
      for (const [url, expected] of [
        ["ar:0/sm:0", 6],
        ["ar:0/sm:0/w:20/bl:1", 6],
        ["ar:0/sm:0/fl:1", 1],
        ["ar:0/sm:0/rot:180", 1],
        ["ar:0", 1],
        ["rot:270/sm:0", 1],
      ] as const) {
        const header = await headerOf(await renderUrl(await loaded(), `${url}/f:${format}`));
        assert.equal(header.orientation ?? 1, expected, `${format} ${url}`);
      }
    // AVIF tells it with properties of its own, which a decoder follows.
    const told = await headerOf(await renderUrl(await loaded(), "ar:0/sm:0/f:avif"));
    const lost = await headerOf(await renderUrl(await loaded(), "ar:0/f:avif"));
    assert.deepEqual([told.width, told.height], [lost.height, lost.width]);
  });

  it("does not appear from nowhere", async () => {
    const bare = await saved(noise(20, 20), "jpeg");
    for (const url of [
      "f:jpg",
      "f:jpg/sm:0",
      "f:png",
      "f:png/sm:0/scp:0",
      "f:webp/sm:0",
      "f:jpg/rot:90/sm:0",
    ]) {
      const { exif, xmp, iptc, icc } = await headerOf(await renderUrl(bare, url));
      assert.deepEqual([exif, xmp, iptc, icc], [undefined, undefined, undefined, undefined], url);
    }
  });

  it("of an animation is kept by the same rules", async () => {
    const motion = { width: 16, height: 16, delays: [40, 40], loop: 0 };
    const { bytes } = await film("webp", motion, (frame) => [200, 50 * frame, 50]);
    const exif = { IFD0: { ...TEXTS, Make: "Camera" } };
    const source: Source = {
      bytes: await sharp(bytes, { animated: true }).withExif(exif).withXmp(XMP).webp().toBuffer(),
      format: "webp",
    };
    const stripped = await headerOf(await renderUrl(source, "f:webp"));
    assert.deepEqual(readTexts(stripped.exif!), TEXTS); // The next line fails without.
    assert.doesNotMatch(stripped.exif?.toString("latin1") ?? "", /Camera/);
    assert.equal(keepCopyright({ xmp: stripped.xmp! }).xmp !== undefined, true); // As above.
    const kept = await headerOf(await renderUrl(source, "f:webp/sm:0"));
    assert.match(kept.exif?.toString("latin1") ?? "", /Camera/);
    assert.match(kept.xmp?.toString() ?? "", /Secret/);
    assert.equal((await headerOf(await renderUrl(source, "f:webp/kcr:0"))).exif, undefined);
  });

  it("leaves no resolution but 72 dots per inch", async () => {
    const bytes = await noise(20, 20).withMetadata({ density: 300 }).jpeg().toBuffer();
    for (const format of ["jpg", "png", "tiff"]) {
      const { density } = await headerOf(await renderUrl({ bytes, format: "jpeg" }, `f:${format}`));
      assert.equal(density ?? 72, 72, format);
    }
  });

  it("does not change a pixel by being kept", async () => {
    const source = await oriented(noise(30, 20), 1);
    const plainOne = await made(source, "f:png/kcr:0");
    assert.equal(
      difference(await made(await loaded(), "f:png"), await made(await loaded(), "f:png/kcr:0")),
      0,
    );
    assert.equal(difference(await made(source, "f:png/sm:0"), plainOne), 0);
  });
});
