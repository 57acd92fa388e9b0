import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Cache, Renewed, Wanted } from "./cache/cache.ts";
import { lifetimes, type FreshnessSettings } from "./cache/freshness.ts";
import { keyOf } from "./cache/key.ts";
import type { Entry } from "./cache/store.ts";
import { detectFormat, HEAD_BYTES } from "./detect.ts";
import { HttpError } from "./errors.ts";
import { FORMATS, isFormat, type Format } from "./formats.ts";
import type { Job } from "./job.ts";
import { span } from "./observe/trace.ts";
import type { Known, Rendition } from "./rendition.ts";
import { readBody, tooBig } from "./source/body.ts";
import type { Original, Source } from "./source/source.ts";

/** When a source was asked, and when it answered. Milliseconds since 1970. */
interface Exchange {
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** The bytes to make a picture of, whole, and what they are. */
export interface Download extends Exchange {
  readonly bytes: Uint8Array;
  readonly format: Format;
  readonly headers: Original["headers"];
  readonly known: Known;
}

/** The source says that its bytes are the ones that are known. */
export interface Unchanged extends Exchange {
  readonly bytes?: undefined;
  readonly headers: Original["headers"];
}

export interface DownloadSettings {
  readonly source: Source;
  /** Bytes; 0 for no limit. */
  readonly maxBytes: number;
  readonly originals: Cache;
  readonly freshness: (job: Job) => FreshnessSettings;
  /** This process, unlike any other. */
  readonly by: string;
}

/** Gets an original; with a picture that was made of it, it may only be said that it has not changed. Throws HttpError. */
export type Fetch = (
  job: Job,
  signal: AbortSignal,
  picture?: Pick<Rendition, "original" | "askedAt">,
) => Promise<Download | Unchanged>;

/** What is kept of an original beside its bytes. */
interface About extends Exchange {
  /** Left out where the answer was that nothing has changed. */
  readonly format?: Format;
  readonly headers: Original["headers"];
  readonly known: Known;
}

/** Makes the function that gets originals: one download at a time per source, kept for the next picture of it. */
export function createFetch(settings: DownloadSettings): Fetch {
  const { originals, maxBytes } = settings;
  return async (job, signal, picture) => {
    const known = picture?.original;
    const most = bytesFor(job, maxBytes);
    const trip = `${known?.digest ?? ""} ${most}`;
    // Another server may have made that picture, of a newer original than is kept here.
    const wanted = { ...originalOf(job), ...ageOf(job), trip, ...(picture && { since: picture.askedAt }) };
    const renew = (kept: Entry | undefined, shared: AbortSignal): Promise<Renewed> =>
      span("fetch", { job }, () => ask({ job, kept, known, most, settings }, shared));
    const bypass = job.options.bypassCache || isLocal(job.source);
    const { entry } = bypass
      ? await originals.pass(wanted, renew, signal)
      : await originals.find(wanted, renew, signal);
    const { format, ...about } = entry.head.about as About; // Only `ask` writes it, and `isOriginal` has looked.
    if (format === undefined) return about;
    if (most > 0 && entry.body.byteLength > most) throw tooBig(most, String(entry.body.byteLength));
    return readable({ ...about, format, bytes: entry.body }, job);
  };
}

/** What is kept of a job's original. A purge by a tag of its pictures means it as well: they are to look new. */
export const originalOf = ({ source, cookie, options }: Job): Pick<Wanted, "key" | "tags"> => ({
  key: keyOf(source, ["original", cookie ?? ""]),
  tags: options.cacheTags ?? [],
});

/** How old a picture may be that a URL asks for, be it made or the original. */
export const ageOf = ({ options: { cacheTtl } }: Job): { readonly maxAgeMs?: number } =>
  cacheTtl === undefined ? {} : { maxAgeMs: cacheTtl * 1000 };

/** What lies on this machine already is not kept a second time. */
export const isLocal = (source: string): boolean => /^local:/i.test(source);

/** `max_src_file_size` of the URL goes before the setting; a negative one lifts the limit. */
const bytesFor = ({ options }: Job, maxBytes: number): number =>
  Math.max(0, options.maxSrcFileSize ?? maxBytes);

/** Whether an entry is an original as `ask` keeps them; a shared store may hold anything. */
export function isOriginal({ head: { about } }: Entry): boolean {
  const { format, headers, known, askedAt, answeredAt } = (about ?? {}) as Partial<About>;
  return (
    typeof format === "string" &&
    isFormat(format) &&
    typeof headers === "object" &&
    typeof known?.digest === "string" &&
    Number.isFinite(askedAt) &&
    Number.isFinite(answeredAt)
  );
}

interface Question {
  readonly job: Job;
  readonly kept: Entry | undefined;
  readonly known: Known | undefined;
  readonly most: number;
  readonly settings: DownloadSettings;
}

/** Asks the source, with conditions where something of it is known. */
async function ask(question: Question, signal: AbortSignal): Promise<Renewed> {
  const { job, kept, most, settings } = question;
  const known = (kept?.head.about as About | undefined)?.known ?? question.known;
  const askedAt = Date.now();
  const original = await settings.source.fetch(job.source, {
    signal,
    maxBytes: most,
    headers: { ...(job.cookie !== undefined && { cookie: job.cookie }), ...conditionsOf(known) },
    mode: "picture",
  });
  const times = { askedAt, answeredAt: Date.now() };
  if (original.status === 304 && known) {
    original.cancel();
    return unchanged(question, { ...times, known, headers: original.headers });
  }
  const bytes = await readBody(original, { maxBytes: most });
  const read = { ...times, ...(await recognise(bytes, original, job)) };
  // A source without validators, or one that gives new ones to old bytes.
  if (kept && read.known.digest === known?.digest)
    return renewed({ job, settings }, { about: read, body: kept.body, isSame: true });
  return renewed({ job, settings }, { about: read, body: bytes });
}

function unchanged({ job, kept, settings }: Question, about: About): Renewed {
  // Nobody has the bytes: that they are the same is all there is to say.
  if (!kept) return { ...renewed({ job, settings }, { about, body: new Uint8Array() }), keep: false };
  const before = kept.head.about as About;
  // How old the old answer was says nothing of the new one.
  const { age: _age, date: _date, ...said } = before.headers;
  const merged = {
    ...about,
    ...(before.format && { format: before.format }),
    headers: { ...said, ...about.headers },
  };
  return renewed({ job, settings }, { about: merged, body: kept.body, isSame: true });
}

function renewed(
  { job, settings: { freshness, by } }: Pick<Question, "job" | "settings">,
  {
    about,
    body,
    isSame = false,
  }: { readonly about: About; readonly body: Uint8Array; readonly isSame?: boolean },
): Renewed {
  const life = lifetimes(about.headers, about, freshness(job));
  const { freshUntil, failUntil } = life ?? { freshUntil: 0, failUntil: 0 };
  const head = {
    source: job.source,
    tags: [],
    askedAt: about.askedAt,
    by,
    freshUntil,
    // Renewed in time rather than behind the back of who makes a picture of it.
    staleUntil: freshUntil,
    failUntil,
    about,
  };
  return { entry: { head, body }, keep: life !== undefined, unchanged: isSame, costMs: Infinity };
}

const conditionsOf = (known: Known | undefined): Record<string, string> => ({
  ...(known?.etag !== undefined && { "if-none-match": known.etag }),
  ...(known?.lastModified !== undefined && { "if-modified-since": known.lastModified }),
});

async function recognise(bytes: Uint8Array, { headers }: Original, { source: url }: Job) {
  const mime = headers["content-type"];
  const { etag, "last-modified": lastModified } = headers;
  const format = detectFormat(bytes.subarray(0, HEAD_BYTES), {
    extension: extensionOf(url),
    ...(mime && { mime }),
  });
  if (!format)
    throw new HttpError(
      "source_unrecognised",
      `expected a picture, got ${bytes.length} bytes of ${mime ?? "no type"}`,
    );
  const digest = await digestInSteps(bytes);
  const known: Known = { digest, ...(etag && { etag }), ...(lastModified && { lastModified }) };
  return { format, headers, known };
}

const STEP_BYTES = 1024 ** 2;

/** The same, a megabyte at a time: others have their turn in between. */
async function digestInSteps(bytes: Uint8Array): Promise<string> {
  const hash = createHash("sha256");
  for (let at = 0; at < bytes.byteLength; at += STEP_BYTES) {
    if (at > 0) await setImmediate();
    hash.update(bytes.subarray(at, at + STEP_BYTES));
  }
  return hash.digest("base64url");
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
