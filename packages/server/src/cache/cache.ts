import type { Flight } from "../flight.ts";
import { HttpError } from "../errors.ts";
import { covers, type Purge } from "./purge.ts";
import type { Purges } from "./purges.ts";
import type { Refusals } from "./refusals.ts";
import type { CacheStore, Entry } from "./store.ts";
import type { Tiers } from "./tiers.ts";
import type { Turns } from "./turns.ts";
import { sourcePrefix } from "./key.ts";

/** What is asked for. */
export interface Wanted {
  readonly key: string;
  /** Put on what is found, too: whoever purges by one of them means this. */
  readonly tags: readonly string[];
  /** Told apart by this, where those who ask for one key cannot share the work. */
  readonly trip?: string;
  /** How old what is found may be at most, whatever its source says. Milliseconds. */
  readonly maxAgeMs?: number;
  /** Milliseconds since 1970. Who asks has something that its source gave then: nothing older, and nothing that is over, will do. */
  readonly since?: number;
}

/** What came of an attempt to renew, or to make, an entry. */
export interface Renewed {
  readonly entry: Entry;
  /** False for what no cache may keep. */
  readonly keep: boolean;
  /** The old body is the new one. */
  readonly unchanged: boolean;
  /** What it cost to make, in milliseconds. */
  readonly costMs: number;
}

/** Makes an entry anew; `kept` is the one whose time is over, if there is one. */
export type Renew = (kept: Entry | undefined, signal: AbortSignal) => Promise<Renewed>;

export interface Found {
  readonly entry: Entry;
  /** `shared`: another request had already begun to make it. */
  readonly state: "hit" | "stale" | "shared" | "miss";
  /** It did not bear all the tags before that it was asked for with. */
  readonly retagged?: true;
}

/** Whether a tier has something, and what is to be done with it: `over` has to be renewed before it is served. */
export type Whereabouts = "fresh" | "stale" | "over" | "purged" | "missing";

export interface Sweep {
  readonly isOurs: (tier: string) => boolean;
  readonly tally: Map<string, number>;
}

export interface CacheSettings {
  readonly tiers: Tiers;
  readonly purges: Purges;
  readonly renewals: Flight<Renewed>;
  readonly refusals: Refusals;
  /** Sees to it that of several replicas one works, where they can talk to each other. */
  readonly turns?: Turns | undefined;
  /** What an error means for what is kept: it outlives the error, or goes with it. */
  readonly survives: (error: HttpError) => boolean;
  /** Seconds for which an error is believed without trying again. */
  readonly refusalSeconds: (error: HttpError) => number;
}

const NEVER = new AbortController().signal;
/** A CDN takes no more on one picture. */
const MOST_TAGS = 50;

/** Decides what is served from where, and when it is made anew. Stores know nothing of this. */
export class Cache {
  readonly #settings: CacheSettings;

  constructor(settings: CacheSettings) {
    this.#settings = settings;
  }

  /** Rejects with what `renew` rejects with, where nothing kept can stand in. */
  async find(wanted: Wanted, renew: Renew, signal: AbortSignal): Promise<Found> {
    const isFresh = freshness(wanted);
    const kept = await this.#settings.tiers.find(wanted.key, isFresh);
    if (kept && isFresh(kept)) return this.#hit(kept, "hit", wanted);
    if (kept && isYoung(kept, wanted) && Date.now() < kept.head.staleUntil) {
      this.#renew(wanted, { kept, renew }, NEVER).catch(() => undefined);
      return this.#hit(kept, "stale", wanted);
    }
    try {
      return await this.#renew(wanted, { kept, renew }, signal);
    } catch (error) {
      const rescues =
        kept && wanted.since === undefined && Date.now() < kept.head.failUntil && !signal.aborted;
      if (rescues && this.#settings.survives(HttpError.from(error))) return this.#hit(kept, "stale", wanted);
      throw error;
    }
  }

  /** Has something made without asking or telling any tier; those who ask for it at the same time share it. */
  async pass(wanted: Wanted, renew: Renew, signal: AbortSignal): Promise<Found> {
    const trip = `past ${tripOf(wanted, this.#settings.purges)}`;
    const { entry, state } = await this.#share(trip, (shared) => renew(undefined, shared), signal);
    return { entry, state };
  }

  /**
   * Removes what a purge covers, and counts it by tier into `tally` while it goes on. `isOurs` tells which tiers to
   * sweep. Rejects at the end where a tier could not be swept.
   */
  async sweep(purge: Purge, { isOurs, tally }: Sweep): Promise<void> {
    const { tiers, refusals } = this.#settings;
    refusals.clear();
    await tiers.flush();
    const prefix = purge.scope.kind === "source" ? sourcePrefix(purge.scope.value) : "";
    const swept = tiers.stores().map(async ([name, store]) => {
      if (!isOurs(name)) return;
      const count = (): void => void tally.set(name, (tally.get(name) ?? 0) + 1);
      await eachOf(store.keys(prefix), async (key) => {
        if (await remove(store, key, purge)) count();
      });
    });
    const failed = (await Promise.allSettled(swept)).find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  /** What each tier has under a key, and whether that may be served. */
  async whereabouts(key: string): Promise<Readonly<Record<string, Whereabouts>>> {
    const { tiers, purges } = this.#settings;
    const now = Date.now();
    const found = tiers.stores().map(async ([name, store]): Promise<[string, Whereabouts]> => {
      const head = await store.head(key).catch(() => undefined);
      if (!head) return [name, "missing"];
      if (purges.covers(head)) return [name, "purged"];
      return [name, now < head.freshUntil ? "fresh" : now < head.staleUntil ? "stale" : "over"];
    });
    return Object.fromEntries(await Promise.all(found));
  }

  /** What is known of an entry beside its body, wherever it is. */
  async about(key: string): Promise<unknown> {
    return (await this.#settings.tiers.find(key, () => true))?.head.about;
  }

  /** Puts tags on what is kept, if anything is. */
  async tag({ key, tags }: Wanted): Promise<void> {
    const kept = await this.#settings.tiers.find(key, () => true);
    if (kept) this.#hit(kept, "hit", { key, tags });
  }

  close(): Promise<void> {
    return this.#settings.tiers.close();
  }

  #hit(entry: Entry, state: Found["state"], { key, tags }: Wanted): Found {
    const fresh = tags.filter((tag) => !entry.head.tags.includes(tag));
    // What no cache may keep has no lifetime, and is not kept for its tags either.
    if (fresh.length === 0 || entry.head.freshUntil === 0) return { entry, state };
    const tagged = withTags(entry, fresh);
    void this.#settings.tiers.keep(key, tagged, Infinity);
    return { entry: tagged, state, retagged: true };
  }

  async #renew(
    wanted: Wanted,
    { kept, renew }: { readonly kept: Entry | undefined; readonly renew: Renew },
    signal: AbortSignal,
  ): Promise<Found> {
    const { purges, refusals } = this.#settings;
    const refusal = refusals.find(wanted.key);
    if (refusal) throw refusal;
    const make = (shared: AbortSignal): Promise<Renewed> => this.#make(wanted, { kept, renew }, shared);
    const { entry, unchanged, state } = await this.#share(tripOf(wanted, purges), make, signal);
    return this.#hit(entry, unchanged ? "hit" : state, wanted);
  }

  /** Work that others may have begun; `miss` where it is ours. */
  async #share(trip: string, work: (signal: AbortSignal) => Promise<Renewed>, signal: AbortSignal) {
    const mine = { began: false };
    const start = (shared: AbortSignal): Promise<Renewed> => {
      mine.began = true;
      return work(shared);
    };
    const renewed = await this.#settings.renewals.share(trip, start, signal);
    return { ...renewed, state: mine.began ? ("miss" as const) : ("shared" as const) };
  }

  async #make(
    wanted: Wanted,
    { kept, renew }: { readonly kept: Entry | undefined; readonly renew: Renew },
    signal: AbortSignal,
  ): Promise<Renewed> {
    const { tiers, turns, survives, refusals, refusalSeconds } = this.#settings;
    const { key, tags } = wanted;
    const isFresh = freshness(wanted);
    const look = async (): Promise<Entry | undefined> => {
      const entry = await tiers.find(key, isFresh);
      return entry && isFresh(entry) ? entry : undefined;
    };
    const turn = await turns?.take(key, look, signal);
    if (turn && "entry" in turn) return { entry: turn.entry, keep: false, unchanged: true, costMs: 0 };
    try {
      const renewed = await renew(kept, signal);
      const entry = withTags(renewed.entry, [...(kept?.head.tags ?? []), ...tags]);
      // Those who wait for their turn must find it.
      if (renewed.keep) void tiers.keep(key, entry, renewed.costMs).finally(turn?.release);
      else void turn?.release();
      return { ...renewed, entry };
    } catch (caught) {
      void turn?.release();
      const error = HttpError.from(caught);
      if (!survives(error)) {
        if (kept) tiers.drop(key);
        refusals.keep(key, error, refusalSeconds(error));
      }
      throw error;
    }
  }
}

function withTags({ head, body }: Entry, more: readonly string[]): Entry {
  const tags = [...new Set([...head.tags, ...more])].slice(0, MOST_TAGS);
  return { head: { ...head, tags }, body };
}

/** Work that began before a purge is none to join after it. */
const tripOf = ({ key, trip = "" }: Wanted, { generation }: Purges): string => `${key}#${generation}#${trip}`;

const isYoung = ({ head }: Entry, { maxAgeMs = Infinity, since = -Infinity }: Wanted): boolean =>
  Date.now() < head.askedAt + maxAgeMs && head.askedAt >= since;

const freshness =
  (wanted: Wanted) =>
  (entry: Entry): boolean =>
    Date.now() < entry.head.freshUntil && isYoung(entry, wanted);

const MOST_AT_A_TIME = 16;

/** Works through what comes, several at a time: a store may be far away. */
async function eachOf<T>(items: AsyncIterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const working = new Set<Promise<void>>();
  for await (const item of items) {
    const done = work(item).finally(() => working.delete(done));
    working.add(done);
    if (working.size >= MOST_AT_A_TIME) await Promise.race(working);
  }
  await Promise.all(working);
}

/** Whether an entry was there, was covered, and is not there any more. What cannot be read is removed as well. */
async function remove(store: CacheStore, key: string, purge: Purge): Promise<boolean> {
  const head = await store.head(key).catch(() => undefined);
  if (head && !covers(purge, head)) return false;
  await store.delete(key);
  return true;
}
