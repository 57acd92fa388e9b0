import type { Options } from "@tintype/url";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { effects, geometry, side } from "../../test/fixtures/arbitrary.ts";
import { contractGeometry } from "../../test/fixtures/contract-geometry.ts";
import { decode, headerOf, renderOptions, renderUrl, type Source } from "../../test/fixtures/render.ts";
import { noise, oriented, paintDeep, plain, quarters, RED, saved } from "../../test/fixtures/source.ts";
import { distance, see } from "../../test/golden/compare.ts";
import { HttpError } from "../errors.ts";
import { FORMATS, type Format } from "../formats.ts";
import { fitFormat } from "../plan/plan.ts";
import type { Rendition } from "./render.ts";

type Maker = (width: number, height: number) => Promise<Source>;

/** Kinds of sources that take different ways through the house. */
const KINDS: Readonly<Record<string, Maker>> = {
  jpeg: (width, height) => saved(quarters(width, height), "jpeg"),
  "grey jpeg": (width, height) => saved(noise(width, height, 1), "jpeg"),
  "png with alpha": (width, height) => saved(noise(width, height, 4), "png"),
  "grey png": (width, height) => saved(noise(width, height, 1), "png"),
  "grey png with alpha": (width, height) => saved(noise(width, height, 2), "png"),
  "16 bit png": (width, height) =>
    saved(
      paintDeep(width, height, (x, y) => [x * 50, y * 50, 60_000]),
      "png",
    ),
  "16 bit grey png": (width, height) =>
    saved(
      paintDeep(width, height, (x) => [x * 50]),
      "png",
    ),
  "palette png": async (width, height) => ({
    bytes: await quarters(width, height).png({ palette: true, colours: 4 }).toBuffer(),
    format: "png",
  }),
  "png with a profile": async (width, height) => ({
    bytes: await quarters(width, height).withIccProfile("p3").png().toBuffer(),
    format: "png",
  }),
  "still gif": (width, height) => saved(quarters(width, height), "gif"),
  webp: (width, height) => saved(noise(width, height, 4), "webp"),
  tiff: (width, height) => saved(noise(width, height), "tiff"),
};

const kind = fc.oneof(
  fc.constantFrom(...Object.keys(KINDS)).map((name) => ({ name, orientation: 1 })),
  fc.integer({ min: 1, max: 8 }).map((orientation) => ({ name: "oriented jpeg", orientation })),
);

const make = (
  name: string,
  orientation: number,
  [width, height]: readonly [number, number],
): Promise<Source> => KINDS[name]?.(width, height) ?? oriented(quarters(width, height), orientation);

/** What the encoders turn the planned size and the asked-for format into. */
function expected(
  size: { width: number; height: number },
  format: Format,
): { size: string; formats: Format[] } {
  const { minSide, maxSide } = FORMATS[format];
  const { width, height } = fitFormat(size, { maxSide }) ?? size;
  const formats: Format[] = Math.min(width, height) < minSide ? ["png", "jpeg"] : [format];
  return { size: `${width}x${height}`, formats };
}

/** The orientation that a result is to tell: the source's, where it was to be kept and nothing has turned the pixels. */
function toldOrientation(
  orientation: number,
  { autoRotate = true, stripMetadata = true, rotate = 0, flip = {} }: Options,
): number {
  const turned = autoRotate || rotate !== 0 || flip.horizontal || flip.vertical;
  return stripMetadata || turned ? 1 : orientation;
}

interface Oriented extends Source {
  readonly orientation: number;
}

async function check(
  source: Oriented,
  options: Options,
  planned: { width: number; height: number } | undefined,
) {
  const made = await renderOptions(source, options);
  const { format, width, height } = made.rendered;
  const pixels = await decode(made);
  const told = format === "gif" ? 1 : toldOrientation(source.orientation, options);
  // Decoders of AVIF turn by what is told, and do not pass it on.
  const size = format === "avif" && told > 4 ? [height, width] : [width, height];
  assert.deepEqual([pixels.width, pixels.height], size, "the size that is told");
  if (planned) {
    const wanted = expected(planned, options.format ?? format);
    assert.equal(`${width}x${height}`, wanted.size, "the size that was planned");
    assert.ok(wanted.formats.includes(format), `expected ${wanted.formats.join(" or ")}, got ${format}`);
  }
  if (format === "bmp") return;
  const header = await headerOf(made);
  assert.equal(header.orientation ?? 1, format === "avif" ? 1 : told, "the orientation that is told");
  assert.equal(header.format === "heif" ? "avif" : header.format, format === "ico" ? "png" : format);
}

describe("render", () => {
  it("makes the planned size in the right format, whatever the source and the options", async () => {
    const wishes = fc.tuple(geometry(300), effects).map(([shape, effect]) => ({ ...shape, ...effect }));
    const most = 400;
    await fc.assert(
      fc.asyncProperty(
        kind,
        side(200),
        side(200),
        wishes,
        async ({ name, orientation }, width, height, wish) => {
          const options = { ...wish, maxResultDimension: most };
          const source = await make(name, orientation, [width, height]);
          const facts = { width, height, orientation, vector: false };
          const planned = options.trim ? undefined : contractGeometry(facts, options, most).size;
          try {
            await check({ ...source, orientation }, options, planned);
          } catch (error) {
            if (!(error instanceof HttpError)) throw error;
            assert.equal(error.code, "result_too_big");
          }
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });

  it("comes to the same in one render as stage by stage", async () => {
    // From a corner, because the middle of an even number of pixels is not the same from both sides; and nothing is
    // enlarged, because libvips does that differently from left and right.
    const corner = fc
      .tuple(fc.constantFrom("nowe", "noea", "sowe", "soea"), fc.nat(9), fc.nat(9))
      .map((parts) => parts.join(":"));
    const sides = (most: number) =>
      fc.tuple(fc.integer({ min: 8, max: most }), fc.integer({ min: 8, max: most }));
    const stages = fc.tuple(
      fc
        .tuple(fc.constantFrom(0, 90, 180, 270), fc.nat(1), fc.nat(1))
        .map(([by, x, y]) => `rot:${by}/fl:${x}:${y}`),
      fc.tuple(sides(40), corner).map(([[width, height], at]) => `c:${width}:${height}:${at}`),
      fc
        .tuple(fc.constantFrom("fit", "fill", "force"), sides(50), corner)
        .map(([type, [width, height], at]) => `rs:${type}:${width}:${height}/g:${at}`),
      fc.constantFrom("bl:0", "bl:1.5", "pix:3"),
      fc.constantFrom("pd:0", "pd:1:2:3:4", "pd:2/bg:ff8800"),
    );
    const inPng = async (source: Source, url: string): Promise<Rendition> =>
      renderUrl(source, `${url}/f:png`);
    await fc.assert(
      fc.asyncProperty(
        stages,
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        async (urls, orientation, clear) => {
          const picture = noise(48, 36, clear ? 4 : 3)
            .blur(2)
            .withMetadata({ orientation });
          const source: Source = { bytes: await picture.png().toBuffer(), format: "png" };
          let apart: Source = source;
          for (const url of urls) apart = { bytes: (await inPng(apart, url)).bytes, format: "png" };
          const [one, other] = [await inPng(source, urls.join("/")), await inPng(apart, "q:90")];
          assert.deepEqual(
            [one.rendered.width, one.rendered.height],
            [other.rendered.width, other.rendered.height],
          );
          const far = distance(await see(one.bytes), await see(other.bytes)).largest;
          assert.ok(far <= 4, `${far} levels apart`);
        },
      ),
      { seed: 1, numRuns: 150 },
    );
  });
});

describe("pictures inside a vector", () => {
  const around = async (width: number, copies: number): Promise<Source> => {
    const { bytes } = await saved(plain(width, 10, RED), "png");
    const image = `<image width="9" height="9" href="data:image/png;base64,${Buffer.from(bytes).toString("base64")}"/>`;
    const text = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${image.repeat(copies)}</svg>`;
    return { bytes: Buffer.from(text), format: "svg" };
  };
  const config = { limits: { maxSrcResolution: 400 } };

  it("may together have as many pixels as a source", async () =>
    assert.equal((await renderUrl(await around(20, 2), "f:png", { config })).rendered.width, 9));

  it("are refused beyond", async () => {
    const refused = (error: unknown) => error instanceof HttpError && error.code === "resolution_too_big";
    await assert.rejects(renderUrl(await around(41, 1), "f:png", { config }), refused);
    await assert.rejects(renderUrl(await around(20, 3), "f:png", { config }), refused);
  });
});
