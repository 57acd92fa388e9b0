import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import { control, gif, gifFrame, join, text, TRAILER, zeros } from "../../test/fixtures/forge.ts";
import { scan } from "./scan.ts";
import { MOST_STEPS } from "./scanned.ts";

const scanGif = (bytes: Uint8Array) => scan(bytes, "gif");
const frame = gifFrame({ size: [10, 10] });

/** Asks the decoder and the scanner the same questions. */
async function bothSee(file: Uint8Array): Promise<readonly unknown[][]> {
  const { width, height, pages, hasAlpha, channels, isProgressive } = await sharp(file).metadata();
  const { size, frames, alpha, channels: own, interlaced } = scanGif(file);
  return [
    [width, height, pages, hasAlpha, channels, isProgressive],
    [size?.width, size?.height, frames, alpha, own, interlaced],
  ];
}

describe("GIFs as libvips sees them", () => {
  const files: Readonly<Record<string, Uint8Array>> = {
    "one frame": gif(10, 10, frame, TRAILER),
    "a smaller frame": gif(20, 20, gifFrame({ at: [3, 4], size: [5, 6] }), TRAILER),
    "a first frame that sticks out": gif(10, 10, gifFrame({ at: [5, 6], size: [10, 10] }), TRAILER),
    "a second frame that sticks out": gif(10, 10, frame, gifFrame({ at: [5, 5], size: [20, 20] }), TRAILER),
    "a screen that is none": gif(640, 480, frame, TRAILER),
    "a screen that is none, and a larger second frame": gif(
      640,
      480,
      frame,
      gifFrame({ size: [30, 30] }),
      TRAILER,
    ),
    "a screen that is too large": gif(2049, 10, frame, TRAILER),
    "a screen that is large enough": gif(2048, 2048, frame, TRAILER),
    "a screen of nothing": gif(0, 0, frame, TRAILER),
    "a screen without a height": gif(10, 0, frame, TRAILER),
    "a frame of nothing": gif(10, 10, gifFrame({ size: [0, 0] }), TRAILER),
    "three frames": gif(10, 10, frame, frame, frame, TRAILER),
    "a transparent frame": gif(10, 10, control(true), frame, TRAILER),
    "a transparent second frame": gif(10, 10, control(false), frame, control(true), frame, TRAILER),
    "an interlaced frame": gif(10, 10, gifFrame({ size: [10, 10], interlaced: true }), TRAILER),
    "an unknown block instead of the trailer": gif(10, 10, frame, [0x99, 0x3b]),
    "something behind the trailer": gif(10, 10, frame, TRAILER, frame),
    "no trailer": gif(10, 10, frame, frame),
  };
  for (const [name, file] of Object.entries(files)) {
    it(name, async () => {
      const [theirs, ours] = await bothSee(file);
      assert.deepEqual(ours, theirs);
    });
  }
});

describe("GIF blocks", () => {
  it("adds up comments", () => {
    const comment = join([0x21, 0xfe, 100], zeros(100), [50], zeros(50), [0]);
    assert.equal(scanGif(gif(10, 10, comment, frame, TRAILER)).metadataBytes, 153);
  });

  it("leaves off after many frames", () => {
    const file = Buffer.concat([
      gif(10, 10),
      ...new Array<Uint8Array>(MOST_STEPS + 5).fill(frame),
      Uint8Array.of(0x3b),
    ]);
    const { frames, framesAtLeast, complete } = scanGif(file);
    assert.deepEqual(
      { frames, framesAtLeast, complete },
      { frames: MOST_STEPS, framesAtLeast: true, complete: true },
    );
  });

  it("refuses another signature and files without a frame", () => {
    assert.throws(() => scanGif(join(text("GIF9"), gif(1, 1))), { code: "broken_image" });
    assert.throws(() => scanGif(gif(10, 10, TRAILER)), { code: "broken_image" });
  });
});

describe("GIFs that are cut", () => {
  it("at any byte", () => {
    const file = gif(10, 10, control(true), frame, frame, TRAILER);
    for (let length = 0; length < file.length; length++) {
      const cut = file.subarray(0, length);
      // Screen, colours, control block, and the descriptor of a frame.
      if (length < 13 + 6 + 8 + 11) {
        assert.throws(() => scanGif(cut), { code: "source_incomplete" });
        continue;
      }
      const { complete, framesAtLeast, frames } = scanGif(cut);
      assert.deepEqual({ complete, framesAtLeast }, { complete: false, framesAtLeast: true });
      assert.ok(frames === 1 || frames === 2);
    }
  });
});
