import { setTimeout as sleep } from "node:timers/promises";
import { survey, type Book } from "./disk-book.ts";
import { evict, isBeyond, type Bounds } from "./disk-eviction.ts";
import { SHARDS, type Folder } from "./disk-folder.ts";

/** Looks after a folder while others use it. */
export interface Keeper {
  /** Whether every shard was counted once. */
  readonly swept: boolean;
  start(): void;
  /** Makes room, soon, where there is less than there should be. `isFull`: the system has refused to take more. */
  tidy(isFull?: boolean): void;
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

interface Parts extends Bounds {
  readonly folder: Folder;
  readonly book: Book;
  readonly onFault: (fault: unknown) => void;
}

/** Between two shards, once all were counted: every one comes up again after a quarter of an hour. */
const ROUND_MS = 3000;
/** So long what the filesystem said of its free space is believed, and what has failed is not tried again. */
const CALM_MS = 10_000;

/** Counts all shards one by one, then again and again, and removes what is too much. No timer keeps the process alive. */
export function keeper({ folder, book, onFault, ...bounds }: Parts): Keeper {
  const ending = new AbortController();
  const { signal } = ending;
  let swept = false;
  let patrolling: Promise<void> | undefined;
  let tidying: Promise<void> | undefined;
  // Who counts a shard while files of it are removed counts what is gone, and is wrong until it comes by again.
  let counting: Promise<number> | undefined;
  let [askedUntil, failedUntil] = [-Infinity, -Infinity];

  const makeRoom = async (isFull: boolean): Promise<void> => {
    await counting;
    try {
      await evict({ folder, book, bounds, isKnown: swept, isFull, signal });
    } catch (fault) {
      failedUntil = performance.now() + CALM_MS;
      onFault(fault);
    }
    askedUntil = performance.now() + CALM_MS;
    tidying = undefined;
  };

  const tidy = (isFull = false): void => {
    const now = performance.now();
    if (tidying || signal.aborted || now < failedUntil) return;
    if (isFull || now >= askedUntil || isBeyond(book.total, bounds)) tidying = makeRoom(isFull);
  };

  /** Gives how long to leave the disk to others: as long as it was used, so that half of it is theirs at least. */
  const visit = async (shard: string): Promise<number> => {
    const began = performance.now();
    try {
      await survey(folder, shard, book);
    } catch (fault) {
      onFault(fault);
      return ROUND_MS;
    }
    return Math.min(ROUND_MS, performance.now() - began);
  };

  const patrol = async (): Promise<void> => {
    // Two processes that start together should not count the same shards all the time.
    const first = Math.floor(Math.random() * SHARDS.length);
    for (let count = 1; !signal.aborted; count += 1) {
      await tidying;
      counting = visit(SHARDS[(first + count) % SHARDS.length]!);
      const used = await counting;
      swept ||= count >= SHARDS.length;
      tidy();
      await sleep(swept ? ROUND_MS : used, undefined, { ref: false, signal }).catch(() => undefined);
    }
  };

  return {
    get swept() {
      return swept;
    },
    start: () => {
      patrolling ??= patrol();
    },
    tidy,
    close: async () => {
      ending.abort();
      await Promise.all([patrolling, tidying]);
    },
  };
}
