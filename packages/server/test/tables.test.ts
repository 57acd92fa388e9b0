/** The tables say nothing that the code does not do. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { formatName } from "@tintype/url";
import sharp from "sharp";
import { configOf } from "../src/config/config.ts";
import { ROWS } from "../src/config/names.ts";
import { detectFormat, HEAD_BYTES } from "../src/detect.ts";
import { ERRORS, HttpError } from "../src/errors.ts";
import { FORMATS, isFormat, type Format } from "../src/formats.ts";
import { createRenderer } from "../src/image/renderer.ts";
import type { Rendered, RenderJob } from "../src/image/render.ts";

/** Code of a package by path, without comments and tests. */
function codeOf(folder: string): ReadonlyMap<string, string> {
  const root = fileURLToPath(new URL(`../../${folder}/src`, import.meta.url));
  const files = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => file.split(sep).join("/"));
  return new Map(
    files.map((file) => [
      file,
      readFileSync(join(root, file), "utf8")
        .replace(/\/\*[\s\S]*?\*\//g, "")
        .replace(/^\s*\/\/.*$|\s\/\/ .*$/gm, ""),
    ]),
  );
}

const server = codeOf("server");
const sentence = /^[A-Z`].*[.]$/s;

describe("the table of errors", () => {
  const others = [...server].flatMap(([file, code]) => (file === "errors.ts" ? [] : [code]));
  // A comparison asks for a code; it throws none.
  const code = [...others, ...codeOf("url").values()].join("\n").replace(/[!=]==\s*"\w+"/g, "");

  for (const [name, { docs, message, status }] of Object.entries(ERRORS)) {
    it(`${name} can happen`, () => {
      // The door refuses before there is anything to throw at.
      assert.ok(new RegExp(`"${name}"|\\bERRORS\\.${name}\\b`).test(code), "nothing throws it");
      assert.match(docs, sentence);
      assert.ok(message !== "");
      assert.ok(status === 0 || (status >= 400 && status <= 599), String(status));
    });
  }
});

/** Settings that nobody outside `config/` reads, and why they are in the table. */
const UNREAD: Readonly<Record<string, string>> = {
  "url.presetsPath": "config/ reads the file and adds it to the presets",
  "env.localFilePath": "config/ reads the file before it reads anything else",
  "encode.jxlEffort": "no encoder of JPEG XL is installed; differences.ts tells",
  "image.enforceThumbnail": "no decoder of HEIC is installed; differences.ts tells",
};

describe("the table of settings", () => {
  const readers = [...server].flatMap(([file, code]) => (file.startsWith("config/") ? [] : [code]));

  for (const { path, key, docs } of ROWS) {
    const reason = UNREAD[path];
    it(`${path} is ${reason === undefined ? "read" : `not read: ${reason}`}`, () => {
      const asProperty = new RegExp(`\\.${key}\\b|[{,]\\s*${key}\\b`);
      const isRead = readers.some((code) => asProperty.test(code));
      assert.equal(isRead, reason === undefined);
      assert.match(docs, sentence);
    });
  }

  it("the exceptions are settings", () => {
    const paths = new Set(ROWS.map(({ path }) => path));
    assert.deepEqual(
      Object.keys(UNREAD).filter((path) => !paths.has(path)),
      [],
    );
  });
});

type Renderer = Awaited<ReturnType<typeof createRenderer>>;

describe("the table of formats", () => {
  let renderer: Renderer;
  before(async () => {
    const { limits, encode, image, watermark } = configOf();
    renderer = await createRenderer({ limits, encode, image, watermark });
  });

  const render = async (source: Buffer, from: Format, options: RenderJob["options"]) => {
    const job: RenderJob = { source: from, options, accepted: [], enforced: [], watermark: undefined };
    const { result, blobs } = await renderer.render(job, [source]);
    return { rendered: result as Rendered, bytes: blobs[0] ?? new Uint8Array() };
  };
  const inspect = async (bytes: Uint8Array, format: Format) =>
    (await renderer.render({ inspect: format }, [bytes])).result as Readonly<Record<string, unknown>>;

  const rows = Object.keys(FORMATS).filter(isFormat);
  const drawn = rows.filter((name) => FORMATS[name].save && name !== "svg");

  it("has the language's names, and no mime type or extension twice", () => {
    for (const name of rows) {
      const { extension, mime } = FORMATS[name];
      assert.equal(formatName.read(name), name);
      assert.equal(formatName.read(extension.slice(1)), name);
      assert.match(extension, /^\.[a-z]+$/);
      assert.match(mime, /^image\/[a-z+-]+$/);
    }
    assert.equal(new Set(rows.map((name) => FORMATS[name].mime)).size, rows.length);
    assert.equal(new Set(rows.map((name) => FORMATS[name].extension)).size, rows.length);
  });

  for (const name of drawn) {
    const row = FORMATS[name];

    it(`${name} is written, recognised and read again`, async () => {
      const { rendered, bytes } = await render(await veil(), "png", { format: name });
      assert.deepEqual([rendered.format, rendered.width, rendered.height], [name, 32, 24]);
      assert.equal(detectFormat(bytes.subarray(0, HEAD_BYTES), {}), name);
      const { mime, alpha, width, height } = await inspect(bytes, name);
      assert.deepEqual(
        { mime, alpha, width, height },
        { mime: row.mime, alpha: row.alpha, width: 32, height: 24 },
      );
    });

    it(`${name} has ${row.quality ? "a" : "no"} quality`, async () => {
      const source = await photo();
      const low = await render(source, "png", { format: name, quality: 20 });
      const high = await render(source, "png", { format: name, quality: 90 });
      assert.equal(Buffer.from(low.bytes).equals(high.bytes), !row.quality);
    });

    it(`${name} holds ${row.icc ? "a" : "no"} profile`, async () => {
      const { bytes } = await render(await photo("p3"), "png", { format: name, stripColorProfile: false });
      assert.equal((await inspect(bytes, name))["iccBytes"] !== undefined, row.icc);
    });

    it(`${name} holds ${row.hdr ? "more than 8 bits" : "8 bits"} a channel`, async () => {
      const { bytes } = await render(await photo("rgb16"), "png", { format: name, preserveHdr: true });
      assert.equal((await inspect(bytes, name))["deep"], row.hdr);
    });

    it(`${name} ${row.animationOut ? "moves" : "stands still"}`, async () => {
      const { rendered, bytes } = await render(await film(), "gif", { format: name });
      assert.equal(rendered.frames, row.animationOut ? 2 : 1);
      assert.equal((await inspect(bytes, name))["frames"], row.animationOut ? 2 : 1);
      assert.ok(!row.animationOut || row.animationIn, "what moves can be read moving");
    });

    it(`${name} is ${row.minSide} pixels at least and ${row.maxSide || "any number"} at most`, async () => {
      assert.ok(row.maxSide === 0 || row.maxSide > row.minSide);
      const { rendered } = await render(await veil(), "png", { format: name, width: 8, height: 8 });
      assert.equal(rendered.format, row.minSide > 8 ? "png" : name);
    });
  }

  for (const name of rows.filter((row) => !drawn.includes(row))) {
    it(`${name} cannot be written from pixels, and is refused`, async () => {
      await assert.rejects(
        render(await photo(), "png", { format: name }),
        (error) =>
          error instanceof HttpError &&
          error.code === (name === "svg" ? "svg_from_raster" : "format_unsaveable"),
      );
    });
  }
});

/** A picture that can be seen through. */
const veil = (): Promise<Buffer> =>
  sharp({ create: { width: 32, height: 24, channels: 4, background: { r: 200, g: 40, b: 90, alpha: 0.5 } } })
    .png()
    .toBuffer();

/** A picture that encoders have something to lose of, plain or with one thing about it. */
function photo(oddity?: "p3" | "rgb16"): Promise<Buffer> {
  const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
  const picture = sharp({ create: { width: 48, height: 48, channels: 3, background: "#888", noise } });
  if (oddity === "p3") return picture.withIccProfile("p3").png().toBuffer();
  if (oddity === "rgb16") return picture.toColourspace("rgb16").png().toBuffer();
  return picture.png().toBuffer();
}

/** Two frames. */
async function film(): Promise<Buffer> {
  const frames = await Promise.all(
    ["#ff0000", "#0000ff"].map((background) =>
      sharp({ create: { width: 32, height: 32, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  return sharp(frames, { join: { animated: true } })
    .gif({ delay: [100, 100] })
    .toBuffer();
}
