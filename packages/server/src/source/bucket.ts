import { posix } from "node:path";
import { Readable } from "node:stream";
import { HttpError } from "../errors.ts";
import { type Answer, originalOf } from "./answer.ts";
import { Budget } from "./budget.ts";
import type { Original, Source, Wish } from "./source.ts";

/** What all object stores are set up with. */
export interface BucketSettings {
  /** What separates the query from the key; empty where keys have no query. */
  readonly querySeparator: string;
  /** Buckets that may be asked; empty for all. A denied one is not asked even where it stands here. */
  readonly allowedBuckets: readonly string[];
  readonly deniedBuckets: readonly string[];
  /** For credentials, connecting, headers and body together. */
  readonly downloadTimeoutSeconds: number;
  /** For connecting alone. */
  readonly connectTimeoutSeconds: number;
  /** Bytes a second that a body must bring after its first moments; none by default. */
  readonly leastRate?: number;
}

/** What a URL such as `s3://bucket/key?query` names; nothing of it is decoded. */
export interface Located {
  readonly bucket: string;
  readonly key: string;
  /** Empty where there is none. */
  readonly query: string;
}

/** One kind of object store: all that differs between them. */
export interface Store {
  /** Tells whether a bucket can have this name at all. */
  readonly names: (bucket: string) => boolean;
  /**
   * Asks for an object until `signal` aborts. Throws HttpError for what has a status of its own; everything else that it
   * throws means that the store cannot be reached.
   */
  readonly ask: (located: Located, wish: Wish, signal: AbortSignal) => Promise<Answer>;
  /** Ends every connection. */
  readonly close: () => Promise<void>;
}

/** A source that holds connections open. */
export interface BucketSource extends Source {
  /** Ends every connection. */
  close(): Promise<void>;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const unreachable = (detail: string, cause?: unknown): HttpError =>
  new HttpError("source_unreachable", detail, { cause });

/** An answer without a body; what it said of its own body, which nobody is to see, is left out. */
export function bodiless(
  statusCode: number,
  {
    "content-length": _length,
    "content-type": _type,
    "content-encoding": _encoding,
    ...headers
  }: Answer["headers"],
): Answer {
  return { statusCode, headers, body: Readable.from([]) };
}

/** Opens something once, on first use; what could not be opened is tried anew the next time. */
export function onFirstUse<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => {
    if (opened) return opened;
    const opening = open();
    opened = opening;
    opening.catch(() => (opened = undefined));
    return opening;
  };
}

function readLocated(url: string, separator: string): Located {
  const [, bucket = "", rest = ""] = /^[^:]*:\/\/([^/]*)\/*(.*)$/s.exec(url) ?? [];
  const cut = separator === "" ? -1 : rest.indexOf(separator);
  if (cut === -1) return { bucket, key: rest, query: "" };
  return { bucket, key: rest.slice(0, cut), query: rest.slice(cut + separator.length) };
}

/** Keys that lead out of their bucket where someone on the way takes dots for a path. */
const leaves = (key: string): boolean => /^\.{0,2}(?:\/|$)/.test(posix.normalize(key));

function checkLocated({ bucket, key }: Located, store: Store, settings: BucketSettings): void {
  const { allowedBuckets, deniedBuckets } = settings;
  const name = JSON.stringify(bucket);
  if (!store.names(bucket)) throw unreachable(`expected the name of a bucket, got ${name}`);
  if (allowedBuckets.length > 0 && !allowedBuckets.includes(bucket)) {
    throw unreachable(`expected an allowed bucket, got ${name}`);
  }
  if (deniedBuckets.includes(bucket)) throw unreachable(`expected a bucket that is not denied, got ${name}`);
  if (key === "" || leaves(key))
    throw unreachable(`expected the key of an object, got ${JSON.stringify(key)}`);
}

/** An answer, or the signal's reason; an answer that comes too late is let go. */
function within(asked: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const reason = (): Error => signal.reason as Error; // A budget gives no other.
    const leave = (): void => reject(reason());
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    asked.then((answer) => {
      // Whoever reads the body learns of its error; a body that nobody reads must not bring the process down.
      answer.body.on("error", () => undefined);
      const release = (): void => void answer.body.destroy(reason());
      if (signal.aborted) release();
      else signal.addEventListener("abort", release, { once: true });
      resolve(answer);
    }, reject);
  });
}

async function fetchObject(
  url: string,
  wish: Wish,
  { store, settings }: { store: Store; settings: BucketSettings },
): Promise<Original> {
  const located = readLocated(url, settings.querySeparator);
  checkLocated(located, store, settings);
  const { downloadTimeoutSeconds: seconds } = settings;
  const late = new HttpError("source_timeout", `expected the whole object within ${seconds} s`);
  const budget = new Budget(seconds, wish.signal, { late, leastRate: settings.leastRate });
  try {
    return originalOf(await within(store.ask(located, wish, budget.signal), budget.signal), wish, budget);
  } catch (error) {
    const refusal = budget.refusal ?? error;
    budget.end();
    if (refusal instanceof HttpError) throw refusal;
    throw unreachable(`expected an object, got: ${messageOf(error)}`, error);
  }
}

/**
 * Pictures in the buckets of an object store. Its endpoint is the operator's word, so no gate is asked about addresses;
 * which buckets of it may be asked is checked here.
 */
export function bucketSource(settings: BucketSettings, store: Store): BucketSource {
  return { fetch: (url, wish) => fetchObject(url, wish, { store, settings }), close: store.close };
}
