import { Fifo } from "./fifo.ts";
import type { CacheStore, Entry } from "./store.ts";

export interface MemorySettings {
  /** Bytes for all entries together, what they cost besides their bodies included. */
  readonly maxBytes: number;
}

/** A store whose answers need no waiting for. */
export interface MemoryStore extends CacheStore {
  /** What `get` resolves to. */
  find(key: string): Entry | undefined;
  /** At most `maxBytes`. */
  readonly bytes: number;
  /** Entries. */
  readonly size: number;
}

/** Largest part of the store that one entry may take: a few giants would leave room for nobody else. */
const LARGEST_SHARE = 1 / 8;
/** Part of the store for what has not been asked for again yet. */
const SMALL_SHARE = 0.1;
/** Hits that are counted; more say nothing. */
const MOST_HITS = 3;
/** Hits in the small queue that make an entry worth keeping. */
const WORTHY_HITS = 2;
/** A body whose buffer is larger than so many times itself is copied: it would hold on to all of that. */
const SLACK = 1.25;
/** What objects, keys and their places in maps take, and the name that stays behind for a while. Texts take twice their letters. */
const ENTRY_BYTES = 700;

interface Kept {
  readonly entry: Entry;
  readonly bytes: number;
  hits: number;
}

/**
 * Keeps entries in this process's memory, and forgets those first that were asked for once. S3-FIFO, by bytes: a newcomer waits
 * in a small queue and reaches the main one only if it is asked for there, or again soon after it has left; so a crawler that
 * asks for everything once pushes out little (Yang, Zhang, Qiu, Yue, Rashmi: "FIFO queues are all you need for cache
 * eviction", SOSP 2023). Entries of more than an eighth of `maxBytes` are not kept.
 */
export function memoryStore({ maxBytes }: MemorySettings): MemoryStore {
  const small = new Fifo<Kept>();
  const main = new Fifo<Kept>();
  /** Names of those who left the small queue without a second chance, and what they weighed. */
  const ghost = new Fifo<{ readonly bytes: number }>();

  const bytes = (): number => small.bytes + main.bytes;

  const evictSmall = (): void => {
    const [key, kept] = small.shift() ?? [];
    if (key === undefined || !kept) return;
    if (kept.hits >= WORTHY_HITS) {
      main.push(key, { ...kept, hits: 0 });
      return;
    }
    ghost.push(key, { bytes: kept.bytes });
    while (ghost.bytes > maxBytes * (1 - SMALL_SHARE)) ghost.shift();
  };

  const evictMain = (): void => {
    const [key, kept] = main.shift() ?? [];
    if (key === undefined || !kept || kept.hits === 0) return;
    main.push(key, { ...kept, hits: kept.hits - 1 });
  };

  const makeRoom = (needed: number): void => {
    while (bytes() + needed > maxBytes)
      if (main.size === 0 || small.bytes >= maxBytes * SMALL_SHARE) evictSmall();
      else evictMain();
  };

  const remove = (key: string): [Fifo<Kept>, Kept] | undefined => {
    for (const queue of [small, main]) {
      const kept = queue.take(key);
      if (kept) return [queue, kept];
    }
    return undefined;
  };

  const keep = (key: string, { head, body }: Entry): void => {
    const [queue, before] = remove(key) ?? [];
    const isCut = body.buffer.byteLength > body.length * SLACK;
    const weight = (isCut ? body : body.buffer).byteLength + 2 * JSON.stringify(head).length + ENTRY_BYTES;
    if (weight > maxBytes * LARGEST_SHARE) return;
    const place = queue ?? (ghost.take(key) ? main : small);
    makeRoom(weight);
    const entry = { head, body: isCut ? new Uint8Array(body) : body };
    place.push(key, { entry, bytes: weight, hits: before?.hits ?? 0 });
  };

  const peek = (key: string): Kept | undefined => small.get(key) ?? main.get(key);

  const find = (key: string): Entry | undefined => {
    const kept = peek(key);
    if (kept) kept.hits = Math.min(MOST_HITS, kept.hits + 1);
    return kept?.entry;
  };

  return {
    find,
    get bytes() {
      return bytes();
    },
    get size() {
      return small.size + main.size;
    },
    get: async (key) => Promise.resolve(find(key)),
    set: async (key, entry) => {
      keep(key, entry);
      return Promise.resolve();
    },
    delete: async (key) => {
      remove(key);
      return Promise.resolve();
    },
    keys: async function* (prefix) {
      // Gathered first: an entry that changes queues meanwhile would come twice.
      const keys = [...small.keys(), ...main.keys()].filter((key) => key.startsWith(prefix));
      yield* await Promise.resolve(keys);
    },
    head: async (key) => Promise.resolve(peek(key)?.entry.head),
    close: async () => {
      for (const queue of [small, main, ghost]) queue.clear();
      return Promise.resolve();
    },
  };
}
