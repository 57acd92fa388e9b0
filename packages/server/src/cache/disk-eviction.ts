import { statfs } from "node:fs/promises";
import { survey, type Book, type Count, type Found } from "./disk-book.ts";
import { drop, unlessMissing } from "./disk-file.ts";
import { SHARDS, type Folder } from "./disk-folder.ts";

/** How much is kept. */
export interface Bounds {
  /** In whole blocks, as disks count. */
  readonly maxBytes: number;
  readonly maxFiles: number;
}

/** What is left of a bound when files had to go: removing them one by one would mean looking for the oldest each time. */
const LEFT_SHARE = 0.95;
/** Of a filesystem, what stays free for others, and what is made free once it is less. */
const FREE_SHARE = 0.05;
const FREE_GOAL = 0.06;
/** What is made free at least where the system takes no more, whatever it says of its free space: there may be a quota. */
const LEAST_BYTES = 2 ** 20;
/** Shards that are looked at together. More find the oldest files more surely, at more cost. */
const SAMPLE_SHARDS = 8;
/** Of the files of a sample, the oldest that may go: others have older ones. */
const OLDEST_SHARE = 0.25;

export const isBeyond = ({ bytes, files }: Count, { maxBytes, maxFiles }: Bounds): boolean =>
  bytes > maxBytes || files > maxFiles;

interface Eviction {
  readonly folder: Folder;
  readonly book: Book;
  readonly bounds: Bounds;
  /** Whether the book knows of every shard. */
  readonly isKnown: boolean;
  /** Whether the system has refused to take more. */
  readonly isFull: boolean;
  readonly signal: AbortSignal;
}

/**
 * Removes the files of a few shards that were not used for longest, then those of others, as long as there is too much or
 * the filesystem has too little free, and until the signal aborts. Rejects with what the system says.
 */
export async function evict(eviction: Eviction): Promise<void> {
  const { folder, book, bounds, isKnown, isFull, signal } = eviction;
  const isTooMuch = isBeyond(book.total, bounds);
  let unfreed = isFull ? Math.max(LEAST_BYTES, book.total.bytes * (1 - LEFT_SHARE)) : 0;
  const needNow = async (): Promise<Count> => {
    const { bytes, files } = book.total;
    return {
      bytes: Math.max(
        isTooMuch ? bytes - bounds.maxBytes * LEFT_SHARE : 0,
        await lackingBytes(folder),
        unfreed,
      ),
      files: isTooMuch ? files - bounds.maxFiles * LEFT_SHARE : 0,
    };
  };

  let need = await needNow();
  for (let isFutile = false; !isFutile;) {
    isFutile = true;
    for (const shards of samples(isKnown ? book.filled : SHARDS)) {
      if (signal.aborted || isMet(need)) return;
      const gone = await thin(eviction, shards, need);
      if (gone.files > 0) isFutile = false;
      unfreed -= gone.bytes;
      need = await needNow();
    }
  }
}

const isMet = ({ bytes, files }: Count): boolean => bytes <= 0 && files <= 0;

/** Bytes that a filesystem has too few of. 0 where there is no folder yet. */
async function lackingBytes({ directory }: Folder): Promise<number> {
  const filesystem = await unlessMissing(statfs(directory));
  if (!filesystem) return 0;
  const { bsize, blocks, bavail } = filesystem;
  return bavail < blocks * FREE_SHARE ? (blocks * FREE_GOAL - bavail) * bsize : 0;
}

/** Removes the oldest files of some shards, a part of them at most, and tells what they took. */
async function thin(
  { folder, book, isKnown, signal }: Eviction,
  shards: readonly string[],
  need: Count,
): Promise<Count> {
  const found: Found[] = [];
  for (const shard of shards) found.push(...(await survey(folder, shard, book)));
  found.sort((one, other) => one.usedAt - other.usedAt);
  const { bytes, files } = book.total;
  // Where half of all has to go, a quarter here would mean more of it elsewhere.
  const share = isKnown
    ? Math.max(OLDEST_SHARE, need.bytes / (bytes || 1), need.files / (files || 1))
    : OLDEST_SHARE;
  const gone = { bytes: 0, files: 0 };
  for (const file of found.slice(0, Math.ceil(found.length * share))) {
    const left = { bytes: need.bytes - gone.bytes, files: need.files - gone.files };
    if (signal.aborted || isMet(left)) break;
    await drop(file.path);
    book.add(file.shard, { bytes: -file.bytes, files: -1 });
    gone.bytes += file.bytes;
    gone.files += 1;
  }
  return gone;
}

/** All of them in some order, a few at a time. */
function samples(all: readonly string[]): string[][] {
  const mixed = [...all];
  for (let index = mixed.length - 1; index > 0; index -= 1) {
    const other = Math.floor(Math.random() * (index + 1));
    [mixed[index], mixed[other]] = [mixed[other]!, mixed[index]!];
  }
  const count = Math.ceil(mixed.length / SAMPLE_SHARDS);
  return Array.from({ length: count }, (_, index) =>
    mixed.slice(index * SAMPLE_SHARDS, (index + 1) * SAMPLE_SHARDS),
  );
}
