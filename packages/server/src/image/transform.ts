import type { Options } from "@tintype/url";
import type { Cut, Rect, Size } from "../plan/gravity.ts";
import type { Facts } from "./facts.ts";
import { settle, step, type Picture } from "./picture.ts";
import { plan, type Plan, type PlanLimits } from "../plan/plan.ts";
import { round } from "../plan/rounding.ts";

/** The plan of a picture. A vector that is not decoded in its size has not quite its ratio, so each axis goes by itself. */
export function planOf(facts: Facts, options: Options, limits: PlanLimits): Plan {
  const planned = plan(facts, options, limits);
  const { width, height } = facts.decoded;
  const whole = width === facts.width && height === facts.height;
  return facts.vector && !whole ? { ...planned, driving: undefined } : planned;
}

interface Way {
  /** The area that the plan was made for, where that is not the whole picture. */
  readonly within?: Rect | undefined;
  /** Mixes light rather than numbers where pixels are scaled. */
  readonly linear: boolean;
}

/** Crop, scale, turn, cut: the geometry of the plan, in one pass wherever sharp's order allows. */
export async function transform(picture: Picture, plan: Plan, { within, linear }: Way): Promise<Picture> {
  const cropped = await cropTo(picture, plan.crop, within);
  const { width, height } = cropped.size;
  const lit = linear && !(width === plan.scaled.width && height === plan.scaled.height);
  const scaled = await scaleTo(lit ? inLinearLight(cropped) : cropped, plan);
  const upright = await turn(scaled, plan);
  const cut = plan.cut ? await cutOut(upright, plan.cut) : upright;
  // sharp would do all that follows in that light, too, and take the white of colours there for 255 times white.
  return lit ? settle(cut) : cut;
}

const inLinearLight = (picture: Picture): Picture => ({
  ...picture,
  pipeline: picture.pipeline.pipelineColourspace("scrgb"),
});

async function cropTo(picture: Picture, crop: Cut | undefined, within: Rect | undefined): Promise<Picture> {
  if (!within) return crop ? cutOut(picture, crop) : picture;
  if (!crop) return cutOut(picture, within);
  if ("smart" in crop) return cutOut(await cutOut(picture, within), crop);
  return cutOut(picture, { ...crop, left: crop.left + within.left, top: crop.top + within.top });
}

/**
 * A cut before any scaling is sharp's "pre" extract, one behind it the "post" extract. Smart cuts are sharp's covering
 * resize, told not to resize.
 */
async function cutOut(picture: Picture, cut: Cut): Promise<Picture> {
  const size = { width: cut.width, height: cut.height };
  if (!("smart" in cut))
    return step(picture, picture.reached < 0 ? "crop" : "cut", (p) => p.extract(cut), { size });
  const still = picture.reached < 0 ? picture : await settle(picture);
  const fit = {
    fit: "cover",
    position: "attention",
    withoutReduction: true,
    withoutEnlargement: true,
  } as const;
  return step(still, "scale", (pipeline) => pipeline.resize({ ...size, ...fit }), { size });
}

async function scaleTo(picture: Picture, plan: Plan): Promise<Picture> {
  const {
    scaled,
    turn: { mirror, angle },
  } = plan;
  const { width, height } = picture.size;
  // sharp turns before it scales, unless it has been told to scale first, if only to the size that is there.
  const idle = width === scaled.width && height === scaled.height && !mirror && angle === 0;
  if (idle) return picture;
  const options = { kernel: "lanczos3", fastShrinkOnLoad: false } as const;
  return step(picture, "scale", (p) => p.resize({ ...sidesFor(picture.size, plan), ...options }), {
    size: scaled,
  });
}

/** So near to half a pixel, sharp's division may round to the other side than ours. */
const TIE = 1e-6;

interface Sides extends Partial<Size> {
  readonly fit: "fill" | "inside";
}

/** JPEG decoders may shrink by these, dropping what is left over; sharp has them do so from twice the factor up. */
const DECODER_SHRINKS = [2, 4, 8];

/**
 * Given one side, sharp scales both axes by its exact factor; given two, each by its own, which differs by the rounding.
 * One is enough where the other follows from it, whatever the decoder has done before. Left to its default fit, sharp
 * would cut the turned picture to that one side.
 */
function sidesFor(from: Size, { scaled, driving }: Plan): Sides {
  const other = driving === "width" ? "height" : "width";
  const follows = (shrink: number): boolean => {
    if (driving === undefined) return false;
    const exact = (Math.floor(from[other] / shrink) * scaled[driving]) / Math.floor(from[driving] / shrink);
    return round(exact) === scaled[other] && Math.abs((exact % 1) - 0.5) > TIE;
  };
  const shrinks = DECODER_SHRINKS.filter((shrink) => from.width / scaled.width >= 2 * shrink);
  return driving && [1, ...shrinks].every(follows)
    ? { [driving]: scaled[driving], fit: "inside" }
    : { ...scaled, fit: "fill" };
}

async function turn(picture: Picture, { turn: { mirror, angle, swaps } }: Plan): Promise<Picture> {
  if (!mirror && angle === 0) return picture;
  const { width, height } = picture.size;
  return step(
    picture,
    "turn",
    (pipeline) => {
      const mirrored = mirror ? pipeline.flop() : pipeline;
      return angle === 0 ? mirrored : mirrored.rotate(angle);
    },
    { size: swaps ? { width: height, height: width } : { width, height } },
  );
}
