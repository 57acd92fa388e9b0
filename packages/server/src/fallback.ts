import { keyOf } from "./cache/key.ts";
import type { Fetch } from "./download.ts";
import type { HttpError } from "./errors.ts";
import type { Format } from "./formats.ts";
import { pixelsOf, type Job } from "./job.ts";
import { digestOf } from "./rendition.ts";

/** The picture shown when a source fails. */
export interface Fallback {
  readonly bytes: Uint8Array;
  readonly format: Format;
  /** 0 keeps the error's own status. */
  readonly status: number;
}

/** What is done instead, and the status that says so. */
export interface StandIn {
  readonly job: Job;
  readonly status: number;
}

/** No URL can name it. */
const SOURCE = "\0fallback";

/** What knows of the fallback picture. */
export interface FallbackDesk {
  /** A job for the fallback picture where a failure is one that it covers; each size of it is made once for all sources. */
  readonly standIn: (job: Job, error: HttpError) => StandIn | undefined;
  /** Gets the fallback picture for the jobs that stand in, and everything else as before. */
  readonly fetch: Fetch;
}

/** Without a picture nothing stands in for anything. */
export function openFallback(fallback: Fallback | undefined, fetch: Fetch): FallbackDesk {
  if (!fallback) return { standIn: () => undefined, fetch };
  const { bytes, format, status } = fallback;
  const known = { digest: digestOf(bytes) };
  return {
    standIn: (job, error) => {
      if (!isSourceFailure(error)) return undefined;
      const key = keyOf(SOURCE, [known.digest, ...pixelsOf(job)]);
      return { job: { ...job, source: SOURCE, key }, status: status || error.status };
    },
    fetch: async (job, signal, before) => {
      if (job.source !== SOURCE) return fetch(job, signal, before);
      const now = Date.now();
      return { bytes, format, headers: {}, known, askedAt: now, answeredAt: now };
    },
  };
}

/** A body that breaks off after it has begun as a picture is no such failure (contract http.md, section 8.3). */
const isSourceFailure = ({ code }: HttpError): boolean =>
  code.startsWith("source_") && code !== "source_incomplete";
