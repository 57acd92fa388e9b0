import { createHash } from "node:crypto";
import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, open, readlink, realpath, stat } from "node:fs/promises";
import { posix } from "node:path";
import { abortReason } from "../deadline.ts";
import { HttpError } from "../errors.ts";
import { FORMATS } from "../formats.ts";
import { tooBig, untilOver } from "./body.ts";
import type { Span } from "./conditional.ts";
import { partOf } from "./part.ts";
import type { Original, Source, Wish } from "./source.ts";

/** Which files are served. */
export interface FileSettings {
  /** The directory that nothing outside of is read. */
  readonly root: string;
  /** What separates a query, which is ignored, from the path; empty where paths have no query. */
  readonly querySeparator: string;
}

/** A file that is open, and proven to lie inside the root. */
interface Opened {
  readonly handle: FileHandle;
  readonly size: number;
  readonly modified: Date;
  readonly etag: string;
}

/** Many originals whole: each read is a trip to another thread, and what comes in pieces is copied together. */
const CHUNK_BYTES = 512 * 1024;

/** Without O_NONBLOCK, opening a FIFO waits until somebody writes to it. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const TYPES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.values(FORMATS).map(({ extension, mime }) => [extension, mime])),
  ".jpeg": FORMATS.jpeg.mime,
  ".tif": FORMATS.tiff.mime,
  ".heif": FORMATS.heic.mime,
};

const unreachable = (detail: string, cause?: unknown): HttpError =>
  new HttpError("source_unreachable", detail, { cause });

/** The path that a `local://` URL names below the root, with a leading slash and without dot segments. */
function readPath(url: string, { querySeparator }: FileSettings): string {
  const [, raw = ""] = /^local:\/\/[^/]*(\/.*)$/is.exec(url) ?? [];
  const cut = querySeparator === "" ? -1 : raw.indexOf(querySeparator);
  const path = cut === -1 ? raw : raw.slice(0, cut);
  if (path.includes("\0") || path.includes("\\")) {
    throw unreachable(`expected a path without NUL and backslash, got ${JSON.stringify(path)}`);
  }
  const clean = posix.normalize(`/${path}`);
  if (clean.endsWith("/")) throw unreachable(`expected the path of a file, got ${JSON.stringify(path)}`);
  return clean;
}

const isInside = (path: string, root: string): boolean =>
  path.startsWith(root.endsWith("/") ? root : `${root}/`);

/** Where an open file really lies; asked after opening, because a path can be exchanged at any time before. */
async function placeOf(handle: FileHandle, path: string, { dev, ino }: BigIntStats): Promise<string> {
  try {
    return await readlink(`/proc/self/fd/${handle.fd}`);
  } catch {
    // Only Linux tells. Elsewhere: the path, if it still leads to the file that is open.
    const place = await realpath(path);
    const found = await stat(place, { bigint: true });
    if (found.dev === dev && found.ino === ino) return place;
    throw unreachable(`expected ${path} to stay the same file while it was opened`);
  }
}

/** Throws where an open file is none of the regular files inside the root. */
async function inspect(handle: FileHandle, path: string, root: string): Promise<BigIntStats> {
  const facts = await handle.stat({ bigint: true });
  if (!facts.isFile()) throw unreachable(`expected ${path} to be a regular file`);
  if (isInside(await placeOf(handle, path, facts), root)) return facts;
  throw unreachable(`expected ${path} to lie inside the root`);
}

async function openFile(path: string, settings: FileSettings): Promise<Opened> {
  const root = await realpath(settings.root);
  const real = await realpath(posix.join(root, path));
  if (!isInside(real, root)) throw unreachable(`expected ${path} to lie inside the root, got ${real}`);
  const handle = await open(real, FLAGS);
  try {
    const { size, mtimeNs, mtimeMs } = await inspect(handle, real, root);
    const etag = createHash("sha256").update(`${path}__${size}__${mtimeNs}`).digest("base64url");
    return { handle, size: Number(size), modified: new Date(Number(mtimeMs)), etag: `"${etag}"` };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function* readSpan(
  { handle }: Opened,
  { from, to }: Span,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for (let at = from; at < to;) {
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, to - at));
    const { bytesRead } = await handle.read(buffer, 0, buffer.byteLength, at).catch((cause: unknown) => {
      if (signal.aborted) throw abortReason(signal);
      throw new HttpError("source_incomplete", `expected ${to - at} more bytes of the file`, { cause });
    });
    if (signal.aborted) throw abortReason(signal);
    if (bytesRead === 0) {
      throw new HttpError("source_incomplete", `expected ${to - at} more bytes of the file, got none`);
    }
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function originalOf(file: Opened, type: string, wish: Wish): Original {
  const common = { "content-type": type, "accept-ranges": "bytes" };
  const validators = { etag: file.etag, "last-modified": file.modified.toUTCString() };
  const { status, headers, span } = partOf(file, { common, validators }, wish);
  const bytes = span.to - span.from;
  if (wish.maxBytes > 0 && bytes > wish.maxBytes) throw tooBig(wish.maxBytes, String(bytes));
  // Closing what was only read from has nothing to lose.
  const close = (): void => void file.handle.close().catch(() => undefined);
  return { status, headers, ...untilOver(readSpan(file, span, wish.signal), wish.signal, close) };
}

async function fetchFile(url: string, wish: Wish, settings: FileSettings): Promise<Original> {
  if (wish.signal.aborted) throw abortReason(wish.signal);
  try {
    const path = readPath(url, settings);
    const file = await openFile(path, settings);
    try {
      return originalOf(file, TYPES[posix.extname(path).toLowerCase()] ?? "application/octet-stream", wish);
    } catch (error) {
      await file.handle.close();
      throw error;
    }
  } catch (error) {
    if (error instanceof HttpError) throw error;
    const got = error instanceof Error ? error.message : String(error);
    throw unreachable(`expected a file that can be read, got ${got}`, error);
  }
}

/** Pictures below a directory of this machine: `local:///path`. The path is taken literally; `%` means itself. */
export function fileSource(settings: FileSettings): Source {
  return { fetch: (url, wish) => fetchFile(url, wish, settings) };
}
