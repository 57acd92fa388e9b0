import { safeSource, safeText } from "./safe-text.ts";
import type { Counted } from "./tally.ts";

/** A picture that took long. Times in milliseconds. */
export interface Slow {
  /** Shortened, without userinfo and query. */
  readonly source: string;
  readonly options: string;
  readonly status: number;
  readonly state: string | null;
  readonly milliseconds: number;
  readonly steps: Counted["steps"] | null;
  readonly secondsAgo: number;
}

type Kept = Omit<Slow, "secondsAgo"> & { readonly at: number };

const SLOT_MS = 5000;
const SPAN_MS = 60_000;
const SLOTS = SPAN_MS / SLOT_MS + 1;
const MOST_OPTIONS = 200;

interface Slot {
  began: number;
  readonly kept: Kept[];
}

/** The slowest pictures of the last minute. Times are those of `performance.now()`. */
export interface Slowest {
  add(counted: Counted, now: number): void;
  /** At most `most`, the slowest first. */
  list(now: number): readonly Slow[];
}

/** Keeps the `most` slowest of every few seconds, so that what is quick costs one comparison. */
export function createSlowest(most: number): Slowest {
  const slots: Slot[] = Array.from({ length: SLOTS }, () => ({ began: -Infinity, kept: [] }));
  return {
    add: (counted, now) => {
      if (counted.imageUrl === undefined) return;
      const { kept } = slotAt(slots, now);
      const quickest = kept.at(-1);
      if (kept.length === most && quickest && quickest.milliseconds >= counted.durationMs) return;
      if (kept.length === most) kept.pop();
      const place = kept.findIndex(({ milliseconds }) => milliseconds < counted.durationMs);
      kept.splice(place === -1 ? kept.length : place, 0, keep(counted, counted.imageUrl, now));
    },
    list: (now) =>
      slots
        .flatMap(({ kept }) => kept)
        .filter(({ at }) => now - at <= SPAN_MS)
        .sort((one, other) => other.milliseconds - one.milliseconds)
        .slice(0, most)
        .map(({ at, ...slow }) => ({ ...slow, secondsAgo: Math.round((now - at) / 1000) })),
  };
}

function slotAt(slots: readonly Slot[], now: number): Slot {
  const began = Math.floor(now / SLOT_MS);
  const slot = slots[began % SLOTS]!; // A remainder lies within.
  if (slot.began !== began) {
    slot.began = began;
    slot.kept.length = 0;
  }
  return slot;
}

const keep = (counted: Counted, source: string, at: number): Kept => ({
  source: safeSource(source),
  options: safeText(spelt(counted.options), MOST_OPTIONS),
  status: counted.status,
  state: counted.state ?? null,
  milliseconds: Math.round(counted.durationMs),
  steps: counted.steps ?? null,
  at,
});

const spelt = (options: Counted["options"]): string =>
  typeof options === "string" ? options : options ? JSON.stringify(options) : "";
