import { keyOf } from "./cache/key.ts";
import { digestOf, type Download, type Fetch } from "./download.ts";
import type { HttpError } from "./errors.ts";
import type { Format } from "./formats.ts";
import { pixelsOf, type Job } from "./job.ts";

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

/** A job for the fallback picture where a failure is one that it covers; each size of it is made once for all sources. */
export function standIn(job: Job, error: HttpError, fallback: Fallback | undefined): StandIn | undefined {
  if (!fallback || !isSourceFailure(error)) return undefined;
  const key = keyOf(SOURCE, [digestOf(fallback.bytes), ...pixelsOf(job)]);
  return { job: { ...job, source: SOURCE, key }, status: fallback.status || error.status };
}

/** A body that breaks off after it has begun as a picture is no such failure (contract http.md, section 8.3). */
const isSourceFailure = ({ code }: HttpError): boolean =>
  code.startsWith("source_") && code !== "source_incomplete";

/** Gets the fallback picture for the jobs that stand in, and everything else as before. */
export function withFallback(fetch: Fetch, fallback: Fallback | undefined): Fetch {
  if (!fallback) return fetch;
  const { bytes, format } = fallback;
  const now = Date.now();
  const known = { digest: digestOf(bytes) };
  const download: Download = { bytes, format, headers: {}, known, askedAt: now, answeredAt: now };
  return async (job, signal, before) =>
    job.source === SOURCE
      ? { ...download, askedAt: Date.now(), answeredAt: Date.now() }
      : fetch(job, signal, before);
}
