import { decodeEntry, decodeHead, encodeEntry, HEAD_LIMIT } from "./entry.ts";
import type { Bucket } from "./s3-bucket.ts";
import { isKey, type CacheStore } from "./store.ts";

/** Bytes of an object; larger entries are not kept, and larger objects not read. */
const MOST_BYTES = 64 * 2 ** 20;
const TYPE = "application/octet-stream";

/** Entries under `<prefix>entries/<24 digits>/<40 digits>`, until they are deleted or the bucket's own rules end them. */
export function s3Store(bucket: Bucket, prefix: string): CacheStore {
  const root = `${prefix}entries/`;
  const nameOf = (key: string): string => root + key.replace("-", "/");

  /** What is not understood is dropped, if that can be. */
  const trusted = async <T>(key: string, read: T | undefined): Promise<T | undefined> => {
    if (read === undefined) await bucket.remove(nameOf(key)).catch(() => undefined);
    return read;
  };

  return {
    get: async (key) => {
      const bytes = await bucket.read(nameOf(key), MOST_BYTES);
      return bytes && trusted(key, decodeEntry(key, bytes));
    },
    head: async (key) => {
      const bytes = await bucket.read(nameOf(key), HEAD_LIMIT, "longer");
      return bytes && trusted(key, decodeHead(key, bytes));
    },
    set: (key, entry) => {
      const isHopeless = entry.body.length > MOST_BYTES;
      const bytes = isHopeless ? undefined : Buffer.concat(encodeEntry(key, entry));
      if (!bytes || bytes.length > MOST_BYTES) return bucket.remove(nameOf(key));
      return bucket.write(nameOf(key), bytes, TYPE);
    },
    delete: (key) => bucket.remove(nameOf(key)),
    keys: async function* (start) {
      for await (const names of bucket.list(nameOf(start)))
        for (const name of names) {
          const key = name.slice(root.length).replace("/", "-");
          if (isKey(key) && name === nameOf(key) && key.startsWith(start)) yield key;
        }
    },
    close: () => bucket.close(),
  };
}
