import type { FormatName, Options } from "@tintype/url";
import { FORMATS, type Format } from "../formats.ts";
import { animate } from "./animation.ts";
import { compose, planFor, startAt, traitsOf, type Work } from "./compose.ts";
import { encode, encodeWithin, qualityOf, type Encodable, type Recipe } from "./encode.ts";
import { checkEmbedded, openPicture, type Facts, type Opened } from "./facts.ts";
import { completion, finish } from "./finish.ts";
import type { Size } from "../plan/gravity.ts";
import { plan } from "../plan/plan.ts";
import { stored, turnOf } from "../plan/turn.ts";
import { checkResolution, guardVector, planLimits, playableFrames } from "../plan/limits.ts";
import { chooseFormat, passesThrough } from "../plan/negotiate.ts";
import { run } from "./picture.ts";
import type { RenderSettings } from "./settings.ts";
import { gateSvg, rebuildSvg } from "./svg/svg.ts";

/** What the front asks a renderer to do with a source's bytes. */
export interface RenderJob {
  /** The source's format, found by its first bytes. */
  readonly source: Format;
  readonly options: Options;
  /** Formats that the client accepts and the server offers, best first. */
  readonly accepted: readonly FormatName[];
  /** Those of them that replace even a named format. */
  readonly enforced: readonly FormatName[];
  /** Format of the watermark, whose bytes come along, if there is one. */
  readonly watermark: Format | undefined;
}

/** What came of it, besides the bytes. */
export interface Rendered extends Size {
  readonly format: Format;
  /** Size of the source, upright, one frame. */
  readonly origin: Size;
  /** Frames of the result and of the source. */
  readonly frames: number;
  readonly sourceFrames: number;
}

export interface Rendition {
  readonly rendered: Rendered;
  readonly bytes: Uint8Array;
}

interface Sources {
  readonly original: Uint8Array;
  readonly watermark: Uint8Array | undefined;
}

/** From bytes to bytes: header, format, plan, pixels, encoder (contract processing.md, section 2). Throws HttpError. */
export async function render(job: RenderJob, sources: Sources, settings: RenderSettings): Promise<Rendition> {
  const options: Options = { ...defaultsOf(settings), ...job.options };
  const original = job.source === "svg" ? await safeSvg(sources.original, settings) : sources.original;
  const opened = await openPicture(original, job.source, settings);
  if (passesThrough(job.source, options, settings.encode))
    return passThrough(settings.image.sanitizeSvg ? original : sources.original, opened, {
      options,
      settings,
    });

  const frames = playableFrames(opened.facts, options, settings.limits);
  const format = chooseFormat({ ...opened.facts, frames }, options, {
    ...job,
    preferred: settings.encode.preferredFormats,
  });
  const playing = FORMATS[format].animationOut ? frames : 1;
  const facts = guardVector(opened.facts, settings.limits);
  if (!facts.vector) checkResolution(facts, playing, { options, settings: settings.limits });

  const watermark = sources.watermark && job.watermark && { bytes: sources.watermark, format: job.watermark };
  const work: Work = { opened: { ...opened, facts }, options, format, settings, watermark };
  return playing > 1 ? renderFilm(work, playing) : renderStill(work);
}

const defaultsOf = ({ image, encode: { preserveHdr } }: RenderSettings): Options => ({
  autoRotate: image.autoRotate,
  stripMetadata: image.stripMetadata,
  keepCopyright: image.keepCopyright,
  stripColorProfile: image.stripColorProfile,
  preserveHdr,
});

function passThrough(
  bytes: Uint8Array,
  { facts }: Opened,
  { options, settings }: Pick<Work, "options" | "settings">,
): Rendition {
  if (!facts.vector)
    checkResolution(facts, playableFrames(facts, options, settings.limits), {
      options,
      settings: settings.limits,
    });
  const { width, height, format, frames } = facts;
  return { rendered: { ...originOf(facts, options), width, height, format, frames }, bytes };
}

const originOf = (facts: Facts, options: Options) => ({
  origin: stored(facts, turnOf(facts.orientation, options)),
  sourceFrames: facts.frames,
});

/** The gate comes before any other parser sees the document, and what is drawn is always the rebuilt one. */
async function safeSvg(bytes: Uint8Array, { image, limits }: RenderSettings): Promise<Uint8Array> {
  const { images } = gateSvg(bytes, { unlimited: image.svgUnlimited });
  await checkEmbedded(images, limits);
  return rebuildSvg(bytes);
}

async function renderStill(work: Work): Promise<Rendition> {
  const { opened, options } = work;
  const { planned, format, within } = await planFor(work);
  const picture = await compose(await startAt(work, format), planned, { ...work, format, within });
  const repeatedly = (options.maxBytes ?? 0) > 0 && FORMATS[format].quality;
  const finished = await finish(picture, opened.facts, { format, options, repeatedly });
  const recipe = recipeOf({ ...work, format }, picture.size);
  const bytes = await run(picture, encodeToFit(finished, recipe, options));
  return { rendered: { ...originOf(opened.facts, options), ...picture.size, format, frames: 1 }, bytes };
}

async function renderFilm(work: Work, frames: number): Promise<Rendition> {
  const { opened, options, format, settings } = work;
  // Borders are not looked for in animations: each frame would have its own.
  const { trim: _trim, ...untrimmed } = options;
  const planned = plan(opened.facts, untrimmed, planLimits(options, settings.limits, frames));
  const film = await animate(opened, frames, {
    traits: traitsOf(work, format),
    work: (frame) => compose(frame, planned, work),
  });
  const { width, height } = film;
  const recipe = { ...recipeOf(work, { width, height }), animation: film.timing };
  const complete = completion(opened.facts, work);
  const bytes = await encodeToFit({ open: film.open, complete }, recipe, options);
  return { rendered: { ...originOf(opened.facts, options), width, height, format, frames }, bytes };
}

const recipeOf = ({ opened: { facts }, options, format, settings }: Work, size: Size): Recipe => ({
  format,
  size,
  quality: qualityOf(format, options, settings.encode),
  settings: settings.encode,
  paletteBits: facts.paletteBits,
  deep: traitsOf({ opened: { facts }, options }, format).deep,
  animation: undefined,
});

async function encodeToFit(
  encodable: Encodable,
  recipe: Recipe,
  { maxBytes = 0 }: Options,
): Promise<Uint8Array> {
  if (maxBytes > 0 && FORMATS[recipe.format].quality) return encodeWithin(maxBytes, encodable, recipe);
  return encodable.complete(await encode(encodable.open(), recipe));
}
