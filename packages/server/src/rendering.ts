import { detectFormat, HEAD_BYTES } from "./detect.ts";
import type { Download } from "./download.ts";
import { HttpError } from "./errors.ts";
import { isFormat } from "./formats.ts";
import type { Fallback } from "./fallback.ts";
import type { Rendered as Result, RenderJob } from "./image/render.ts";
import type { Job } from "./job.ts";
import type { Quarantine } from "./quarantine.ts";
import type { Limits, Pool } from "./render/pool.ts";
import type { Made } from "./render/renderer.ts";
import { hashOf, saidOf, type Rendition } from "./rendition.ts";

export interface RenderingParts {
  readonly pool: Pick<Pool, "run">;
  readonly quarantine: Quarantine;
  readonly watermark: Pick<Fallback, "bytes" | "format"> | undefined;
  /** Milliseconds after which a picture that is cut off at its deadline is to blame for that, and not what came before. */
  readonly fairMs: number;
}

type Bounds = Required<Pick<Limits, "signal" | "deadlineMs">>;

/** A picture as it leaves a renderer. */
export type Rendered = Omit<Rendition, "steps" | "bornAt" | "askedAt">;

type Render = (job: Job, original: Download, bounds: Bounds) => Promise<Rendered>;

/** Makes the function that has pictures made, and made once more where a renderer is lost over one. */
export const createRender =
  (parts: RenderingParts): Render =>
  async (job, original, bounds) => {
    const startedAt = performance.now();
    try {
      return await attempt(parts, { job, original }, bounds);
    } catch (error) {
      const usedMs = performance.now() - startedAt;
      const leftMs = bounds.deadlineMs - usedMs;
      // What took so long to be lost would only be cut off.
      if (HttpError.from(error).code !== "renderer_lost" || leftMs < usedMs) throw error;
      return attempt(parts, { job, original }, { ...bounds, deadlineMs: leftMs });
    }
  };

interface Task {
  readonly job: Job;
  readonly original: Download;
}

async function attempt(
  { pool, quarantine, watermark, fairMs }: RenderingParts,
  { job, original }: Task,
  bounds: Bounds,
): Promise<Rendered> {
  quarantine.check(original.bytes);
  const { options, accepted, enforced } = job;
  const drawn = options.watermark ? watermark : undefined;
  const order: RenderJob = { source: original.format, options, accepted, enforced, watermark: drawn?.format };
  const began = { at: Infinity };
  const onStart = (): void => void (began.at = performance.now());
  try {
    const blobs = [original.bytes, ...(drawn ? [drawn.bytes] : [])];
    const made = await pool.run(order, blobs, { ...bounds, onStart, doubt: doubtOf });
    quarantine.absolve(original.bytes);
    return renditionOf(original, made);
  } catch (error) {
    const { code } = HttpError.from(error);
    const isCutOff = code === "timeout" && performance.now() - began.at >= fairMs;
    if (code === "renderer_lost" || isCutOff) quarantine.blame(original.bytes);
    throw error;
  }
}

function renditionOf(
  { bytes: { length }, headers, known: original }: Download,
  { result, blobs }: Made,
): Rendered {
  const rendered = result as Result; // `doubtOf` has looked.
  const [bytes = new Uint8Array()] = blobs;
  const origin = { ...rendered.origin, bytes: length };
  return { ...rendered, bytes, hash: hashOf(bytes), headers: saidOf(headers), original, origin };
}

/** PNG's and TIFF's, the longest that any source can have; anything above is a lie or a mistake. */
const LONGEST_SIDE = 2 ** 31 - 1;

/** What is wrong with a renderer's answer, if anything is: one that was taken over may say what it likes. */
export function doubtOf({ result, blobs }: Made): string | undefined {
  const { format, origin, ...rest } = recordOf(result);
  const { width, height, frames, sourceFrames } = rest;
  const { width: originWidth, height: originHeight } = recordOf(origin);
  if (typeof format !== "string" || !isFormat(format)) return "expected a known format, got none";
  const numbers = { width, height, frames, sourceFrames, originWidth, originHeight };
  for (const [name, value] of Object.entries(numbers))
    if (!isSize(value))
      return `expected a whole ${name} from 1 to ${LONGEST_SIDE}, got ${JSON.stringify(value)}`;
  const [bytes] = blobs;
  if (bytes === undefined || blobs.length > 1) return `expected one picture, got ${blobs.length}`;
  const actual = detectFormat(bytes.subarray(0, HEAD_BYTES), {});
  return actual === format ? undefined : `expected the bytes of ${format}, got ${actual ?? "others"}`;
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};

const isSize = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= LONGEST_SIDE;
