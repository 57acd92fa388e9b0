import { NOBODYS_KEY } from "./key.ts";
import { Patience, type PatienceSettings } from "./patience.ts";
import type { CacheStore, Entry } from "./store.ts";

/** How a look into a tier ended; `skipped` is one that is not asked, because it did not answer before. */
export type Look = "hit" | "miss" | "error" | "skipped";

export interface TierSettings {
  /** Such as `disk`. */
  readonly name: string;
  readonly store: CacheStore;
  /** How long a look may take. */
  readonly patienceMs: number;
  /** Says which entries are worth a place here; all by default. `costMs` is the time of the processor that they took. */
  readonly admits?: (costMs: number) => boolean;
  readonly onLook?: (tier: string, look: Look) => void;
  readonly onChange?: (tier: string, change: Parameters<PatienceSettings["onChange"]>[0]) => void;
  /** Hears why something could not be kept or removed. */
  readonly onFault?: (tier: string, error: unknown) => void;
}

/** A store in its place in the order. Whatever goes wrong in it never reaches those who look here. */
export interface Tier {
  readonly name: string;
  readonly store: CacheStore;
  find(key: string): Promise<Entry | undefined>;
  /** Keeps an entry, later perhaps. */
  keep(key: string, entry: Entry, costMs: number): Promise<void>;
  drop(key: string): Promise<void>;
  close(): Promise<void>;
}

export function createTier(settings: TierSettings): Tier {
  const { name, store, patienceMs, admits = () => true, onLook, onChange, onFault } = settings;
  const patience = new Patience({
    milliseconds: patienceMs,
    probe: () => store.get(NOBODYS_KEY),
    onChange: (change) => onChange?.(name, change),
  });
  const behind = async (work: () => Promise<void>): Promise<void> => {
    if (patience.lost) return;
    try {
      await work();
    } catch (error) {
      onFault?.(name, error);
    }
  };
  return {
    name,
    store,
    find: async (key) => {
      if (patience.lost) {
        onLook?.(name, "skipped");
        return undefined;
      }
      const outcome = await patience.wait(() => store.get(key));
      onLook?.(name, outcome === undefined ? "error" : outcome.value ? "hit" : "miss");
      return outcome?.value;
    },
    keep: (key, entry, costMs) => (admits(costMs) ? behind(() => store.set(key, entry)) : Promise.resolve()),
    drop: (key) => behind(() => store.delete(key)),
    close: async () => {
      patience.close();
      await store.close();
    },
  };
}
