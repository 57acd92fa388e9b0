import assert from "node:assert/strict";
import { describe, it } from "node:test";
import sharp from "sharp";
import { HttpError } from "../errors.ts";
import { decode, renderUrl, settingsOf, type Source } from "../../test/fixtures/render.ts";
import {
  film,
  noise,
  oriented,
  paint,
  paintDeep,
  plain,
  quarters,
  saved,
} from "../../test/fixtures/source.ts";
import { openPicture, type Facts } from "./facts.ts";

const factsOf = async ({ bytes, format }: Source): Promise<Facts> =>
  (await openPicture(bytes, format, settingsOf())).facts;

describe("facts", () => {
  const palette = async (): Promise<Source> => ({
    bytes: await quarters(20, 10).png({ palette: true, colours: 4 }).toBuffer(),
    format: "png",
  });
  const svg = (text: string): Promise<Source> => Promise.resolve({ bytes: Buffer.from(text), format: "svg" });

  const CASES: readonly (readonly [what: string, source: () => Promise<Source>, facts: Partial<Facts>])[] = [
    [
      "a JPEG",
      () => saved(quarters(20, 10), "jpeg"),
      { width: 20, height: 10, orientation: 1, alpha: false, grey: false, frames: 1 },
    ],
    [
      "one that lies on its side",
      () => oriented(quarters(20, 10), 6),
      { width: 20, height: 10, orientation: 6 },
    ],
    ["a grey one", () => saved(noise(20, 10, 1), "jpeg"), { grey: true, alpha: false, deep: false }],
    [
      "a PNG with alpha",
      () => saved(noise(20, 10, 4), "png"),
      { alpha: true, grey: false, paletteBits: undefined },
    ],
    ["a grey PNG with alpha", () => saved(noise(20, 10, 2), "png"), { alpha: true, grey: true }],
    [
      "16 bits",
      () =>
        saved(
          paintDeep(20, 10, () => [1, 2, 3]),
          "png",
        ),
      { deep: true, grey: false },
    ],
    [
      "16 bits of grey",
      () =>
        saved(
          paintDeep(20, 10, () => [1]),
          "png",
        ),
      { deep: true, grey: true },
    ],
    ["a palette", palette, { paletteBits: 2, grey: false }],
    ["a still GIF", () => saved(quarters(20, 10), "gif"), { frames: 1, width: 20, height: 10 }],
    [
      "an animation",
      () => film("gif", { width: 20, height: 10, delays: [30, 40], loop: 2 }, (frame) => [frame * 200, 0, 0]),
      { frames: 2, delays: [30, 40], loop: 2, width: 20, height: 10 },
    ],
    ["an AVIF", () => saved(quarters(20, 20), "avif"), { width: 20, height: 20, frames: 1 }],
    // CSS pixels: 96 to the inch.
    [
      "an SVG in pixels",
      () => svg('<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"/>'),
      { width: 30, height: 20, vector: true, alpha: true },
    ],
    [
      "an SVG in inches",
      () => svg('<svg xmlns="http://www.w3.org/2000/svg" width="1in" height="0.5in"/>'),
      { width: 96, height: 48 },
    ],
    [
      "an SVG in points",
      () => svg('<svg xmlns="http://www.w3.org/2000/svg" width="72pt" height="36pt"/>'),
      { width: 96, height: 48 },
    ],
    [
      "an SVG with a viewBox",
      () => svg('<svg xmlns="http://www.w3.org/2000/svg" viewBox="5 5 40 25"/>'),
      { width: 40, height: 25 },
    ],
    [
      "an SVG in percent of it",
      () => svg('<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%" viewBox="0 0 40 25"/>'),
      { width: 40, height: 25 },
    ],
    [
      "an SVG with one side",
      () => svg('<svg xmlns="http://www.w3.org/2000/svg" width="80" viewBox="0 0 40 25"/>'),
      { width: 80, height: 50 },
    ],
  ];
  for (const [what, source, wanted] of CASES)
    it(`of ${what}`, async () => {
      const facts = await factsOf(await source());
      for (const [name, value] of Object.entries(wanted))
        assert.deepEqual(facts[name as keyof Facts], value, name);
    });

  it("tell a profile from plain sRGB, and colours that need one from those that do not", async () => {
    const tagged = async (profile: "p3" | "srgb"): Promise<Source> => ({
      bytes: await quarters(4, 4).withIccProfile(profile).png().toBuffer(),
      format: "png",
    });
    const p3 = await factsOf(await tagged("p3"));
    assert.deepEqual([p3.profile, p3.foreignColours, p3.icc !== undefined], [true, false, true]);
    const cmyk = await sharp(await quarters(4, 4).png().toBuffer())
      .toColourspace("cmyk")
      .jpeg()
      .toBuffer();
    assert.equal((await factsOf({ bytes: cmyk, format: "jpeg" })).foreignColours, true);
    assert.equal((await factsOf(await saved(quarters(4, 4), "png"))).profile, false);
  });
});

/** A picture of every format that is read, none of them plain, all with the same size. */
const readable = (): Promise<Source[]> =>
  Promise.all([
    saved(noise(48, 32), "jpeg"),
    oriented(noise(32, 48), 6),
    saved(noise(48, 32, 4), "png"),
    saved(noise(48, 32, 1), "png"),
    saved(noise(48, 32, 4), "webp"),
    saved(noise(48, 32), "gif"),
    saved(noise(48, 32), "avif"),
    saved(noise(48, 32, 4), "tiff"),
    film("gif", { width: 48, height: 32, delays: [40, 40, 40], loop: 0 }, (frame, x, y) => [
      (x * y * frame) & 255,
      x * 5,
      0,
    ]),
    film("webp", { width: 48, height: 32, delays: [40, 40, 40], loop: 0 }, (frame, x, y) => [
      (x * y * frame) & 255,
      x * 5,
      0,
    ]),
    ...(["bmp", "ico"] as const).map(async (format) => ({
      bytes: (await renderUrl(await saved(noise(48, 32, 4), "png"), `f:${format}`)).bytes,
      format,
    })),
  ]);

const REFUSALS = new Set(["broken_image", "resolution_too_big", "result_too_big", "source_unrecognised"]);

/** What becomes of damaged bytes: a refusal by name, or the pixels of a picture. */
async function attempt(source: Source): Promise<string> {
  try {
    const { rendered, bytes } = await renderUrl(source, "f:png/rs:force:40:40/el:1");
    assert.deepEqual([rendered.width, rendered.height], [40, 40]);
    const { data } = await decode({ rendered, bytes });
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    assert.ok(REFUSALS.has(error.code), `${error.code}: ${error.message}`);
    return error.code;
  }
}

describe("hostile sources", () => {
  it("that end before their end never give a picture", async () => {
    for (const { bytes, format } of await readable())
      for (const share of [0.1, 0.5, 0.9, 0.99]) {
        const cut = bytes.subarray(0, Math.floor(bytes.length * share));
        for (const url of ["f:png", "f:jpg/w:10", "f:webp/q:50"])
          await assert.rejects(
            renderUrl({ bytes: cut, format }, url),
            (error) => error instanceof HttpError && error.code === "broken_image",
            `${format} at ${share}, ${url}`,
          );
      }
  });

  it("with damage give a refusal or a picture of the right size, and twice the same", async () => {
    let state = 7;
    const next = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >> 8) % below;
    };
    for (const { bytes, format } of await readable())
      for (let round = 0; round < 25; round++) {
        const damaged = Buffer.from(bytes);
        for (let i = 0; i <= next(4); i++) damaged[next(damaged.length)] = next(256);
        const first = await attempt({ bytes: damaged, format });
        assert.equal(await attempt({ bytes: damaged, format }), first, `${format}, round ${round}`);
      }
  });

  it("that are something else than they are said to be are refused", async () => {
    const sources = await readable();
    for (const format of ["jpeg", "png", "webp", "gif", "avif", "tiff", "bmp", "ico"] as const)
      for (const bytes of [
        Buffer.alloc(0),
        Buffer.from("GIF89a"),
        Buffer.from("hello, world ".repeat(20)),
        Buffer.alloc(1000, 255),
      ])
        await assert.rejects(
          renderUrl({ bytes, format }, "f:png"),
          (error) => error instanceof HttpError && error.code === "broken_image",
          `${format}: ${bytes.length} bytes`,
        );
    assert.ok(sources.length > 10);
  });

  it("do not keep the next picture from being made", async () => {
    const good = await saved(
      paint(20, 20, (x, y) => [x, y, 0]),
      "png",
    );
    const before = await renderUrl(good, "w:10/f:png");
    await assert.rejects(renderUrl({ bytes: good.bytes.subarray(0, 60), format: "png" }, "f:png"));
    assert.deepEqual((await renderUrl(good, "w:10/f:png")).bytes, before.bytes);
    assert.equal((await factsOf(await saved(plain(3, 3, [1, 2, 3]), "png"))).width, 3);
  });
});
