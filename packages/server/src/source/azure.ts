import { Readable } from "node:stream";
import type { BlobClient, BlobDownloadResponseParsed, Pipeline } from "@azure/storage-blob";
import { peer } from "../peer.ts";
import { type Answer, refusalOf } from "./answer.ts";
import {
  type BucketSettings,
  type BucketSource,
  type Located,
  bodiless,
  bucketSource,
  onFirstUse,
} from "./bucket.ts";
import { partOf } from "./part.ts";
import { isConditional, type Wish } from "./source.ts";

/** Which account of Azure Blob Storage is asked, and by whom. */
export interface AzureSettings extends BucketSettings {
  /** The storage account. */
  readonly name: string;
  /** The account's key; empty for Azure's usual chain: environment, workload and managed identities, command line. */
  readonly key: string;
  /** Empty for the account's own. */
  readonly endpoint: string;
}

/** Azure's rules for names of containers, and the two that it has of its own. */
const CONTAINER = /^(?:\$root|\$web|(?=.{3,63}$)[a-z\d]+(?:-[a-z\d]+)*)$/;
/** One retry, which an idle connection that the store has closed needs. */
const MOST_ATTEMPTS = 2;
const PURPOSE = "read abs:// sources";

const loadSdk = () => peer("@azure/storage-blob", PURPOSE, () => import("@azure/storage-blob"));
const loadIdentity = () =>
  peer("@azure/identity", `${PURPOSE} without a key`, () => import("@azure/identity"));

async function openPipeline({ name, key }: AzureSettings): Promise<Pipeline> {
  const { newPipeline, StorageSharedKeyCredential } = await loadSdk();
  const credential =
    key === ""
      ? new (await loadIdentity()).DefaultAzureCredential()
      : new StorageSharedKeyCredential(name, key);
  const options = {
    retryOptions: { maxTries: MOST_ATTEMPTS, retryDelayInMs: 100 },
    // Not in the SDK's types, but handed on to the policy that follows redirects.
    redirectOptions: { maxRetries: 0 },
  };
  return newPipeline(credential, options);
}

/** The client of one object; its URL is written here, because the SDK's own way would resolve dots in keys. */
async function blobOf(
  { bucket, key }: Located,
  pipeline: Pipeline,
  { name, endpoint }: AzureSettings,
): Promise<BlobClient> {
  const { BlobClient } = await loadSdk();
  const base = (endpoint || `https://${name}.blob.core.windows.net`).replace(/\/+$/, "");
  return new BlobClient(`${base}/${bucket}/${encodeURIComponent(key)}`, pipeline);
}

interface Properties {
  readonly etag?: string;
  readonly lastModified?: Date;
  readonly contentLength?: number;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly cacheControl?: string;
}

const validatorsOf = ({ etag, lastModified, cacheControl }: Properties): Record<string, string> =>
  given({ etag, "last-modified": lastModified?.toUTCString(), "cache-control": cacheControl });

const headersOf = (properties: Properties): Record<string, string> =>
  given({
    "accept-ranges": "bytes",
    "content-type": properties.contentType,
    "content-encoding": properties.contentEncoding,
    ...validatorsOf(properties),
  });

const given = (headers: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

function bodyOf({ readableStreamBody: body }: BlobDownloadResponseParsed): Readable {
  if (body instanceof Readable) return body;
  throw new Error("expected a body that can be read, got none");
}

async function download(blob: BlobClient, abortSignal: AbortSignal): Promise<Answer> {
  const found = await blob.download(0, undefined, { abortSignal });
  const length = found.contentLength?.toString();
  return { statusCode: 200, headers: { ...headersOf(found), "content-length": length }, body: bodyOf(found) };
}

/** Looks first: Azure knows neither lists of ETags nor a range from the end. */
async function downloadPart(blob: BlobClient, wish: Wish, abortSignal: AbortSignal): Promise<Answer> {
  const found = await blob.getProperties({ abortSignal });
  const { etag = "", lastModified: modified = new Date(NaN), contentLength: size = 0 } = found;
  const wanted = { common: headersOf(found), validators: validatorsOf(found) };
  const { status, headers, span } = partOf({ etag, modified, size }, wanted, wish);
  if (span.from === span.to) return bodiless(status, headers);
  const conditions = { ifMatch: etag };
  const part = await blob.download(span.from, span.to - span.from, { abortSignal, conditions });
  return { statusCode: status, headers, body: bodyOf(part) };
}

const isPlain = (wish: Wish): boolean =>
  !isConditional(wish) && (wish.mode === "picture" || wish.headers["range"] === undefined);

/** Throws what an error of the SDK means. */
function refuse(error: unknown): never {
  if (!(error instanceof Error) || !("statusCode" in error)) throw error;
  const { statusCode: status, message } = error;
  if (typeof status !== "number") throw error;
  const code = "code" in error ? String(error.code) : error.name;
  throw refusalOf(status, `expected an object, got ${status} ${code}: ${message}`, { cause: error });
}

/** Pictures in Azure Blob Storage: `abs://container/key`. */
export function azureSource(settings: AzureSettings): BucketSource {
  const open = onFirstUse(() => openPipeline(settings));
  return bucketSource(settings, {
    names: (bucket) => CONTAINER.test(bucket),
    ask: async (located, wish, signal) => {
      const blob = await blobOf(located, await open(), settings);
      try {
        return await (isPlain(wish) ? download(blob, signal) : downloadPart(blob, wish, signal));
      } catch (error) {
        return refuse(error);
      }
    },
    // The SDK keeps its connections to itself; idle ones keep no process alive.
    close: () => Promise.resolve(),
  });
}
