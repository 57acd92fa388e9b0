import type { Options } from "@tintype/url";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { effects, geometry, side } from "../../test/fixtures/arbitrary.ts";
import { contractGeometry } from "../../test/fixtures/contract-geometry.ts";
import { decode, headerOf, renderOptions, type Source } from "../../test/fixtures/render.ts";
import { noise, oriented, paintDeep, quarters, saved } from "../../test/fixtures/source.ts";
import { HttpError } from "../errors.ts";
import { FORMATS, type Format } from "../formats.ts";
import { fitFormat } from "./geometry/plan.ts";

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

async function check(
  source: Source,
  options: Options,
  planned: { width: number; height: number } | undefined,
) {
  const made = await renderOptions(source, options);
  const { format, width, height } = made.rendered;
  const pixels = await decode(made);
  assert.deepEqual([pixels.width, pixels.height], [width, height], "the size that is told");
  if (planned) {
    const wanted = expected(planned, options.format ?? format);
    assert.equal(`${width}x${height}`, wanted.size, "the size that was planned");
    assert.ok(wanted.formats.includes(format), `expected ${wanted.formats.join(" or ")}, got ${format}`);
  }
  if (format === "bmp") return;
  const header = await headerOf(made);
  assert.equal(header.orientation ?? 1, 1, "upright without a tag");
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
            await check(source, options, planned);
          } catch (error) {
            if (!(error instanceof HttpError)) throw error;
            assert.equal(error.code, "result_too_big");
          }
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });
});
