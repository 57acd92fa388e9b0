import { startDeadline } from "./deadline.ts";
import { HttpError } from "./errors.ts";
import { FORMATS } from "./formats.ts";
import { disposition, linkTo, pathName } from "./header-text.ts";
import type { Job } from "./job.ts";
import { lifetime, type LifetimeSettings } from "./lifetime.ts";
import { header, type Ask, type Headers, type Reply } from "./message.ts";
import type { Original, Source } from "./source/source.ts";

export interface RelaySettings extends LifetimeSettings {
  readonly source: Source;
  /** Seconds for a whole request. */
  readonly timeout: number;
  /** Bytes; 0 for no limit. */
  readonly maxBytes: number;
  readonly setCanonicalHeader: boolean;
  readonly returnAttachment: boolean;
  /** Headers by which CDNs know what a picture is called in a purge. */
  readonly tag: (source: string, tags: readonly string[]) => Reply["headers"];
}

/** What a client may ask of the source in raw mode (contract http.md, section 9). */
const FORWARDED = ["if-none-match", "if-modified-since", "accept-encoding", "range"] as const;

/** What the source may say of itself, and how it is spelled towards the client. */
const RETURNED = {
  "content-type": "Content-Type",
  "content-length": "Content-Length",
  "content-encoding": "Content-Encoding",
  "content-range": "Content-Range",
  "accept-ranges": "Accept-Ranges",
  "last-modified": "Last-Modified",
  etag: "ETag",
} as const;

/** Passes the original on untouched, status included. Throws HttpError where the source cannot be asked. */
export async function relay(job: Job, { headers, signal }: Ask, settings: RelaySettings): Promise<Reply> {
  const { maxSrcFileSize = settings.maxBytes } = job.options;
  const deadline = startDeadline(settings.timeout * 1000, [signal]);
  try {
    const original = await settings.source.fetch(job.source, {
      signal: deadline.signal,
      maxBytes: Math.max(0, maxSrcFileSize),
      headers: { ...forwarded(headers), ...(job.cookie !== undefined && { cookie: job.cookie }) },
      mode: "relay",
    });
    const body = released(original, () => deadline.stop());
    checkStatus(original);
    return { status: original.status, headers: headersOf(original, job, settings), body };
  } catch (error) {
    deadline.stop();
    throw error;
  }
}

/** Any status is passed on, but not one that HTTP has no class for. */
function checkStatus({ status, cancel }: Original): void {
  if (status >= 200 && status <= 599) return;
  cancel();
  throw new HttpError("source_unreachable", `expected a status from 200 to 599, got ${status}`);
}

/** The body, which lets go of its source at its end, and also where nobody begins to read: a generator would not. */
function released({ body, cancel }: Original, over: () => void): Reply["body"] {
  const chunks = body[Symbol.asyncIterator]();
  const end = (): void => {
    over();
    cancel();
  };
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    let more = false;
    try {
      const result = await chunks.next();
      more = result.done !== true;
      return result;
    } finally {
      if (!more) end();
    }
  };
  const leave = async (): Promise<IteratorResult<Uint8Array>> => {
    end();
    await chunks.return?.();
    return { done: true, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: leave }) };
}

const forwarded = (headers: Headers): Record<string, string> =>
  Object.fromEntries(
    FORWARDED.flatMap((name) => {
      const value = header(headers, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );

function headersOf(original: Original, { source, options }: Job, settings: RelaySettings): Reply["headers"] {
  const { status, headers } = original;
  const returned = Object.entries(RETURNED).flatMap(([name, spelled]) => {
    const value = headers[name as keyof typeof RETURNED];
    return value === undefined ? [] : [[spelled, value]];
  });
  const kept = { headers, fallbackStatus: status >= 400 ? status : undefined };
  return {
    ...(Object.fromEntries(returned) as Record<string, string>),
    ...lifetime(kept, options, settings),
    ...settings.tag(source, options.cacheTags ?? []),
    "X-Cache": "BYPASS",
    ...(settings.setCanonicalHeader && linkTo(source)),
    ...(status >= 200 &&
      status < 300 && { "Content-Disposition": nameOf(original, source, { options, settings }) }),
  };
}

interface Naming {
  readonly options: Job["options"];
  readonly settings: RelaySettings;
}

function nameOf({ headers }: Original, source: string, { options, settings }: Naming): string {
  const { stem, extension } = pathName(source);
  const mime = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  const guessed = Object.values(FORMATS).find((format) => format.mime === mime)?.extension ?? "";
  const name = `${options.filename ?? (stem || "image")}${extension || guessed}`;
  return disposition(name, options.returnAttachment ?? settings.returnAttachment);
}
