import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { film, noise, quarters, saved } from "../../../test/fixtures/source.ts";
import { isWholeGif } from "./gif.ts";

const motion = { width: 20, height: 10, delays: [40, 40, 40], loop: 0 };

const gifs = (): Promise<Uint8Array[]> =>
  Promise.all(
    [
      saved(quarters(20, 10), "gif"),
      saved(noise(48, 32), "gif"),
      saved(noise(48, 32, 4), "gif"),
      film("gif", motion, (frame, x, y) => [(x * y * frame) & 255, 0, 0]),
    ].map(async (source) => (await source).bytes),
  );

describe("isWholeGif", () => {
  it("is true of a whole file, with anything behind it", async () => {
    for (const bytes of await gifs()) {
      assert.equal(isWholeGif(bytes), true);
      assert.equal(isWholeGif(Buffer.concat([bytes, Buffer.from("more")])), true);
    }
  });

  it("is true without the trailer", async () => {
    for (const bytes of await gifs()) assert.equal(isWholeGif(bytes.subarray(0, -1)), true);
  });

  it("is false wherever else the file breaks off, but between blocks", async () => {
    for (const bytes of await gifs()) {
      const lengths = Array.from({ length: bytes.length - 1 }, (_, length) => length);
      const whole = lengths.filter((length) => isWholeGif(bytes.subarray(0, length)));
      // Behind the header and behind each of a few extensions and images.
      assert.ok(whole.length <= 10, `${whole.length} places`);
    }
  });

  it("is false of what is too short for a header", () => {
    for (const text of ["", "GIF89a", "GIF89a......"]) assert.equal(isWholeGif(Buffer.from(text)), false);
  });
});
