import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { FORMATS, type Format } from "../formats.ts";
import { predictBytes, type Made, type Making } from "./memory.ts";
import { STILL, type Scanned } from "./scanned.ts";

const MIB = 2 ** 20;
const scanned = (width: number, height: number, more: Partial<Scanned> = {}): Scanned => ({
  ...STILL,
  size: { width, height },
  pixels: width * height,
  depthBits: 8,
  channels: 3,
  alpha: false,
  ...more,
});
const big = scanned(6000, 4000);
const making = (format: Format, more: Partial<Making> = {}): Making => ({
  scanned: big,
  format,
  bytes: 0,
  frames: 1,
  result: undefined,
  ...more,
});
const made = (format: Format, more: Partial<Made> = {}): Made => ({
  width: 3000,
  height: 2000,
  format,
  alpha: false,
  quality: 80,
  deep: false,
  effort: 2,
  interlaced: false,
  ...more,
});

/** Peaks of child processes above an idle one, in MB, of 24 megapixels decoded to a thumbnail. */
const DECODED: readonly (readonly [Format, Partial<Scanned>, number])[] = [
  ["png", {}, 26],
  ["png", { channels: 4 }, 40],
  ["png", { depthBits: 16 }, 51],
  ["png", { interlaced: true }, 88],
  ["png", { interlaced: true, channels: 4, depthBits: 16 }, 240],
  ["jpeg", {}, 27],
  ["jpeg", { interlaced: true }, 171],
  ["jpeg", { interlaced: true, channels: 4 }, 227],
  ["jpeg", { interlaced: true, channels: 1 }, 58],
  ["webp", {}, 200],
  ["webp", { channels: 4, alpha: true }, 232],
  ["avif", {}, 454],
  ["avif", { depthBits: 12, channels: 4, alpha: true }, 627],
  ["tiff", {}, 32],
  ["gif", {}, 122],
];

/** The same for results of 6 megapixels, made of pixels that are there. */
const ENCODED: readonly (readonly [Format, Partial<Made>, number])[] = [
  ["jpeg", {}, 41],
  ["jpeg", { quality: 95 }, 78],
  ["webp", {}, 44],
  ["webp", { alpha: true }, 225],
  ["avif", {}, 136],
  ["avif", { quality: 90 }, 213],
  ["avif", { alpha: true }, 228],
  ["avif", { alpha: true, deep: true }, 415],
  ["avif", { effort: 6 }, 245],
  ["png", {}, 12],
  ["png", { interlaced: true }, 41],
  ["gif", {}, 94],
  ["tiff", {}, 26],
  ["bmp", {}, 54],
];

describe("predicted memory", () => {
  it("covers what decoding took, and not much more", () => {
    for (const [format, traits, megabytes] of DECODED) {
      const bytes = predictBytes(making(format, { scanned: { ...big, ...traits } }));
      const words = `${format} ${JSON.stringify(traits)}: ${bytes}`;
      assert.ok(bytes >= megabytes * 1e6 && bytes <= megabytes * 1.5e6 + 8 * MIB, words);
    }
  });

  it("covers what encoding took, and not much more", () => {
    const none = predictBytes(making("png", { scanned: scanned(1, 1) }));
    for (const [format, traits, megabytes] of ENCODED) {
      const bytes =
        predictBytes(making("png", { scanned: scanned(1, 1), result: made(format, traits) })) - none;
      assert.ok(bytes >= megabytes * 1e6 && bytes <= megabytes * 2e6 + 75 * MIB, `${format}: ${bytes}`);
    }
  });

  it("counts the lines that a decoder keeps of a wide picture", () => {
    const of = (width: number, height: number) =>
      predictBytes(making("png", { scanned: scanned(width, height) }));
    assert.ok(of(30_000, 1000) >= 75e6, "75 MB were measured");
    assert.ok(of(1000, 30_000) < of(30_000, 1000) / 4);
  });

  it("counts all frames of a film", () => {
    const film = scanned(2400, 1800, { animated: true, frames: 10, channels: 4, alpha: true });
    const of = (format: Format, frames: number) =>
      predictBytes(
        making(format, { scanned: film, frames, result: made("webp", { width: 1200, height: 900 }) }),
      );
    assert.ok(of("gif", 10) >= 275e6, "275 MB were measured");
    assert.ok(of("webp", 10) >= 401e6, "401 MB were measured");
    assert.ok(of("webp", 1) < of("webp", 10) / 2);
  });

  it("draws vectors at the size of the result, or at their own where pixels are looked at", () => {
    const drawing = scanned(50_000, 50_000, { channels: 4, alpha: true });
    const small = { width: 100, height: 100 };
    const of = (more: Partial<Making>) =>
      predictBytes(making("svg", { scanned: drawing, result: made("jpeg", small), ...more }));
    assert.ok(of({}) < 20 * MIB);
    assert.ok(of({ copies: 1 }) > 10_000 * MIB);
    const unsized = { ...drawing, size: undefined, pixels: undefined };
    assert.ok(of({ scanned: unsized }) < 20 * MIB);
    assert.equal(of({ scanned: unsized, result: undefined }), Infinity);
  });

  it("lets AVIF decoders and encoders have the same memory one after the other", () => {
    const alone = predictBytes(making("avif"));
    assert.equal(predictBytes(making("avif", { result: made("jpeg", { width: 300, height: 200 }) })), alone);
    assert.ok(predictBytes(making("webp", { result: made("jpeg") })) > predictBytes(making("webp")));
  });

  it("grows with everything that it knows of, and is a number", () => {
    const format = fc.constantFrom(...(Object.keys(FORMATS) as Format[])); // The keys of a table.
    const side = fc.integer({ min: 1, max: 65_535 });
    const any = fc.record({
      source: format,
      target: format,
      width: side,
      height: side,
      frames: fc.nat(300),
      bytes: fc.nat(1e9),
    });
    fc.assert(
      fc.property(any, ({ source, target, width, height, frames, bytes }) => {
        const of = (factor: number) =>
          predictBytes({
            scanned: scanned(width * factor, height, { channels: undefined, interlaced: true }),
            format: source,
            bytes: bytes * factor,
            frames: frames * factor,
            copies: factor,
            result: { width: width * factor, height, format: target },
          });
        assert.ok(Number.isSafeInteger(of(1)) && of(1) > 0 && of(2) > of(1));
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
