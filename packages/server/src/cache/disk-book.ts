import type { Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { drop, isAbandoned, isOwn, isTemporary, unlessMissing } from "./disk-file.ts";
import type { Folder } from "./disk-folder.ts";
import { isKey } from "./store.ts";

/** What files take together. */
export interface Count {
  /** In whole blocks, as disks count. */
  readonly bytes: number;
  readonly files: number;
}

/** The file of an entry. */
export interface Found {
  readonly shard: string;
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970, to the hour. */
  readonly usedAt: number;
}

const BLOCK_BYTES = 4096;

/** What a file of a length takes on disk: hardly any filesystem has smaller blocks. */
export const blocksOf = (length: number): number => Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES;

/**
 * What each shard holds, as far as is known: what was counted there, and what this process has done since. Other processes
 * write to the same folder, so every shard is counted again from time to time.
 */
export class Book {
  readonly #shards = new Map<string, Count>();

  get total(): Count {
    let [bytes, files] = [0, 0];
    for (const count of this.#shards.values()) {
      bytes += count.bytes;
      files += count.files;
    }
    return { bytes, files };
  }

  /** Shards that hold something. */
  get filled(): string[] {
    return [...this.#shards].filter(([, { files }]) => files > 0).map(([shard]) => shard);
  }

  /** Adds; negative for what is gone. */
  add(shard: string, change: Count): void {
    const { bytes, files } = this.#shards.get(shard) ?? { bytes: 0, files: 0 };
    const sum = { bytes: Math.max(0, bytes + change.bytes), files: Math.max(0, files + change.files) };
    this.#shards.set(shard, sum);
  }

  /** Replaces what was known of a shard. */
  set(shard: string, count: Count): void {
    this.#shards.set(shard, count);
  }
}

/**
 * Looks at every file of a shard, one after another, so that requests find the disk free; writes what it holds into the book,
 * and removes what is left of writes that nobody will finish and what bears a key but cannot be an entry. Other files
 * are neither counted nor touched. Rejects with what the system says.
 */
export async function survey(folder: Folder, shard: string, book: Book): Promise<readonly Found[]> {
  const path = folder.pathOf(shard);
  const found: Found[] = [];
  let bytes = 0;
  for (const name of await namesIn(path)) {
    if (!isKey(name) && !isTemporary(name)) continue;
    const file = join(path, name);
    const stats = await statsOf(file);
    if (!stats) continue;
    const isFile = stats.isFile() && isOwn(stats);
    if (isTemporary(name) ? isAbandoned(name, stats) : !isFile) await drop(file);
    else if (isKey(name)) {
      found.push({ shard, path: file, bytes: blocksOf(stats.size), usedAt: stats.mtimeMs });
      bytes += blocksOf(stats.size);
    }
  }
  book.set(shard, { bytes, files: found.length });
  return found;
}

/** Names in a folder of ours; none where there is no folder. What lies there instead of one is removed. */
export async function namesIn(path: string): Promise<readonly string[]> {
  const stats = await statsOf(path);
  if (stats?.isDirectory()) return (await unlessMissing(readdir(path))) ?? [];
  if (stats) await drop(path);
  return [];
}

/** Of the link itself, where it is one; undefined where nothing is there. */
export const statsOf = (path: string): Promise<Stats | undefined> => unlessMissing(lstat(path));
