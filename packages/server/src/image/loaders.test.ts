/** The loaders of this process; a file of its own, because what is closed stays closed. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import { closeLoaders, testLoaders } from "./loaders.ts";

describe("loaders", () => {
  it("pass their own test once all others are closed, and fail it where one of them is", async () => {
    closeLoaders();
    await testLoaders();
    sharp.block({ operation: ["VipsForeignLoadPng"] });
    await assert.rejects(testLoaders(), /unsupported image format/);
    closeLoaders();
    await testLoaders();
  });

  it("read no file of libvips' own format", async () => {
    const bytes = Buffer.alloc(64 + 12);
    // Magic, 2 x 2 pixels of 3 bands, 8 bits: what libvips writes of itself.
    bytes.set(
      Buffer.from("b6a6f208020000000200000003000000080000000000000000000000160000000000803f0000803f", "hex"),
    );
    await assert.rejects(sharp(bytes).raw().toBuffer(), /unsupported image format/);
  });
});
