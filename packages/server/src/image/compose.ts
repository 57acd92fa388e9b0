import type { Options } from "@tintype/url";
import { FORMATS, type Format } from "../formats.ts";
import { canvas } from "./canvas.ts";
import type { Facts, Opened } from "./facts.ts";
import { filter } from "./filter.ts";
import { keepsProfile } from "./finish.ts";
import type { Rect } from "../plan/gravity.ts";
import { planLimits } from "../plan/limits.ts";
import { forSmall } from "../plan/negotiate.ts";
import { begin, settle, step, type Picture, type Traits } from "./picture.ts";
import { fitFormat, type Plan } from "../plan/plan.ts";
import type { RenderSettings } from "./settings.ts";
import { planOf, transform } from "./transform.ts";
import { findTrim } from "./trim.ts";
import { draw, makeOverlay, type WatermarkSource } from "./watermark.ts";

/** Everything that the making of one picture needs. */
export interface Work {
  readonly opened: Opened;
  readonly options: Options;
  readonly format: Format;
  readonly settings: RenderSettings;
  readonly watermark: WatermarkSource | undefined;
}

/** What a picture of these facts is like before anything was done to it, on its way to that format. */
export function traitsOf(
  { opened: { facts }, options }: Pick<Work, "options"> & { opened: Pick<Opened, "facts"> },
  format: Format,
): Traits {
  const { grey, hdr } = FORMATS[format];
  return {
    size: facts.decoded,
    alpha: facts.alpha,
    grey: facts.grey && (grey === "any" || (grey === "opaque" && !facts.alpha)),
    deep: facts.deep && hdr && options.preserveHdr === true,
    convert: leavesProfile(facts, format, options) && !facts.foreignColours && !facts.grey,
  };
}

const leavesProfile = (facts: Facts, format: Format, options: Options): boolean =>
  facts.profile && !keepsProfile(facts, format, options);

/** Profiles of RGB are left behind everything else; of others, sharp can leave them only in front of it. */
const convertsFirst = (facts: Facts, format: Format, options: Options): boolean =>
  facts.foreignColours || (facts.grey && leavesProfile(facts, format, options));

/** Starts the source's pipeline; a vector is drawn at its natural size first where pixels of it are to be counted. */
export async function startAt(work: Work, format: Format): Promise<Picture> {
  const {
    opened: { open, facts },
    options,
    settings: { image },
  } = work;
  const converts = convertsFirst(facts, format, options);
  const opened = begin(open({ convert: converts }), traitsOf(work, format));
  // sharp goes to linear light before it leaves a profile's space, which turns everything black.
  const picture = converts && image.useLinearColorspace ? await settle(opened) : opened;
  if (facts.vector && (options.trim ?? options.crop)) {
    const { width, height } = facts;
    return settle(
      await step(picture, "scale", (p) => p.resize({ width, height, fit: "fill" }), {
        size: { width, height },
      }),
    );
  }
  // sharp decodes at full size behind an extract, be it of the whole picture.
  const whole = { left: 0, top: 0, ...facts.decoded };
  return image.disableShrinkOnLoad && !facts.vector
    ? step(picture, "crop", (p) => p.extract(whole))
    : picture;
}

/** The plan, and what had to be found out for it. */
export interface Planned {
  readonly planned: Plan;
  readonly format: Format;
  /** The source's area inside its border, where `trim` found one. */
  readonly within: Rect | undefined;
}

/** Trims, plans, and settles the format, which depends on the size where an encoder has a least one. */
export async function planFor(work: Work): Promise<Planned> {
  const {
    opened: { facts },
    options,
    format,
    settings: { limits },
  } = work;
  const within = options.trim && (await findTrim(await startAt(work, format), options.trim));
  const inner: Facts = within ? { ...facts, ...within, vector: false } : facts;
  const planned = planOf(inner, options, planLimits(options, limits));
  const clear = (facts.alpha || planned.embeds.length > 0) && options.background === undefined;
  const { width, height } = fitFormat(planned.size, FORMATS[format]) ?? planned.size;
  return { planned, format: forSmall(format, Math.min(width, height), clear), within };
}

type Making = Work & { readonly within?: Rect | undefined };

/** Geometry, filters, canvas, watermark: every stage between decoder and encoder. */
export async function compose(
  start: Picture,
  planned: Plan,
  { opened, options, format, within, settings, watermark }: Making,
): Promise<Picture> {
  // A vector is drawn in its size; what was drawn before is scaled as pixels are.
  const drawn = opened.facts.vector && start.original;
  const linear = settings.image.useLinearColorspace && !drawn;
  const upright = await transform(start, planned, { within, linear });
  const filtered = await filter(upright, options);
  const framed = await canvas(filtered, planned, { format, background: options.background });
  const overlay =
    watermark && (await makeOverlay(watermark, { size: framed.size, dpr: planned.dpr, options }, settings));
  return overlay ? draw(framed, overlay) : framed;
}
