/** What servers keep in a store that they share, read past all of them. */
import { GetObjectCommand, ListObjectsV2Command, NoSuchKey } from "@aws-sdk/client-s3";
import { decodeHead, HEAD_LIMIT } from "../../src/cache/entry.ts";
import { sourcePrefix } from "../../src/cache/key.ts";
import type { Head } from "../../src/cache/store.ts";
import type { BucketServer } from "../fixtures/bucket.ts";
import type { RedisServer } from "../fixtures/redis.ts";

/** Resolves to the heads of all that is kept of a source. */
export type Shelf = (source: string) => Promise<readonly Head[]>;

const ENTRIES = "tintype:entry:";
const FOLDER = "entries/";

export const redisShelf =
  ({ client }: RedisServer): Shelf =>
  async (source) => {
    const names = await client.keys(`${ENTRIES}${sourcePrefix(source)}*`);
    const read = names.map(async (name) => {
      const bytes = await client.getBuffer(name);
      return bytes ? decodeHead(name.slice(ENTRIES.length), bytes) : undefined;
    });
    return (await Promise.all(read)).filter((head) => head !== undefined);
  };

export const bucketShelf =
  (server: BucketServer): Shelf =>
  async (source) => {
    const Prefix = `${FOLDER}${sourcePrefix(source).replace("-", "/")}`;
    const list = new ListObjectsV2Command({ Bucket: server.bucket, Prefix });
    const { Contents = [] } = await server.client.send(list);
    const read = Contents.map(async ({ Key = "" }) => {
      const bytes = await beginning(server, Key);
      return bytes && decodeHead(Key.slice(FOLDER.length).replace("/", "-"), bytes);
    });
    return (await Promise.all(read)).filter((head) => head !== undefined);
  };

/** Undefined where it was removed after it was listed. */
async function beginning(
  { client, bucket: Bucket }: BucketServer,
  Key: string,
): Promise<Uint8Array | undefined> {
  const Range = `bytes=0-${HEAD_LIMIT - 1}`;
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, Range }));
    return await Body?.transformToByteArray();
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}
