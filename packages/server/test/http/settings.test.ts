/** Settings of encoders, of what is kept and of limits, each by what it does to a picture (contract config.md, 3, 5 and 7). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp, { type Metadata } from "sharp";
import { useOrigin } from "../fixtures/origin.ts";
import { look, pages } from "../fixtures/pictures.ts";
import { assertRefused } from "../fixtures/refusal.ts";
import { useServer, type TestServer } from "../fixtures/server.ts";

const origin = useOrigin(() =>
  pages("jpeg", "clearPng", "greyPng", "deepPng", "turnedJpeg", "movingGif", "svg", "webp"),
);

async function made(server: TestServer, path: string, options: string): Promise<Buffer> {
  const { status, body } = await server.get(origin.target(path, options));
  assert.equal(status, 200);
  return body;
}

const facts = async (server: TestServer, path: string, options: string): Promise<Metadata> =>
  sharp(await made(server, path, options)).metadata();

describe("settings of results", { concurrency: 4 }, () => {
  const server = useServer({
    IMGPROXY_QUALITY: "20",
    IMGPROXY_FORMAT_QUALITY: "webp=30,tiff=50",
    IMGPROXY_JPEG_PROGRESSIVE: "true",
    IMGPROXY_PNG_INTERLACED: "true",
    IMGPROXY_PNG_QUANTIZE: "true",
    IMGPROXY_PNG_QUANTIZATION_COLORS: "16",
    IMGPROXY_AUTO_ROTATE: "false",
    IMGPROXY_STRIP_METADATA: "false",
    IMGPROXY_PRESERVE_HDR: "true",
  });

  for (const [format, quality] of [
    ["jpeg", 20],
    ["webp", 30],
    ["avif", 63],
  ] as const)
    it(`${format} has quality ${quality}, unless the URL says otherwise`, async () => {
      const options = ["", `/q:${quality}`, `/fq:${format}:70`, "/q:70"];
      const bodies = await Promise.all(options.map((more) => made(server, "/jpeg", `f:${format}${more}`)));
      const [unsaid, said, format70, other] = bodies.map((body) => body.toString("base64"));
      assert.equal(unsaid, said);
      assert.equal(format70, other);
      assert.notEqual(unsaid, format70);
    });

  it("JPEG and PNG come in passes where that is set", async () => {
    assert.equal((await facts(server, "/jpeg", "w:20")).isProgressive, true);
    assert.equal((await facts(server, "/clearPng", "w:20")).isProgressive, true);
  });

  it("PNG has a palette of so many colours", async () => {
    const { isPalette, bitsPerSample } = await facts(server, "/clearPng", "w:20");
    assert.deepEqual([isPalette, bitsPerSample], [true, 4]);
  });

  it("pictures are not turned, unless the URL asks for it", async () => {
    for (const [options, size] of [
      ["w:0", [20, 10]],
      ["ar:1", [10, 20]],
    ] as const) {
      const { width, height } = await look(await made(server, "/turnedJpeg", options));
      assert.deepEqual([width, height], size);
    }
  });

  it("metadata stays, unless the URL takes it away", async () => {
    assert.ok((await facts(server, "/turnedJpeg", "w:0")).exif);
    assert.equal((await facts(server, "/turnedJpeg", "sm:1/kcr:0")).exif, undefined);
  });

  it("16 bits stay where the format has them, unless the URL takes them away", async () => {
    assert.equal((await facts(server, "/deepPng", "f:tiff")).depth, "ushort");
    assert.equal((await facts(server, "/deepPng", "f:tiff/ph:0")).depth, "uchar");
    assert.equal((await facts(server, "/deepPng", "f:webp")).depth, "uchar");
  });
});

const tooBig = {
  status: 422,
  body: "Invalid source image",
  code: "resolution_too_big",
  detail: /at most \d+ pixels/,
  cache: "short",
} as const;

describe("settings of limits", { concurrency: 4 }, () => {
  // A thousand pixels; the JPEG has 3072, a frame of the GIF 48.
  const server = useServer({
    IMGPROXY_MAX_SRC_RESOLUTION: "0.001",
    IMGPROXY_MAX_ANIMATION_FRAME_RESOLUTION: "0.00005",
    IMGPROXY_MAX_ANIMATION_FRAMES: "2",
    IMGPROXY_ALLOW_SECURITY_OPTIONS: "true",
  });

  it("refuse what has more pixels, unless the URL may say otherwise", async () => {
    await assertRefused(server, origin.target("/jpeg"), tooBig);
    assert.equal((await look(await made(server, "/jpeg", "msr:0.0031/w:9"))).width, 9);
    await assertRefused(server, origin.target("/webp", "msr:0.0005"), tooBig);
  });

  it("do not refuse vectors", async () => {
    assert.equal((await look(await made(server, "/svg", "f:png/w:100"))).width, 100);
  });

  it("count frames, and what each of them has", async () => {
    assert.equal((await look(await made(server, "/movingGif", "w:4"))).pages, 2);
    assert.equal((await look(await made(server, "/movingGif", "maf:3/w:4"))).pages, 3);
    assert.equal((await look(await made(server, "/movingGif", "maf:1/w:4"))).pages, 1);
    await assertRefused(server, origin.target("/movingGif", "mafr:0.00004"), tooBig);
    // One frame is measured like any still picture.
    assert.equal((await look(await made(server, "/movingGif", "mafr:0.00004/maf:1"))).pages, 1);
  });

  it("bound bytes and sides as the URL says", async () => {
    const refusal = { ...tooBig, code: "source_too_big", detail: /at most 50 bytes/ };
    await assertRefused(server, origin.target("/greyPng", "msfs:50"), refusal);
    assert.equal((await look(await made(server, "/greyPng", "mrd:6"))).width, 6);
    assert.equal((await look(await made(server, "/greyPng", "mrd:-1"))).width, 24);
  });
});
