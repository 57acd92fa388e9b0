import { Readable } from "node:stream";
import type { GetObjectCommandInput, GetObjectCommandOutput } from "@aws-sdk/client-s3";
import { httpDate } from "../message.ts";
import { type Client, type ClientSettings, openClient } from "../s3-client.ts";
import { type Answer, refusalOf } from "./answer.ts";
import {
  type BucketSettings,
  type BucketSource,
  type Located,
  bodiless,
  bucketSource,
  onFirstUse,
} from "./bucket.ts";
import type { Wish } from "./source.ts";

/** What is asked of an S3, and of which one. */
export interface S3Settings extends BucketSettings, ClientSettings {
  /** ARNs of access points by the names that URLs have for them. */
  readonly accessPoints: ReadonlyMap<string, string>;
  /** The key of objects that are encrypted with one of their owner's (SSE-C), 32 bytes. */
  readonly sseCustomerKey: Uint8Array | undefined;
}

/** Amazon's rules for names of buckets, without the upper case that very old ones may have. */
const BUCKET = /^(?!xn--|\d+\.\d+\.\d+\.\d+$)[a-z\d](?:[a-z\d-]|\.(?=[a-z\d])){1,61}[a-z\d]$/;
const PURPOSE = "read s3:// sources";
const REGION = /^[a-z\d-]{1,32}$/;
/** Enough for every bucket that anyone has; what is forgotten is learned again. */
const MOST_LEARNED = 1000;

/** One client for each region, and what is known of where buckets lie. */
class Regions {
  readonly #settings: ClientSettings;
  readonly #clients = new Map<string, () => Promise<Client>>();
  readonly #learned = new Map<string, string>();

  constructor(settings: ClientSettings) {
    this.#settings = settings;
  }

  /** Asks where the bucket is thought to lie, and once more where an answer names another region. */
  async get(input: GetObjectCommandInput, signal: AbortSignal): Promise<GetObjectCommandOutput> {
    const bucket = input.Bucket ?? "";
    const region = this.#learned.get(bucket) ?? this.#settings.region;
    try {
      return await (await this.#client(region)).get(input, signal);
    } catch (error) {
      const named = regionOf(error);
      if (named === undefined || named === region) throw error;
      if (this.#learned.size >= MOST_LEARNED) this.#learned.clear();
      this.#learned.set(bucket, named);
      return (await this.#client(named)).get(input, signal);
    }
  }

  #client(region: string): Promise<Client> {
    const client = this.#clients.get(region) ?? onFirstUse(() => openClient(region, this.#settings, PURPOSE));
    this.#clients.set(region, client);
    return client();
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled([...this.#clients.values()].map((client) => client()));
    for (const client of opened) if (client.status === "fulfilled") client.value.close();
  }
}

/** What the SDK attaches to an error that came as an answer. */
interface Failure extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

const statusOf = (error: unknown): number | undefined =>
  error instanceof Error ? (error as Failure).$metadata?.httpStatusCode : undefined;

const headersOf = (error: unknown): Readonly<Record<string, string>> =>
  (error instanceof Error ? (error as Failure).$response?.headers : undefined) ?? {};

/** The region that a bucket lies in, where an error says so. */
function regionOf(error: unknown): string | undefined {
  const region = headersOf(error)["x-amz-bucket-region"] ?? "";
  const status = statusOf(error);
  return (status === 301 || status === 400) && REGION.test(region) ? region : undefined;
}

/** "Not modified" and "no such bytes" are answers, though the SDK throws them like all that is not 2xx. */
function answerTo(error: unknown, { mode }: Wish): Answer {
  const status = statusOf(error);
  if (!(error instanceof Error) || status === undefined) throw error;
  if (status === 304 || (mode === "relay" && status === 416)) return bodiless(status, headersOf(error));
  throw refusalOf(status, `expected an object, got ${status} ${error.name}: ${error.message}`, {
    cause: error,
  });
}

function conditionsOf({ headers, mode }: Wish): Partial<GetObjectCommandInput> {
  const since = new Date(httpDate(headers["if-modified-since"]));
  const { range: Range, "if-none-match": IfNoneMatch } = headers;
  return {
    // S3 has no If-Range, and the whole object is always a right answer.
    ...(Range !== undefined && mode === "relay" && headers["if-range"] === undefined && { Range }),
    ...(IfNoneMatch !== undefined && { IfNoneMatch }),
    ...(!Number.isNaN(since.getTime()) && { IfModifiedSince: since }),
  };
}

function inputOf({ bucket, key, query }: Located, wish: Wish, settings: S3Settings): GetObjectCommandInput {
  const { accessPoints, sseCustomerKey } = settings;
  return {
    Bucket: accessPoints.get(bucket) ?? bucket,
    Key: key,
    ...(query !== "" && { VersionId: query }),
    ...(sseCustomerKey && {
      SSECustomerAlgorithm: "AES256",
      SSECustomerKey: Buffer.from(sseCustomerKey).toString("base64"),
    }),
    ...conditionsOf(wish),
  };
}

function answerOf(output: GetObjectCommandOutput): Answer {
  if (!(output.Body instanceof Readable)) throw new Error("expected a body that can be read, got none");
  return {
    statusCode: output.$metadata.httpStatusCode ?? 200,
    headers: {
      "content-type": output.ContentType,
      "content-length": output.ContentLength?.toString(),
      "content-encoding": output.ContentEncoding,
      "content-range": output.ContentRange,
      "accept-ranges": output.AcceptRanges,
      etag: output.ETag,
      "last-modified": output.LastModified?.toUTCString(),
      "cache-control": output.CacheControl,
      expires: output.ExpiresString,
    },
    body: output.Body,
  };
}

/** Pictures in Amazon S3 and what is compatible with it: `s3://bucket/key?version`. */
export function s3Source(settings: S3Settings): BucketSource {
  const regions = new Regions(settings);
  return bucketSource(settings, {
    names: (bucket) => BUCKET.test(bucket) || settings.accessPoints.has(bucket),
    ask: async (located, wish, signal) => {
      try {
        return answerOf(await regions.get(inputOf(located, wish, settings), signal));
      } catch (error) {
        return answerTo(error, wish);
      }
    },
    close: () => regions.close(),
  });
}
