/** Originals that end before their end are never shown as if they were whole (security.md, COD-6). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useOrigin } from "../fixtures/origin.ts";
import { look, picture, type PictureName } from "../fixtures/pictures.ts";
import { leaks, useServer } from "../fixtures/server.ts";

/** How many bytes may be missing at the end before a pixel is: PNG's IEND chunk, GIF's trailer, the padding of BMP's last row. */
const HARMLESS = {
  jpeg: 0,
  greyJpeg: 0,
  png: 12,
  clearPng: 12,
  deepPng: 12,
  webp: 0,
  clearWebp: 0,
  movingWebp: 0,
  gif: 1,
  avif: 0,
  tiff: 0,
  bmp: 3,
  ico: 0,
  svg: 0,
} as const satisfies Partial<Record<PictureName, number>>;

const NAMES = Object.keys(HARMLESS) as (keyof typeof HARMLESS)[];

/** Lengths to cut a picture of so many bytes to: its parts, and every place near the end. */
const cutsOf = (length: number): readonly number[] => [
  ...new Set([
    ...[0.1, 0.5, 0.99].map((share) => Math.floor(length * share)),
    ...Array.from({ length: 20 }, (_, i) => length - 1 - i),
  ]),
];

const CODES = new Set(["broken_image", "broken_svg", "source_unrecognised", "source_incomplete"]);

describe("truncated originals", { concurrency: 4 }, () => {
  const origin = useOrigin(async () => {
    const all = await Promise.all(
      [...NAMES, "movingGif" as const].map(async (name) => {
        const bytes = await picture(name);
        return Array.from(
          bytes.keys(),
          (length) => [`/${name}/${length}`, bytes.subarray(0, length)] as const,
        );
      }),
    );
    return Object.fromEntries(all.flat());
  });
  const server = useServer();

  for (const name of NAMES)
    it(`${name}: 200 where at most ${HARMLESS[name]} bytes are missing, else 422`, async () => {
      const whole = await picture(name);
      for (const length of cutsOf(whole.length)) {
        const answer = await server.get(origin.target(`/${name}/${length}`));
        const missing = whole.length - length;
        assert.equal(answer.status, missing <= HARMLESS[name] ? 200 : 422, `${missing} bytes are missing`);
        if (answer.status === 200) continue;
        const code = String(server.logOf(answer)[0]?.["code"]);
        assert.ok(CODES.has(code), code);
        assert.deepEqual(leaks(answer), []);
      }
    });

  it("an animated GIF is shown only where whole frames are missing, which looks like a GIF that has fewer", async () => {
    const { length } = await picture("movingGif");
    const shown: number[] = [];
    for (let cut = length - 1; cut > 0; cut--) {
      const { status, body } = await server.get(origin.target(`/movingGif/${cut}`));
      if (status !== 200) continue;
      const { width, height, pages } = await look(body);
      assert.deepEqual([width, height], [8, 6]);
      shown.push(pages);
    }
    // Without the trailer; then twice each, with and without the header of the frame that is missing.
    assert.deepEqual(shown, [3, 2, 2, 1, 1]);
  });
});
