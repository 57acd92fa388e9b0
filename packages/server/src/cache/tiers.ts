import type { Flight } from "../flight.ts";
import type { Purges } from "./purges.ts";
import type { CacheStore, Entry } from "./store.ts";
import type { Look, Tier } from "./tier.ts";

/** A store that answers at once. */
export interface NearStore extends CacheStore {
  find(key: string): Entry | undefined;
}

export interface TiersSettings {
  /** In this process; the others are asked only for what it does not have. */
  readonly near?: NearStore | undefined;
  /** In the order in which they are asked: the cheapest first. */
  readonly far: readonly Tier[];
  readonly purges: Pick<Purges, "covers" | "generation">;
  /** Looks at what comes from afar, where others may write. What is not sound is dropped. */
  readonly isSound: (entry: Entry) => boolean;
  readonly lookups: Flight<Entry | undefined>;
  readonly onLook?: (tier: string, look: Look) => void;
  /** Runs a search of the far tiers, and may watch it. */
  readonly around?: <T>(search: () => Promise<T>) => Promise<T>;
}

/** The name of the near tier in figures. */
const NEAR = "memory";
/** Bytes that wait to be written; what comes on top of them is not kept afar. */
const MOST_PENDING_BYTES = 64 * 1024 ** 2;
const NEVER = new AbortController().signal;

/** Places to keep things, the nearer in front of the farther. Nothing here rejects. */
export class Tiers {
  readonly #settings: TiersSettings;
  readonly #pending = new Set<Promise<unknown>>();
  /** What is on its way to the far tiers, and can be found meanwhile. */
  readonly #unwritten = new Map<string, Entry>();
  /** The latest work on each key. */
  readonly #turns = new Map<string, Promise<unknown>>();
  #pendingBytes = 0;

  constructor(settings: TiersSettings) {
    this.#settings = settings;
  }

  /** The entry whose source was asked last (RFC 9111, section 4), and that no purge covers. The near tier is asked in the same tick. */
  find(key: string, isEnough: (entry: Entry) => boolean): Entry | undefined | Promise<Entry | undefined> {
    const near = this.#near(key);
    if (near && isEnough(near)) return near;
    return this.#afar(key, isEnough, near);
  }

  /** What was put into the near tier since somebody looked. */
  #near(key: string): Entry | undefined {
    const { near, purges, onLook } = this.#settings;
    const entry = near?.find(key) ?? this.#unwritten.get(key);
    if (near) onLook?.(NEAR, entry ? "hit" : "miss");
    if (entry && purges.covers(entry.head)) {
      void near?.delete(key);
      return undefined;
    }
    return entry;
  }

  async #afar(key: string, isEnough: (entry: Entry) => boolean, near?: Entry): Promise<Entry | undefined> {
    const { far, lookups, purges, around = runs } = this.#settings;
    if (far.length === 0) return near;
    const trip = `${key}#${purges.generation}`;
    const found = await lookups.share(trip, () => around(() => this.#search(key, isEnough)), NEVER);
    // Somebody may have put it into the near tier while we looked further away.
    return later(later(near, this.#near(key)), found);
  }

  async #search(key: string, isEnough: (entry: Entry) => boolean): Promise<Entry | undefined> {
    const { near, far, purges } = this.#settings;
    let best: Entry | undefined;
    const without: Tier[] = [];
    for (const tier of far) {
      const entry = await tier.find(key);
      if (entry && (purges.covers(entry.head) || !this.#settings.isSound(entry))) void tier.drop(key);
      else best = later(best, entry);
      if (best && isEnough(best)) break;
      without.push(tier);
    }
    if (best === undefined) return undefined;
    const entry = best;
    // What was put there while we looked may be newer.
    if (later(near?.find(key), entry) === entry) void near?.set(key, entry);
    if (isEnough(entry))
      void this.#inTurn(key, entry.body.byteLength, () =>
        Promise.all(without.map((tier) => tier.keep(key, entry, Infinity))),
      );
    return entry;
  }

  /** Keeps an entry near at once, and afar behind the answer; resolves when all have it or have failed to. */
  async keep(key: string, entry: Entry, costMs: number): Promise<void> {
    const { near, far, purges } = this.#settings;
    if (purges.covers(entry.head)) return;
    this.#unwritten.set(key, entry);
    await near?.set(key, entry);
    await this.#inTurn(key, entry.body.byteLength, async () => {
      // What was replaced or dropped while it waited for its turn is not written any more.
      if (this.#unwritten.get(key) === entry)
        await Promise.all(far.map((tier) => tier.keep(key, entry, costMs)));
    });
    if (this.#unwritten.get(key) === entry) this.#unwritten.delete(key);
  }

  drop(key: string): void {
    const { near, far } = this.#settings;
    this.#unwritten.delete(key);
    void near?.delete(key);
    void this.#inTurn(key, 0, () => Promise.all(far.map((tier) => tier.drop(key))));
  }

  /** Resolves when nothing is left to be written. */
  async flush(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
  }

  /** All stores by name, those that others share last. */
  stores(): readonly (readonly [string, CacheStore])[] {
    const { near, far } = this.#settings;
    return [
      ...(near ? [[NEAR, near] as const] : []),
      ...far.map(({ name, store }) => [name, store] as const),
    ];
  }

  async close(): Promise<void> {
    await this.flush();
    await Promise.all(this.#settings.far.map((tier) => tier.close()));
  }

  /** Work for one key is done in the order in which it came: two writes of one file would end in either. */
  async #inTurn(key: string, bytes: number, work: () => Promise<unknown>): Promise<void> {
    const before = this.#turns.get(key);
    const done = this.#behind(bytes, async () => {
      await before;
      await work();
    });
    this.#turns.set(key, done);
    await done;
    if (this.#turns.get(key) === done) this.#turns.delete(key);
  }

  /** After the answer; never rejects. */
  #behind(bytes: number, work: () => Promise<unknown>): Promise<unknown> {
    if (this.#settings.far.length === 0 || this.#pendingBytes + bytes > MOST_PENDING_BYTES)
      return Promise.resolve();
    this.#pendingBytes += bytes;
    const done = new Promise<void>((resolve) => setImmediate(resolve))
      .then(work)
      .catch(() => undefined)
      .finally(() => {
        this.#pendingBytes -= bytes;
        this.#pending.delete(done);
      });
    this.#pending.add(done);
    return done;
  }
}

const runs = <T>(search: () => Promise<T>): Promise<T> => search();

const later = (one: Entry | undefined, other: Entry | undefined): Entry | undefined =>
  (other?.head.askedAt ?? -Infinity) > (one?.head.askedAt ?? -Infinity) ? other : one;
