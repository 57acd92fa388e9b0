import type { PurgeBoard } from "./purge.ts";
import { s3Board } from "./s3-board.ts";
import { openBucket, type BucketSettings } from "./s3-bucket.ts";
import { s3Store } from "./s3-store.ts";
import type { CacheStore } from "./store.ts";

export interface S3CacheSettings extends BucketSettings {
  /** What the names of all objects begin with; empty, or with a slash at its end. */
  readonly prefix: string;
}

/** All that replicas share in a bucket. */
export interface S3Cache {
  readonly store: CacheStore;
  readonly board: PurgeBoard;
  /** Ends every connection, as closing the store or the board does too. */
  close(): Promise<void>;
}

/**
 * Opens a bucket that is there, in Amazon S3 or what is compatible with it. Needs the rights to get, put, delete and list:
 * without the last, S3 says of what is not there that it is forbidden. Rejects where the SDK is missing.
 */
export async function openS3(settings: S3CacheSettings): Promise<S3Cache> {
  const bucket = await openBucket(settings);
  return {
    store: s3Store(bucket, settings.prefix),
    board: s3Board(bucket, settings.prefix),
    close: () => bucket.close(),
  };
}
