/** Every option as a picture that someone has looked at. `npm run golden -- --accept` makes the references anew. */
import { OPTIONS, parsePresets, type AnyOption } from "@tintype/url";
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { decode, headerOf, renderUrl, type Source } from "../fixtures/render.ts";
import { oriented, plain, RED } from "../fixtures/source.ts";
import { HttpError } from "../../src/errors.ts";
import { decide, type Job } from "../../src/job.ts";
import { distance, see, showDifference, type Seen } from "./compare.ts";
import { fileOf, GOLDENS, PIXELLESS, type Golden, type Pixelless } from "./cases.ts";
import { SOURCES, watermark, type SourceName } from "./sources.ts";

const REFERENCES = fileURLToPath(new URL("references/", import.meta.url));
const DIFFERENCES = fileURLToPath(new URL("../../../../tmp/golden/", import.meta.url));
const accepting = process.env["GOLDEN_ACCEPT"] === "1";

/** Encoders and resamplers of another libvips may differ by this; a crop that is off by a pixel differs by more. */
const TOLERANCE = { mean: 1, largest: 48 } as const;
/** A picture differs visibly from another where some channel of some pixel does by this. */
const VISIBLE = 8;
const MAX_SIDE = 200;
const MAX_BYTES = 3_000_000;

let sources: ReadonlyMap<SourceName, Source>;
let mark: Source;

/** The result as a PNG of what was written, no profile applied. */
async function draw(name: SourceName, url: string): Promise<Buffer> {
  const source = sources.get(name);
  assert.ok(source, name);
  const { data, ...size } = await decode(await renderUrl(source, url, { watermark: mark }));
  const bytes =
    data instanceof Uint16Array ? Uint8Array.from(data, (value) => Math.round(value / 257)) : data;
  const raw = { width: size.width, height: size.height, channels: size.channels as 1 | 2 | 3 | 4 };
  return sharp(bytes, { raw }).png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer();
}

async function compare(golden: Golden, made: Buffer): Promise<void> {
  const path = join(REFERENCES, fileOf(golden));
  if (accepting) {
    await writeFile(path, made);
    return;
  }
  const [reference, result] = await Promise.all([see(await readFile(path)), see(made)]);
  const apart = distance(reference, result);
  if (apart.mean <= TOLERANCE.mean && apart.largest <= TOLERANCE.largest) return;
  assert.fail(
    `mean ${apart.mean.toFixed(2)}, largest ${apart.largest}: see ${await leave(golden, reference, result)}`,
  );
}

async function leave(golden: Golden, reference: Seen, result: Seen): Promise<string> {
  await mkdir(DIFFERENCES, { recursive: true });
  await writeFile(join(DIFFERENCES, fileOf(golden)), await showDifference(reference, result));
  return `tmp/golden/${fileOf(golden)}`;
}

before(async () => {
  const made = Object.entries(SOURCES).map(
    async ([name, make]) => [name as SourceName, await make()] as const,
  );
  sources = new Map(await Promise.all(made));
  mark = await watermark();
  await mkdir(REFERENCES, { recursive: true });
});

describe("a golden", () => {
  for (const golden of GOLDENS)
    it(`${golden.url} of ${golden.source}`, async () => {
      const made = await draw(golden.source, golden.url);
      if (golden.without !== undefined) {
        const plainOne = await see(await draw(golden.source, golden.without));
        assert.ok(
          distance(await see(made), plainOne).largest >= VISIBLE,
          `no other picture than ${golden.without}`,
        );
      }
      await compare(golden, made);
    });
});

describe("references", () => {
  it("are those of the goldens and no others, small, and named each by one", async () => {
    const wanted = GOLDENS.map(fileOf);
    assert.equal(new Set(wanted).size, wanted.length);
    const found = await readdir(REFERENCES);
    const stale = found.filter((name) => !wanted.includes(name));
    if (accepting) await Promise.all(stale.map((name) => rm(join(REFERENCES, name))));
    else assert.deepEqual(stale, [], "no golden is named so any more: accept anew");
    let bytes = 0;
    for (const name of wanted) {
      const path = join(REFERENCES, name);
      bytes += (await stat(path)).size;
      const { width, height } = await sharp(path).metadata();
      assert.ok(width <= MAX_SIDE && height <= MAX_SIDE, `${name} is ${width}x${height}`);
    }
    assert.ok(bytes < MAX_BYTES, `${bytes} bytes`);
  });

  it("would tell a crop that is off by one", async () => {
    const [one, other] = await Promise.all(
      ["c:160:90:nowe:40:40", "c:160:90:nowe:41:40"].map(async (url) =>
        see(await draw("dandelion.jpg", url)),
      ),
    );
    assert.ok(distance(one!, other!).mean > TOLERANCE.mean); // Two URLs, two pictures.
  });
});

describe("an option that changes no pixel", () => {
  const segment = (name: Pixelless): string => {
    const { names, example }: AnyOption = OPTIONS[name];
    return `${names.at(-1) ?? name}:${example}`;
  };

  const photograph = (): Source => sources.get("dandelion.jpg")!; // In the table of sources.

  const jobOf = (segments: string): Job =>
    decide(
      `${segments}/plain/local:///dandelion.jpg`,
      {},
      {
        grammar: {
          security: true,
          bypass: true,
          presets: parsePresets(["sharp=sh:1", "square=rs:fill:100:100"], {}),
        },
        resolve: (source) => source,
        clientHints: false,
        pipeline: "1",
        partition: () => [],
        cookies: () => undefined,
        offers: { auto: [], enforced: [] },
      },
    );

  const samePicture = async (name: Pixelless): Promise<void> => {
    const [one, other] = await Promise.all([
      renderUrl(photograph(), `w:80/${segment(name)}`),
      renderUrl(photograph(), "w:80"),
    ]);
    assert.deepEqual(one.bytes, other.bytes);
  };

  /** Seen by the front alone, and no matter of the picture. */
  const sameKey = async (name: Pixelless, option: keyof Job["options"], value: unknown): Promise<void> => {
    await samePicture(name);
    const [one, other] = [jobOf(`w:80/${segment(name)}`), jobOf("w:80")];
    assert.deepEqual([one.options[option], one.key], [value, other.key]);
  };

  const EFFECTS: Readonly<Record<Pixelless, () => Promise<void>>> = {
    preset: async () => {
      const { options, key } = jobOf(segment("preset"));
      assert.equal(key, jobOf("sh:1/rs:fill:100:100").key);
      assert.deepEqual([options.sharpen, options.width], [1, 100]);
      return Promise.resolve();
    },
    maxSrcResolution: async () => {
      await samePicture("maxSrcResolution");
      await assert.rejects(renderUrl(photograph(), "w:80/msr:0.1"), HttpError);
    },
    maxSrcFileSize: async () => {
      await samePicture("maxSrcFileSize");
      assert.equal(jobOf(segment("maxSrcFileSize")).options.maxSrcFileSize, 10_485_760);
    },
    cachebuster: async () => {
      await samePicture("cachebuster");
      assert.notEqual(jobOf(`w:80/${segment("cachebuster")}`).key, jobOf("w:80").key);
    },
    raw: async () => {
      await samePicture("raw");
      assert.equal(jobOf(segment("raw")).options.raw, true);
    },
    // No loader here reads embedded thumbnails, in which case the contract has the picture itself.
    enforceThumbnail: async () => {
      const { bytes } = await renderUrl(photograph(), "w:80/f:avif");
      const avif: Source = { bytes, format: "avif" };
      const made = await renderUrl(avif, `${segment("enforceThumbnail")}/f:png`);
      assert.deepEqual(made.bytes, (await renderUrl(avif, "f:png")).bytes);
    },
    stripMetadata: async () => {
      const { exif } = await headerOf(await renderUrl(await camera(), segment("stripMetadata")));
      assert.match(exif?.toString("latin1") ?? "", /Model T/);
    },
    keepCopyright: async () => {
      assert.match(
        (await headerOf(await renderUrl(await camera(), "w:8"))).exif?.toString("latin1") ?? "",
        /Ann/,
      );
      assert.equal(
        (await headerOf(await renderUrl(await camera(), segment("keepCopyright")))).exif,
        undefined,
      );
    },
    preserveHdr: async () => {
      const deep = sources.get("deep.png")!; // In the table of sources.
      assert.equal((await headerOf(await renderUrl(deep, "f:png"))).depth, "uchar");
      assert.equal(
        (await headerOf(await renderUrl(deep, `f:png/${segment("preserveHdr")}`))).depth,
        "ushort",
      );
    },
    format: async () => {
      const made = await renderUrl(photograph(), `w:80/${segment("format")}`);
      assert.deepEqual([made.rendered.format, (await headerOf(made)).format], ["webp", "webp"]);
    },
    maxAnimationFrames: async () => {
      const shutter = sources.get("shutter.gif")!; // In the table of sources.
      const { rendered } = await renderUrl(shutter, `w:60/${segment("maxAnimationFrames")}`);
      assert.deepEqual([rendered.frames, rendered.sourceFrames], [10, 18]);
    },
    maxAnimationFrameResolution: async () => {
      const shutter = sources.get("shutter.gif")!; // As above.
      const { rendered } = await renderUrl(shutter, `w:60/${segment("maxAnimationFrameResolution")}`);
      assert.equal(rendered.frames, 18);
      await assert.rejects(renderUrl(shutter, "w:60/mafr:0.01"), HttpError);
    },
    bypassCache: () => sameKey("bypassCache", "bypassCache", true),
    cacheTtl: () => sameKey("cacheTtl", "cacheTtl", 3600),
    cacheTags: () => sameKey("cacheTags", "cacheTags", ["shop", "summer"]),
    expires: () => sameKey("expires", "expires", 4_102_444_800),
    filename: () => sameKey("filename", "filename", "portrait"),
    returnAttachment: () => sameKey("returnAttachment", "returnAttachment", true),
  };

  for (const name of PIXELLESS) it(`${name}: ${segment(name)} changes something else`, EFFECTS[name]);

  const camera = async (): Promise<Source> => {
    const { bytes } = await oriented(plain(16, 16, RED), 1);
    const exif = { IFD0: { Model: "Model T", Artist: "Ann" } };
    return { bytes: await sharp(bytes).withExif(exif).jpeg().toBuffer(), format: "jpeg" };
  };
});
