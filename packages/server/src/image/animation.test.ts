import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import { HttpError } from "../errors.ts";
import { animate } from "./animation.ts";
import { openPicture } from "./facts.ts";
import {
  decode,
  headerOf,
  pixel,
  renderUrl,
  settingsOf,
  type Circumstances,
  type Source,
} from "../../test/fixtures/render.ts";
import { BLACK, BLUE, film, GREEN, plain, RED, saved, WHITE, YELLOW } from "../../test/fixtures/source.ts";

const COLOURS = [RED, GREEN, BLUE, YELLOW];
const DELAYS = [50, 100, 150, 200];
const MOTION = { width: 40, height: 20, delays: DELAYS, loop: 3 };

/** Four frames: each one colour, with a black left edge of eight pixels. */
const source = (format: "gif" | "webp"): Promise<Source> =>
  film(format, MOTION, (frame, x) => (x < 8 ? BLACK : (COLOURS[frame] ?? WHITE)));

async function made(from: Source, url: string, around: Circumstances = {}) {
  const result = await renderUrl(from, url, around);
  const { pages = 1, pageHeight, width, height, delay, loop } = await headerOf(result);
  const frames = await Promise.all(Array.from({ length: pages }, (_, page) => decode(result, page)));
  return { result, frames, pages, width, height: pageHeight ?? height, delay, loop };
}

const isNear = (found: readonly number[], wanted: readonly number[]): boolean =>
  wanted.every((value, i) => Math.abs(value - (found[i] ?? NaN)) < 24);

describe("an animation", () => {
  for (const from of ["gif", "webp"] as const)
    for (const to of ["gif", "webp"] as const)
      it(`keeps frames, delays and loop from ${from} to ${to}`, async () => {
        const { frames, delay, loop, result, pages } = await made(await source(from), `f:${to}/w:20`);
        assert.deepEqual([pages, delay, loop], [4, DELAYS, 3]);
        frames.forEach((frame, i) => assert.ok(isNear(pixel(frame, 10, 5), COLOURS[i]!), `frame ${i}`)); // Four and four.
        assert.deepEqual(result.rendered, {
          origin: { width: 40, height: 20 },
          sourceFrames: 4,
          width: 20,
          height: 10,
          format: to,
          frames: 4,
        });
      });

  it("may go on for ever", async () => {
    const endless = await film("gif", { ...MOTION, loop: 0 }, (frame) => COLOURS[frame] ?? WHITE);
    assert.equal((await made(endless, "f:webp")).loop, 0);
    assert.equal((await made(endless, "f:gif")).loop, 0);
  });

  // 40 x 20, and what each frame becomes; a pixel from the left tells whether the black edge was kept.
  const SHAPES: readonly (readonly [url: string, size: string, left: "edge" | "colour" | "ground"])[] = [
    ["w:20", "20x10", "edge"],
    ["rs:fill:10:10", "10x10", "colour"],
    ["rs:fill:10:10/g:we", "10x10", "edge"],
    ["rs:fill:10:10/g:ea", "10x10", "colour"],
    ["rs:force:10:20", "10x20", "edge"],
    ["c:10:10:ea", "10x10", "colour"],
    ["rot:90", "20x40", "colour"],
    ["rot:180", "40x20", "colour"],
    ["rot:270", "20x40", "colour"],
    ["fl:1", "40x20", "colour"],
    ["fl:0:1", "40x20", "edge"],
    ["pd:3", "46x26", "ground"],
    ["rs:fit:40:40/ex:1", "40x40", "edge"],
    ["rs:fill:20:20/g:sm", "20x20", "colour"],
    ["w:80/el:1", "80x40", "edge"],
    ["dpr:2/w:10", "20x10", "edge"],
    ["bl:0.5", "40x20", "edge"],
    ["mrd:20", "20x10", "edge"],
    ["t:10", "40x20", "edge"],
    ["t:10/w:20", "20x10", "edge"],
  ];
  for (const [url, size, left] of SHAPES)
    it(`has every frame shaped alike: ${url} makes ${size}`, async () => {
      const { frames, width, height, pages } = await made(await source("gif"), `${url}/bg:808080/f:gif`);
      assert.deepEqual([`${width}x${height}`, pages], [size, 4]);
      frames.forEach((frame, i) => {
        const middle = Math.floor(frame.height / 2);
        assert.ok(
          isNear(pixel(frame, Math.floor(frame.width / 2), middle), COLOURS[i]!),
          `middle of frame ${i}`,
        ); // Four and four.
        const wanted = { edge: BLACK, colour: COLOURS[i]!, ground: [128, 128, 128] }[left]; // As above.
        if (url !== "rs:fill:20:20/g:sm")
          assert.ok(isNear(pixel(frame, 0, middle), wanted), `left of frame ${i}`);
      });
    });

  it("does not let a frame into its neighbours", async () => {
    const rows = await film("gif", MOTION, (frame) => (frame % 2 === 0 ? [0, 0, 0] : WHITE));
    for (const url of ["w:13", "bl:4", "w:13/sh:2", "pix:7"]) {
      const { frames } = await made(rows, `${url}/f:webp/q:100`);
      frames.forEach((frame, i) => {
        const wanted = i % 2 === 0 ? [0, 0, 0] : WHITE;
        for (const y of [0, -1])
          assert.ok(isNear(pixel(frame, 6, y), wanted), `${url}: frame ${i}, row ${y}`);
      });
    }
  });

  it("has its watermark on every frame", async () => {
    const watermark = await saved(plain(4, 4, [0, 0, 0]), "png");
    const { frames } = await made(await source("gif"), "wm:1:soea/f:webp/q:100", { watermark });
    assert.equal(frames.length, 4);
    for (const frame of frames) assert.ok(isNear(pixel(frame, -2, -2), [0, 0, 0]));
  });

  it("fits into the bytes that it may have", async () => {
    const full = (await renderUrl(await source("gif"), "f:webp")).bytes.length;
    const { result, pages } = await made(await source("gif"), `f:webp/mb:${Math.round(full * 0.9)}`);
    assert.ok(result.bytes.length < full && pages === 4, `${result.bytes.length} of ${full} bytes`);
  });

  it("keeps the transparency of its frames", async () => {
    const clear = await film("gif", MOTION, (frame, x) =>
      x < 20 ? [0, 0, 0, 0] : [...(COLOURS[frame] ?? WHITE), 255],
    );
    for (const to of ["gif", "webp"]) {
      const { frames } = await made(clear, `f:${to}/w:20`);
      frames.forEach((frame, i) => {
        assert.equal(pixel(frame, 2, 5)[3], 0, `${to}: frame ${i}`);
        assert.equal(pixel(frame, 17, 5)[3] ?? 255, 255, `${to}: frame ${i}`);
      });
    }
  });
});

describe("frames", () => {
  it("beyond the limit are dropped, with their delays", async () => {
    const { pages, delay, result } = await made(await source("gif"), "maf:2/f:gif");
    assert.deepEqual(
      [pages, delay, result.rendered.frames, result.rendered.sourceFrames],
      [2, [50, 100], 2, 4],
    );
    const config = { limits: { maxAnimationFrames: 3 } };
    assert.equal((await made(await source("webp"), "f:webp", { config })).pages, 3);
  });

  for (const format of ["jpg", "png", "avif", "tiff", "bmp", "ico"])
    it(`but the first are dropped for ${format}`, async () => {
      const { rendered } = await renderUrl(await source("gif"), `f:${format}`);
      assert.deepEqual(
        [rendered.frames, rendered.width, rendered.height, rendered.sourceFrames],
        [1, 40, 20, 4],
      );
      const still = await decode(await renderUrl(await source("webp"), `f:${format}`));
      assert.ok(isNear(pixel(still, 20, 10), RED));
    });

  it("but the first are dropped with maf:1, and where all together have too many pixels", async () => {
    assert.equal((await made(await source("gif"), "maf:1/f:gif")).pages, 1);
    const config = (maxAnimationResolution: number) => ({ config: { limits: { maxAnimationResolution } } });
    assert.equal((await made(await source("gif"), "f:gif", config(3200))).pages, 4);
    const first = await made(await source("gif"), "f:gif", config(3199));
    assert.deepEqual([first.pages, first.result.rendered.sourceFrames], [1, 4]);
    assert.ok(isNear(pixel(first.frames[0]!, 20, 10), RED)); // There is always one.
    assert.equal((await made(await source("gif"), "maf:2/f:gif", config(1600))).pages, 2);
  });

  it("may each have only so many pixels", async () => {
    const refused = (error: unknown) => error instanceof HttpError && error.code === "resolution_too_big";
    const config = (maxAnimationFrameResolution: number) => ({
      config: { limits: { maxAnimationFrameResolution } },
    });
    assert.equal((await made(await source("gif"), "f:gif", config(800))).pages, 4);
    await assert.rejects(made(await source("gif"), "f:gif", config(799)), refused);
    await assert.rejects(made(await source("gif"), "f:gif/mafr:0.000799"), refused);
    // A still result is a matter of the limit on sources.
    assert.equal((await made(await source("gif"), "f:png", config(799))).pages, 1);
  });

  it("count together in the memory that a result may take", async () => {
    const refused = (error: unknown) => error instanceof HttpError && error.code === "result_too_big";
    await assert.rejects(renderUrl(await source("gif"), "rs:force:6000:6000:1/f:gif"), refused);
  });

  it("without delays take 40 ms each", async () => {
    const { bytes } = await source("webp");
    const { data, info } = await sharp(bytes, { animated: true }).raw().toBuffer({ resolveWithObject: true });
    assert.equal(data.length, info.width * info.height * info.channels);
    const opened = await openPicture(bytes, "webp", settingsOf());
    const traits = { size: opened.facts.decoded, alpha: false, grey: false, deep: false, convert: false };
    const bare = { ...opened, facts: { ...opened.facts, delays: [] } };
    const { timing } = await animate(bare, 3, { traits, work: (frame) => Promise.resolve(frame) });
    assert.deepEqual(timing, { delays: [40, 40, 40], loop: 3 });
  });
});
