import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import { directory, join, text, tiff, zeros, type TiffEntry } from "../../test/fixtures/forge.ts";
import { scan } from "./scan.ts";

const scanTiff = (bytes: Uint8Array) => scan(bytes, "tiff");

const SHORT = 3;
const LONG = 4;
/** A grey page of 6 x 4 whose pixels lie at `at`. */
const page = (at: number, ...more: readonly TiffEntry[]): readonly TiffEntry[] => [
  [256, SHORT, 6],
  [257, LONG, 4],
  [258, SHORT, 8],
  [262, SHORT, 1],
  [273, LONG, at],
  [279, LONG, 24],
  ...more,
];
const pageBytes = 2 + 6 * 12 + 4;
const one = (...more: readonly TiffEntry[]): Uint8Array =>
  tiff(directory(page(8 + pageBytes + more.length * 12, ...more)), zeros(24));

describe("TIFF headers", () => {
  it("tells size, depth and channels", () => {
    const { size, depthBits, channels, alpha, frames, complete } = scanTiff(one());
    assert.deepEqual(
      { size, depthBits, channels, alpha },
      {
        size: { width: 6, height: 4 },
        depthBits: 8,
        channels: 1,
        alpha: false,
      },
    );
    assert.deepEqual({ frames, complete }, { frames: 1, complete: true });
  });

  it("tells orientation and metadata", () => {
    const { orientation, metadataBytes } = scanTiff(one([274, SHORT, 8], [34675, 7, 8, 99], [700, 1, 8, 5]));
    assert.deepEqual({ orientation, metadataBytes }, { orientation: 8, metadataBytes: 104 });
    assert.equal(scanTiff(one([274, SHORT, 9])).orientation, undefined);
  });

  it("resolves palettes, and tells ink from transparency", () => {
    const with3 = (...more: readonly TiffEntry[]) =>
      scanTiff(
        tiff(
          directory([
            [262, SHORT, more[0]?.[2] ?? 0],
            ...page(8).filter(([tag]) => tag !== 262),
            ...more.slice(1),
          ]),
        ),
      );
    assert.deepEqual(
      [with3([262, SHORT, 3])].map(({ channels, alpha }) => [channels, alpha]),
      [[3, false]],
    );
    assert.deepEqual(
      [with3([262, SHORT, 5], [277, SHORT, 4])].map(({ channels, alpha }) => [channels, alpha]),
      [[4, false]],
    );
    assert.deepEqual(
      [with3([262, SHORT, 2], [277, SHORT, 4])].map(({ channels, alpha }) => [channels, alpha]),
      [[4, true]],
    );
  });

  it("lets the first of two equal tags count", () => {
    assert.deepEqual(scanTiff(one([256, SHORT, 600])).size, { width: 6, height: 4 });
  });

  it("counts pages", async () => {
    const raw = { width: 5, height: 12, channels: 3, pageHeight: 4 } as const;
    const file = await sharp(Buffer.alloc(5 * 12 * 3, 99), { raw })
      .tiff()
      .toBuffer();
    const { frames, animated, size } = scanTiff(file);
    assert.deepEqual(
      { frames, animated, size },
      { frames: 3, animated: false, size: { width: 5, height: 4 } },
    );
  });
});

describe("TIFF lies", () => {
  const first = directory(page(8));
  const lies: Readonly<Record<string, Uint8Array>> = {
    "another byte order": join(text("IM"), zeros(30)),
    "another version": join(text("II"), [43, 0], zeros(30)),
    "no width": tiff(directory(page(8).slice(1))),
    "a width of zero": tiff(directory([[256, SHORT, 0], ...page(8)])),
    "a width that is text": tiff(directory([[256, 2, 6], ...page(8)])),
    "a width beyond 31 bits": tiff(directory([[256, LONG, 2 ** 31], ...page(8)])),
    "neither strips nor tiles": tiff(directory(page(8).slice(0, 4))),
    "a directory that leads to itself": tiff(directory(page(8), 8)),
    "directories that lead in a circle": tiff(directory(page(8), 8 + pageBytes), directory([], 8)),
  };
  assert.equal(first.length, pageBytes);
  for (const [lie, file] of Object.entries(lies)) {
    it(lie, () => assert.throws(() => scanTiff(file), { code: "broken_image" }));
  }
});

describe("TIFFs that are cut", () => {
  const ends: Readonly<Record<string, Uint8Array>> = {
    "in the pixels": one().subarray(0, -1),
    "before the list of strips": tiff(
      directory([...page(8).slice(0, 4), [273, LONG, 9999, 5], [279, LONG, 24]]),
    ),
    "before the list of lengths": tiff(directory([...page(8).slice(0, 5), [279, LONG, 9999, 5]])),
    "before the tiles": tiff(directory([...page(8), [324, LONG, 9999], [325, LONG, 4]])),
    "before the next page": tiff(directory(page(8), 9999), zeros(30)),
  };
  for (const [where, file] of Object.entries(ends)) {
    it(where, () => assert.equal(scanTiff(file).complete, false));
  }

  it("at any byte", async () => {
    for (const compression of ["none", "lzw"] as const) {
      const blank = { create: { width: 7, height: 5, channels: 3, background: "#fc8" } } as const;
      const file = await sharp(blank).tiff({ compression }).toBuffer();
      for (let length = 0; length < file.length; length++) {
        const cut = file.subarray(0, length);
        try {
          assert.equal(scanTiff(cut).complete, false);
        } catch (error) {
          assert.ok(
            error instanceof Error && "code" in error && error.code === "source_incomplete",
            String(error),
          );
        }
      }
    }
  });

  it("not where lengths are left out, as libtiff has it", () => {
    assert.equal(scanTiff(tiff(directory(page(8).slice(0, 5)), zeros(30))).complete, true);
  });
});
