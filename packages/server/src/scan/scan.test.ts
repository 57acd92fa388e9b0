import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import sharp, { type Sharp } from "sharp";
import { mutate, random } from "../../test/fixtures/forge.ts";
import { picture } from "../../test/fixtures/pictures.ts";
import { detectFormat } from "../detect.ts";
import { HttpError } from "../errors.ts";
import { FORMATS, type Format } from "../formats.ts";
import { scan } from "./scan.ts";
import { MOST_STEPS, type Scanned } from "./scanned.ts";

const WIDTH = 37;
const HEIGHT = 23;

/** Noise, so that no encoder finds anything to leave out. */
function noise(channels: 1 | 3 | 4, pages = 1): Sharp {
  const next = random(channels);
  const data = Buffer.from(Array.from({ length: WIDTH * HEIGHT * pages * channels }, () => 256 * next()));
  const raw = { width: WIDTH, height: HEIGHT * pages, channels, pageHeight: HEIGHT } as const;
  const pipeline = sharp(data, { raw });
  return channels === 1 ? pipeline.toColourspace("b-w") : pipeline;
}

const film = (channels: 3 | 4): Sharp => noise(channels, 5);
const deep = (): Sharp => noise(3).toColourspace("rgb16");
const turned = (orientation: number): Sharp => noise(3).withMetadata({ orientation });
const TIMING = { delay: [10, 20, 30, 40, 50] };

/** Everything that sharp writes, in every form that changes a header. */
const WRITTEN: Readonly<Record<string, () => Sharp>> = {
  "png, grey": () => noise(1).png(),
  "png, colour": () => noise(3).png(),
  "png, transparent": () => noise(4).png(),
  "png, in passes": () => noise(3).png({ progressive: true }),
  "png, 16 bits": () => deep().png(),
  "png, 16 bits in passes": () => deep().png({ progressive: true }),
  "png, 2 colours": () => noise(3).png({ palette: true, colours: 2 }),
  "png, 16 colours": () => noise(3).png({ palette: true, colours: 16 }),
  "png, a transparent palette": () => noise(4).png({ palette: true }),
  "jpeg, grey": () => noise(1).jpeg(),
  "jpeg, colour": () => noise(3).jpeg(),
  "jpeg, progressive": () => noise(3).jpeg({ progressive: true }),
  "jpeg, progressive and grey": () => noise(1).jpeg({ progressive: true }),
  "jpeg, full colour": () => noise(3).jpeg({ chromaSubsampling: "4:4:4" }),
  "jpeg, by mozjpeg": () => noise(3).jpeg({ mozjpeg: true }),
  "jpeg, inks": () => noise(3).toColourspace("cmyk").jpeg(),
  "jpeg, inks in passes": () => noise(3).toColourspace("cmyk").jpeg({ progressive: true }),
  "webp, lossy": () => noise(3).webp(),
  "webp, lossy and transparent": () => noise(4).webp(),
  "webp, lossless": () => noise(3).webp({ lossless: true }),
  "webp, lossless and transparent": () => noise(4).webp({ lossless: true }),
  "webp, near lossless": () => noise(4).webp({ nearLossless: true }),
  "webp, moving": () => film(3).webp(TIMING),
  "webp, moving and transparent": () => film(4).webp(TIMING),
  "webp, moving and lossless": () => film(3).webp({ ...TIMING, lossless: true }),
  "webp, moving and mixed": () => film(4).webp({ ...TIMING, mixed: true }),
  "gif, still": () => noise(3).gif(),
  "gif, in passes": () => noise(3).gif({ progressive: true }),
  "gif, moving": () => film(3).gif(TIMING),
  "gif, moving and transparent": () => film(4).gif(TIMING),
  "gif, a table for each frame": () => film(3).gif({ ...TIMING, reuse: false }),
  "avif, colour": () => noise(3).avif({ effort: 0 }),
  "avif, transparent": () => noise(4).avif({ effort: 0 }),
  "avif, grey": () => noise(1).avif({ effort: 0 }),
  "avif, half colour": () => noise(3).avif({ effort: 0, chromaSubsampling: "4:2:0" }),
  "avif, 10 bits": () => noise(3).avif({ effort: 0, bitdepth: 10 }),
  "avif, 12 bits and transparent": () => noise(4).avif({ effort: 0, bitdepth: 12 }),
  "avif, lossless": () => noise(3).avif({ effort: 0, lossless: true }),
  "tiff, plain": () => noise(3).tiff({ compression: "none" }),
  "tiff, transparent": () => noise(4).tiff({ compression: "lzw" }),
  "tiff, jpeg inside": () => noise(3).tiff({ compression: "jpeg" }),
  "tiff, deflated": () => noise(1).tiff({ compression: "deflate" }),
  "tiff, one bit": () => noise(1).tiff({ compression: "ccittfax4", bitdepth: 1 }),
  "tiff, 16 bits": () => deep().tiff({ compression: "lzw" }),
  "tiff, tiles": () => noise(3).tiff({ tile: true, tileWidth: 16, tileHeight: 16 }),
  "tiff, a pyramid": () => noise(3).tiff({ tile: true, tileWidth: 16, tileHeight: 16, pyramid: true }),
  "tiff, inks": () => noise(3).toColourspace("cmyk").tiff({ compression: "none" }),
  "tiff, pages": () => film(3).tiff({ compression: "lzw" }),
  ...Object.fromEntries(
    ([1, 3, 6, 8] as const).flatMap((orientation) =>
      (["png", "jpeg", "webp", "tiff", "avif"] as const).map((format) => [
        `${format}, orientation ${orientation}`,
        () => turned(orientation).toFormat(format),
      ]),
    ),
  ),
};

const files = new Map<string, Buffer>();
for (const [name, make] of Object.entries(WRITTEN)) files.set(name, await make().toBuffer());

const formatOf = (file: Uint8Array): Format => {
  const format = detectFormat(file);
  assert.ok(format);
  return format;
};

/** What scanner and decoder both know. */
async function decoderSees(file: Uint8Array): Promise<object> {
  const {
    width,
    height,
    pages = 1,
    channels,
    hasAlpha,
    isProgressive,
    ...rest
  } = await sharp(file).metadata();
  const { orientation = 1, depth } = rest;
  return { width, height, pages, channels, hasAlpha, isProgressive, orientation, deep: depth !== "uchar" };
}

function scannerSees({
  size,
  frames,
  channels,
  alpha,
  interlaced,
  orientation = 1,
  depthBits,
}: Scanned): object {
  return {
    ...size,
    pages: frames,
    channels,
    hasAlpha: alpha,
    isProgressive: interlaced,
    orientation,
    deep: depthBits > 8,
  };
}

describe("scanner and decoder agree on", () => {
  for (const [name, file] of files) {
    it(name, async () => {
      const scanned = scan(file, formatOf(file));
      assert.deepEqual(scannerSees(scanned), await decoderSees(file));
      assert.deepEqual([scanned.complete, scanned.framesAtLeast], [true, false]);
      assert.equal(scanned.animated, /moving|table for each/.test(name));
    });
  }

  const samples = new URL("../../../../samples/", import.meta.url);
  for (const name of readdirSync(samples).filter((name) => /\.(?:jpg|gif|svg)$/.test(name))) {
    it(`the sample ${name}`, async () => {
      const file = readFileSync(new URL(name, samples));
      const scanned = scan(file, formatOf(file));
      assert.deepEqual(scannerSees(scanned), await decoderSees(file));
      assert.equal(scanned.complete, true);
    });
  }
});

describe("scanner and decoder agree that", () => {
  it("files that are cut are cut", async () => {
    for (const [name, file] of files) {
      // A decoder of one frame does not look for the next.
      if (/moving|pages|pyramid|table for each/.test(name)) continue;
      for (const share of [0.5, 0.9, 0.99]) {
        const cut = file.subarray(0, Math.ceil(file.length * share) - 1);
        if (isWhole(cut, formatOf(file)))
          await assert.doesNotReject(
            sharp(cut, { failOn: "truncated" }).raw().toBuffer(),
            `${name} at ${share}`,
          );
      }
    }
  });

  it("mutated files that still decode have the size that was scanned", async () => {
    const next = random(5);
    for (const file of files.values()) {
      for (let left = 12; left > 0; left--) await compareMutant(mutate(file, next), formatOf(file));
    }
  });
});

function isWhole(file: Uint8Array, format: Format): boolean {
  try {
    return scan(file, format).complete;
  } catch (error) {
    assert.ok(error instanceof HttpError, String(error));
    return false;
  }
}

async function compareMutant(file: Uint8Array, format: Format): Promise<void> {
  const scanned = sound(file, format);
  if (!scanned || (scanned.pixels ?? 0) > 1e6 || detectFormat(file) !== format) return;
  const decoded = await sharp(file, { failOn: "truncated", limitInputPixels: 1e6 })
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch(() => undefined);
  if (!decoded) return;
  const { width, height } = decoded.info;
  assert.deepEqual(scanned.size, { width, height }, Buffer.from(file).toString("base64"));
}

const CODES: ReadonlySet<string> = new Set(["broken_image", "broken_svg", "source_incomplete"]);

/** What was scanned, if all of it makes sense; undefined where the file was refused in the proper way. */
function sound(file: Uint8Array, format: Format): Scanned | undefined {
  let scanned;
  try {
    scanned = scan(file, format);
  } catch (error) {
    if (error instanceof HttpError && CODES.has(error.code)) return undefined;
    throw new Error(`${format}: ${Buffer.from(file).toString("base64")}`, { cause: error });
  }
  const { size, pixels, frames, depthBits, channels = 1, scans, metadataBytes, orientation = 1 } = scanned;
  const counts = [
    frames,
    depthBits,
    channels,
    scans,
    orientation,
    ...(size ? [size.width, size.height] : []),
  ];
  const words = `${format}: ${JSON.stringify(scanned)}`;
  assert.ok(
    counts.every((count) => Number.isSafeInteger(count) && count > 0),
    words,
  );
  assert.ok(metadataBytes >= 0 && Number.isFinite(metadataBytes), words);
  assert.ok(size === undefined || (pixels !== undefined && pixels >= 1 && Number.isFinite(pixels)), words);
  assert.ok(frames <= MOST_STEPS && orientation <= 8 && depthBits <= 255, words);
  return scanned;
}

const FORMAT_NAMES = Object.keys(FORMATS) as Format[]; // The keys of a table.

describe("whatever the bytes, a scan", () => {
  it("answers or refuses random bytes, behind whatever signature", () => {
    const next = random(1);
    const heads = [
      "",
      "\x89PNG\r\n\x1a\n",
      "\xff\xd8\xff",
      "GIF89a",
      "RIFF\xff\0\0\0WEBP",
      "II*\0\x08\0\0\0",
      "MM\0*\0\0\0\x08",
    ];
    heads.push(
      "BM",
      "\0\0\x01\0\x01\0",
      "<svg ",
      "\xff\x0a",
      "\0\0\0\x18ftypavif\0\0\0\0mif1avif\0\0\x01\0meta\0\0\0\0",
    );
    let answered = 0;
    for (let run = 0; run < 300; run++) {
      const body = Buffer.from(Array.from({ length: 400 * next() }, () => 256 * next() ** 3));
      for (const head of heads) {
        const file = Buffer.concat([Buffer.from(head, "latin1"), body]);
        for (const format of FORMAT_NAMES) if (sound(file, format)) answered += 1;
      }
    }
    assert.ok(answered > 100, String(answered));
  });

  it("answers or refuses mutated files of every format", async () => {
    const seeds: readonly (readonly [Format, Uint8Array])[] = [
      ...[...files.values()].map((file) => [formatOf(file), file] as const),
      ["bmp", await picture("bmp")],
      ["ico", await picture("ico")],
      ["svg", await picture("svg")],
      ["jxl", Buffer.from("ff0a09412408000100ad652b59899191c2ad388331", "hex")],
    ];
    const next = random(2);
    for (const format of FORMAT_NAMES) {
      const own = seeds.filter(([name]) => name === (format === "heic" ? "avif" : format));
      let answered = 0;
      for (let run = 0; run < 2000; run++) {
        const [, file] = own[run % own.length]!; // Every format has a file.
        if (sound(mutate(file, next), format)) answered += 1;
      }
      assert.ok(answered > 50, `${format}: ${answered}`);
    }
  });

  it("answers or refuses small files that end at any byte", () => {
    for (const file of files.values()) {
      const format = formatOf(file);
      const last = Math.min(file.length, 2500);
      for (let length = 0; length < last; length++) sound(file.subarray(0, length), format);
    }
  });

  it("reads a view into a larger buffer", () => {
    for (const file of files.values()) {
      const around = Buffer.concat([Buffer.alloc(5, 0xff), file, Buffer.alloc(5, 0xff)]);
      const format = formatOf(file);
      assert.deepEqual(scan(around.subarray(5, -5), format), scan(file, format));
    }
  });
});
