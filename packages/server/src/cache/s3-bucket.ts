import { Readable } from "node:stream";
import type { GetObjectCommandInput } from "@aws-sdk/client-s3";
import { openClient, type ClientSettings } from "../s3-client.ts";

export interface BucketSettings extends ClientSettings {
  readonly bucket: string;
  /** For one call with all its attempts, its body and credentials; 30,000 by default. */
  readonly callTimeoutMs?: number;
}

/** One bucket, whose objects are bytes. Everything rejects with an Error that says what S3 answered, or not in time. */
export interface Bucket {
  /**
   * The first bytes of an object, `most` at most; undefined where there is none of that name. No more than these are asked
   * for where the object is expected to be longer.
   */
  read(name: string, most: number, expected?: "longer"): Promise<Buffer | undefined>;
  write(name: string, bytes: Uint8Array, type: string): Promise<void>;
  /** Resolves as well where there is none. */
  remove(name: string): Promise<void>;
  /** Names that begin so and come after another, in their order, by pages of at most a thousand. */
  list(prefix: string, after?: string): AsyncGenerator<readonly string[]>;
  /** Ends what is under way, and every connection. */
  close(): Promise<void>;
}

/** Rejects where the SDK is missing. */
export async function openBucket(settings: BucketSettings): Promise<Bucket> {
  const { bucket: Bucket, region, callTimeoutMs = 30_000 } = settings;
  const client = await openClient(region, settings, "keep pictures in S3");
  const underWay = new Set<AbortController>();
  let isOpen = true;

  const ask = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    if (!isOpen) throw closed();
    const controller = new AbortController();
    const late = (): void => controller.abort(new Error(`nothing within ${callTimeoutMs} ms`));
    const timer = setTimeout(late, callTimeoutMs);
    underWay.add(controller);
    try {
      return await work(controller.signal);
    } catch (error) {
      const cause: unknown = controller.signal.aborted ? controller.signal.reason : error;
      throw new Error(`expected S3 to answer for bucket "${Bucket}", got ${textOf(cause)}`, { cause });
    } finally {
      clearTimeout(timer);
      underWay.delete(controller);
    }
  };

  const read = async (
    input: GetObjectCommandInput,
    most: number,
    signal: AbortSignal,
  ): Promise<Buffer | undefined> => {
    try {
      const { Body } = await client.get(input, signal);
      if (!(Body instanceof Readable)) throw new Error("no body");
      return await firstBytes(Body, most);
    } catch (error) {
      const { name } = error instanceof Error ? error : new Error();
      if (name === "NoSuchKey") return undefined;
      // An object without bytes has no first ones.
      if (name === "InvalidRange") return Buffer.alloc(0);
      throw error;
    }
  };

  return {
    read: (Key, most, expected) => {
      const input = { Bucket, Key, ...(expected === "longer" && { Range: `bytes=0-${most - 1}` }) };
      return ask((signal) => read(input, most, signal));
    },
    write: (Key, Body, ContentType) =>
      ask((signal) => client.put({ Bucket, Key, Body, ContentType }, signal)),
    remove: (Key) => ask((signal) => client.delete({ Bucket, Key }, signal)),
    list: async function* (Prefix, StartAfter) {
      let ContinuationToken: string | undefined;
      do {
        const input = { Bucket, Prefix, StartAfter, ContinuationToken };
        const page = await ask((signal) => client.list(input, signal));
        yield (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
        ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (ContinuationToken !== undefined);
    },
    close: () => {
      isOpen = false;
      for (const controller of underWay) controller.abort(closed());
      client.close();
      return Promise.resolve();
    },
  };
}

const closed = (): Error => new Error("expected an open bucket, got a closed one");

async function firstBytes(body: Readable, most: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    // Leaving the loop ends the body.
    if (length >= most) break;
  }
  return Buffer.concat(chunks, Math.min(length, most));
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { httpStatusCode } =
    (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata ?? {};
  return httpStatusCode === undefined ? error.message : `${httpStatusCode} ${error.name}: ${error.message}`;
}
