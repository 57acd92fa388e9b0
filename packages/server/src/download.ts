import { detectFormat, HEAD_BYTES } from "./detect.ts";
import { HttpError } from "./errors.ts";
import { Flight } from "./flight.ts";
import { FORMATS, type Format } from "./formats.ts";
import type { Job } from "./job.ts";
import { span } from "./observe/trace.ts";
import { readBody } from "./source/body.ts";
import type { Original, Source } from "./source/source.ts";

/** The bytes to make a picture of, whole, and what they are. */
export interface Download {
  readonly bytes: Uint8Array;
  readonly format: Format;
  readonly headers: Original["headers"];
  /** The status to answer with where these are the fallback picture's bytes. */
  readonly fallbackStatus: number | undefined;
}

/** The picture shown when a source fails. */
export interface Fallback {
  readonly bytes: Uint8Array;
  readonly format: Format;
  /** 0 keeps the error's own status. */
  readonly status: number;
}

export interface DownloadSettings {
  readonly source: Source;
  /** Bytes; 0 for no limit. */
  readonly maxBytes: number;
  readonly fallback: Fallback | undefined;
  /** Hears of every failure that the fallback picture covered. */
  readonly onFallback: (error: HttpError, job: Job) => void;
}

export type Fetch = (job: Job, signal: AbortSignal) => Promise<Download>;

/** Makes the function that gets originals: one download at a time per source, shared by all who wait for it. */
export function createFetch({ source, maxBytes, fallback, onFallback }: DownloadSettings): Fetch {
  const flight = new Flight<Download>();
  return async (job, signal) => {
    const most = bytesFor(job, maxBytes);
    const key = JSON.stringify([job.source, job.cookie, most]);
    try {
      const load = (shared: AbortSignal): Promise<Download> =>
        span("fetch", { job }, () => download(source, job, { maxBytes: most, signal: shared }));
      return readable(await flight.share(key, load, signal), job);
    } catch (error) {
      const refusal = HttpError.from(error);
      if (!fallback || !isSourceFailure(refusal)) throw refusal;
      onFallback(refusal, job);
      const { bytes, format, status } = fallback;
      return { bytes, format, headers: {}, fallbackStatus: status || refusal.status };
    }
  };
}

/** `max_src_file_size` of the URL goes before the setting; a negative one lifts the limit. */
const bytesFor = ({ options }: Job, maxBytes: number): number =>
  Math.max(0, options.maxSrcFileSize ?? maxBytes);

interface Bounds {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

async function download(
  source: Source,
  { source: url, cookie }: Job,
  { maxBytes, signal }: Bounds,
): Promise<Download> {
  const headers = cookie === undefined ? {} : { cookie };
  const original = await source.fetch(url, { signal, maxBytes, headers, mode: "picture" });
  const bytes = await readBody(original, { maxBytes });
  const mime = original.headers["content-type"];
  const format = detectFormat(bytes.subarray(0, HEAD_BYTES), {
    extension: extensionOf(url),
    ...(mime && { mime }),
  });
  if (!format)
    throw new HttpError(
      "source_unrecognised",
      `expected a picture, got ${bytes.length} bytes of ${mime ?? "no type"}`,
    );
  return { bytes, format, headers: original.headers, fallbackStatus: undefined };
}

const extensionOf = (url: string): string => /\.[^./]*$/.exec(url.replace(/[?#].*$/s, ""))?.[0] ?? "";

/** A format that is known but has no decoder here is nobody's failure to fetch, so no fallback covers it. */
function readable(download: Download, { source }: Job): Download {
  if (FORMATS[download.format].load) return download;
  throw new HttpError(
    "loader_missing",
    `no decoder for ${download.format} is installed, which ${source} needs`,
  );
}

/** A body that breaks off after it has begun as a picture is no such failure (contract http.md, section 8.3). */
const isSourceFailure = ({ code }: HttpError): boolean =>
  code.startsWith("source_") && code !== "source_incomplete";
