import { join } from "node:path";
import { blocksOf, Book, namesIn, statsOf } from "./disk-book.ts";
import { codeOf, drop, readOurs, Untrusted, writeWhole } from "./disk-file.ts";
import { openFolder, SHARDS, shardOf } from "./disk-folder.ts";
import { keeper } from "./disk-keeper.ts";
import { decodeEntry, decodeHead, encodeEntry, HEAD_LIMIT, MOST_BESIDES_BODY } from "./entry.ts";
import { isKey, type CacheStore } from "./store.ts";

export interface DiskSettings {
  /** Made when the first entry is written. Several processes may share it. */
  readonly directory: string;
  /** Bytes of all files together, each counted in whole blocks of 4 KiB. */
  readonly maxBytes: number;
  readonly maxFiles: number;
  /** Is told what no caller learns of: what looking after the folder ran into, and every file that could not be trusted. */
  readonly onFault?: (fault: unknown) => void;
}

export interface DiskStore extends CacheStore {
  /** As far as known: it takes a while until all is counted, and others may write to the folder. */
  readonly bytes: number;
  readonly files: number;
  /** Whether all was counted once. */
  readonly swept: boolean;
  /** Begins to count and to look after the folder, in the background. */
  start(): void;
}

/** Largest part of the store that one entry may take: a few giants would leave room for nobody else. */
const LARGEST_SHARE = 1 / 16;

const FULL = new Set(["ENOSPC", "EDQUOT"]);

/**
 * Keeps each entry in a file of its own, `entries/<2 digits>/<key>`, and knows nothing of them by heart, so that it serves as
 * soon as the process runs, however many there are. A file appears whole or not at all. When there is too much, or less than
 * 5 % of the filesystem is free, those that were not used for longest go, until 95 % is left; what is the oldest is told by
 * samples. Entries of more than a sixteenth of `maxBytes` are not kept. Rejects with what the system says, and is well again
 * when the folder is. Throws an Error where the directory is a link or another user's.
 */
export function diskStore(settings: DiskSettings): DiskStore {
  const { directory, maxBytes, maxFiles, onFault = () => undefined } = settings;
  const folder = openFolder(directory);
  const book = new Book();
  const keeping = keeper({ folder, book, maxBytes, maxFiles, onFault });
  const writing = new Set<Promise<void>>();
  const mostBodyBytes = maxBytes * LARGEST_SHARE;

  const pathOf = (key: string): string => {
    if (!isKey(key)) throw new Error(`expected a key, got ${JSON.stringify(key)}`);
    return join(folder.pathOf(shardOf(key)), key);
  };

  const remove = async (key: string): Promise<void> => {
    const path = pathOf(key);
    const stats = await statsOf(path);
    if (!stats) return;
    await drop(path);
    book.add(shardOf(key), { bytes: -blocksOf(stats.size), files: -1 });
  };

  const read = async <T>(
    key: string,
    decode: (key: string, bytes: Uint8Array) => T | undefined,
    reading: { readonly enough?: number; readonly isUse?: boolean },
  ): Promise<T | undefined> => {
    const path = pathOf(key);
    try {
      const bytes = await readOurs(path, { mostBytes: mostBodyBytes + MOST_BESIDES_BODY, ...reading });
      const decoded = bytes && decode(key, bytes);
      if (bytes && !decoded) throw new Untrusted(`expected the entry of ${key}, whole, got something else`);
      return decoded;
    } catch (fault) {
      if (!(fault instanceof Untrusted)) throw fault;
      onFault(fault);
      await remove(key).catch(onFault);
      return undefined;
    }
  };

  const write = async (key: string, chunks: readonly Uint8Array[]): Promise<void> => {
    const path = pathOf(key);
    const shard = shardOf(key);
    const before = await statsOf(path);
    // Nothing can be renamed onto a folder.
    if (before?.isDirectory()) await drop(path);
    try {
      await writeWhole(folder.pathOf(shard), key, chunks);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      await folder.make(shard);
      await writeWhole(folder.pathOf(shard), key, chunks);
    }
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const bytes = blocksOf(length) - (before ? blocksOf(before.size) : 0);
    book.add(shard, { bytes, files: before ? 0 : 1 });
    keeping.tidy();
  };

  const set: CacheStore["set"] = async (key, entry) => {
    if (entry.body.length > mostBodyBytes) return remove(key);
    const written = write(key, encodeEntry(key, entry));
    writing.add(written);
    try {
      await written;
    } catch (error) {
      if (FULL.has(codeOf(error) ?? "")) keeping.tidy(true);
      throw error;
    } finally {
      writing.delete(written);
    }
  };

  return {
    get bytes() {
      return book.total.bytes;
    },
    get files() {
      return book.total.files;
    },
    get swept() {
      return keeping.swept;
    },
    start: keeping.start,
    get: (key) => read(key, decodeEntry, { isUse: true }),
    set,
    delete: remove,
    keys: async function* (prefix) {
      for (const shard of SHARDS) {
        if (!shard.startsWith(prefix.slice(0, 2))) continue;
        for (const name of await namesIn(folder.pathOf(shard)))
          if (isKey(name) && shardOf(name) === shard && name.startsWith(prefix)) yield name;
      }
    },
    head: (key) => read(key, decodeHead, { enough: HEAD_LIMIT }),
    close: async () => {
      await Promise.allSettled(writing);
      await keeping.close();
    },
  };
}
