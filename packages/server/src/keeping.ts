import type { Cache, Found, Renewed } from "./cache/cache.ts";
import { lifetimes, type FreshnessSettings, type OriginHeaders } from "./cache/freshness.ts";
import type { Entry } from "./cache/store.ts";
import { ageOf, originalOf } from "./download.ts";
import { ERRORS, HttpError, type ErrorCode } from "./errors.ts";
import type { Job } from "./job.ts";
import { readRendition, type Rendition } from "./rendition.ts";

/** A rendition that was just made, or found to be still what it was. */
export interface Made {
  readonly rendition: Omit<Rendition, "bornAt" | "askedAt">;
  /** What the source said with its latest answer, and when. */
  readonly answer: { readonly headers: OriginHeaders; readonly askedAt: number; readonly answeredAt: number };
  readonly unchanged: boolean;
}

/** Makes a rendition; `kept` is an older one, of which only what has changed need be made. */
export type Produce = (kept: Rendition | undefined, signal: AbortSignal) => Promise<Made>;

/** A rendition on its way to a client. */
export interface Served {
  readonly rendition: Rendition;
  /** `bypass`: no cache was asked. */
  readonly state: Found["state"] | "bypass";
  /** The status to answer with where a fallback picture stands in for the source. */
  readonly fallbackStatus?: number;
  /** What it stands in for. */
  readonly failure?: HttpError;
}

export interface KeepingSettings {
  readonly renditions: Cache;
  readonly originals: Cache;
  readonly freshness: (job: Job) => FreshnessSettings;
  /** This process, unlike any other. */
  readonly by: string;
}

export type Keep = (job: Job, produce: Produce, signal: AbortSignal) => Promise<Served>;

/** Makes the function that finds a rendition in the cache, or has it made and kept. Throws HttpError. */
export function createKeep({ renditions, originals, freshness, by }: KeepingSettings): Keep {
  return async (job, produce, signal) => {
    const { bypassCache, cacheTags: tags = [] } = job.options;
    const wanted = { key: job.key, tags, ...ageOf(job) };
    const renew = async (kept: Entry | undefined, shared: AbortSignal): Promise<Renewed> =>
      entryOf(job, await produce(kept && renditionOf(kept), shared), { life: freshness(job), by });
    if (bypassCache) {
      const { entry } = await renditions.pass(wanted, renew, signal);
      return { rendition: renditionOf(entry), state: "bypass" };
    }
    const { entry, state, retagged } = await renditions.find(wanted, renew, signal);
    // Before the answer: a purge that follows it must find the tag.
    if (retagged) await originals.tag(originalOf(job));
    return { rendition: renditionOf(entry), state };
  };
}

function entryOf(
  { source }: Job,
  { rendition, answer, unchanged }: Made,
  { life: settings, by }: { readonly life: FreshnessSettings; readonly by: string },
): Renewed {
  const life = lifetimes(answer.headers, answer, settings);
  const { bytes: body, ...facts } = rendition;
  const { freshUntil, staleUntil, failUntil } = life ?? { freshUntil: 0, staleUntil: 0, failUntil: 0 };
  const about = { ...facts, bornAt: life?.bornAt ?? answer.answeredAt };
  const head = { source, tags: [], askedAt: answer.askedAt, by, freshUntil, staleUntil, failUntil, about };
  return { entry: { head, body }, keep: life !== undefined, unchanged, costMs: rendition.steps.render };
}

/** What `isRendition` has looked at, or this process has made. */
const renditionOf = ({ head, body }: Entry): Rendition => ({
  ...(head.about as Omit<Rendition, "bytes">),
  askedAt: head.askedAt,
  bytes: body,
});

export const isRendition = ({ head, body }: Entry): boolean => readRendition(head.about, body) !== undefined;

/** What may be over the next time: a kept picture outlives it. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  "source_unreachable",
  "source_failed",
  "source_timeout",
  "source_incomplete",
  "queue_full",
  "timeout",
  "not_ready",
  "client_gone",
  "renderer_lost",
  "internal",
]);

export const isPassing = ({ code }: HttpError): boolean => PASSING.has(code);

/** Seconds for which it is not tried again to make a picture of what was found to be none; sources have a memory of their own. */
export const refusalSeconds = ({ code }: HttpError, errorTtl: number): number =>
  ERRORS[code].keeping === "short" && code !== "source_refused" ? errorTtl : 0;
