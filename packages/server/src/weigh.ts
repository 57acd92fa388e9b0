import type { Options } from "@tintype/url";
import type { Download } from "./download.ts";
import { HttpError } from "./errors.ts";
import { FORMATS, type Format } from "./formats.ts";
import type { Job } from "./job.ts";
import { checkResolution, guardVector, planLimits, playableFrames, type Limits } from "./plan/limits.ts";
import { chooseFormat, passesThrough, type PassSettings } from "./plan/negotiate.ts";
import { plan, type Plan } from "./plan/plan.ts";
import { predictBytes, type Made } from "./scan/memory.ts";
import { scan } from "./scan/scan.ts";
import type { Scanned } from "./scan/scanned.ts";

/** The settings that a picture's weight depends on. */
export interface WeighSettings {
  readonly limits: Limits;
  readonly encode: PassSettings & {
    readonly preferredFormats: Parameters<typeof chooseFormat>[2]["preferred"];
    /** 0 to 9, the fastest. */
    readonly avifSpeed: number;
    readonly pngInterlaced: boolean;
    readonly preserveHdr: boolean;
  };
}

/** What can be told of a picture from its header, before any decoder sees it. */
export interface Foreseen {
  readonly scanned: Scanned;
  /** Bytes of memory that a renderer will take. */
  readonly bytes: number;
  /** Left out where the original is passed on, or an SVG does not say how large it is. */
  readonly format?: Format;
  readonly frames?: number;
  readonly plan?: Plan;
}

/** Bytes of memory that a renderer will take for a picture. Throws as `foresee` does. */
export const weigh = (original: Seen, job: Job, settings: WeighSettings): number =>
  foresee(original, job, settings).bytes;

type Seen = Pick<Download, "bytes" | "format">;

/** Throws HttpError where the header contradicts itself, or source or result are larger than allowed. */
export function foresee({ bytes, format }: Seen, job: Job, settings: WeighSettings): Foreseen {
  const scanned = scan(bytes, format);
  checkScans(scanned);
  const making = { scanned, format, bytes: bytes.length };
  // No pixel of what is passed on is decoded, so an SVG without a size costs no more than another.
  if (passesThrough(format, job.options, settings.encode))
    return {
      scanned,
      bytes: predictBytes({ ...making, scanned: { ...scanned, pixels: 0 }, frames: 1, result: undefined }),
    };
  const { size } = scanned;
  // An SVG that declares no size has one that only its renderer finds out; it is drawn no larger than results may be.
  if (!size)
    return {
      scanned,
      bytes: predictBytes({ ...making, frames: 1, copies: 0, result: largest(settings.limits) }),
    };
  const facts = factsOf(scanned, format);
  const frames = playableFrames({ ...facts, ...size }, job.options, settings.limits);
  const target = chooseFormat({ ...facts, format, frames }, job.options, {
    ...job,
    preferred: settings.encode.preferredFormats,
  });
  const playing = FORMATS[target].animationOut ? frames : 1;
  const guarded = guardVector({ ...facts, ...size }, settings.limits);
  if (!facts.vector) {
    // What a decoder makes counts, which a file may cut a small part out of.
    const decoded = { width: (scanned.pixels ?? 0) / size.height, height: size.height };
    checkResolution(decoded, playing, { options: job.options, settings: settings.limits });
  }
  const planned = plan(guarded, job.options, planLimits(job.options, settings.limits, playing));
  const result = madeOf(planned.size, target, { job, scanned, settings });
  const copies = copiesFor(job.options, facts.vector);
  return {
    scanned,
    bytes: predictBytes({ ...making, frames: playing, copies, result }),
    format: target,
    frames: playing,
    plan: planned,
  };
}

/** Cameras and encoders make 6 to 18; a hostile file of 2.8 MB with 882 of them kept a decoder busy for half a minute. */
const MOST_SCANS = 100;

function checkScans({ scans }: Scanned): void {
  if (scans <= MOST_SCANS) return;
  throw new HttpError("too_expensive", `expected at most ${MOST_SCANS} scans of the picture, got ${scans}`);
}

const factsOf = ({ frames, animated, alpha = true, orientation = 1 }: Scanned, format: Format) => ({
  frames: animated && FORMATS[format].animationIn ? frames : 1,
  alpha,
  orientation,
  vector: format === "svg",
});

interface Circumstances {
  readonly job: Job;
  readonly scanned: Scanned;
  readonly settings: WeighSettings;
}

function madeOf(
  size: { width: number; height: number },
  format: Format,
  { job, scanned, settings }: Circumstances,
): Made {
  const { quality = 0, preserveHdr = settings.encode.preserveHdr } = job.options;
  return {
    width: size.width,
    height: size.height,
    format,
    ...(scanned.alpha !== undefined && { alpha: scanned.alpha }),
    ...(quality > 0 && { quality }),
    deep: preserveHdr && scanned.depthBits > 8 && FORMATS[format].hdr,
    ...(format === "avif" && { effort: 9 - settings.encode.avifSpeed }),
    ...(format === "png" && { interlaced: settings.encode.pngInterlaced }),
  };
}

/** Copies of the whole picture that a search for borders, a smart crop, or pixels of a vector need. */
function copiesFor({ trim, crop, gravity }: Options, vector: boolean): number {
  if (trim) return 2;
  if (crop && (vector || (crop.gravity ?? gravity)?.type === "sm")) return 1;
  return 0;
}

const largest = ({ maxResultDimension, maxSrcResolution }: Limits): Made => {
  const side = maxResultDimension > 0 ? maxResultDimension : Math.sqrt(maxSrcResolution);
  return { width: Math.ceil(side), height: Math.ceil(side), format: "png" };
};
