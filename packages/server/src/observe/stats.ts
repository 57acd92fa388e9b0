/** How the server does, in one object: for the operator's listener, the log and `tintype top`. */
import type { Readers, TierSize } from "./readers.ts";
import { createSlowest, type Slow } from "./slowest.ts";
import { Tally, type Counted, type Figures } from "./tally.ts";

export type { Counted, Figures } from "./tally.ts";
export type { Slow } from "./slowest.ts";

/** What `GET /stats` answers. Sizes in bytes. */
export interface Stats {
  /** ISO 8601. */
  readonly time: string;
  readonly uptimeSeconds: number;
  /** The last ten seconds. */
  readonly recent: Figures;
  /** Since the start. */
  readonly total: Figures;
  /** Null where nobody reads it. */
  readonly queue: { readonly length: number; readonly running: number } | null;
  readonly renderers: { readonly ready: number; readonly size: number; readonly restarts: number } | null;
  /** Requests in progress as a percentage of workers; null where nobody reads it. */
  readonly workersUtilization: number | null;
  readonly tiers: readonly TierSize[];
  /** Resident memory of this process, without the renderers. */
  readonly memoryBytes: number;
  /** The slowest pictures of the last minute. */
  readonly slowest: readonly Slow[];
}

export interface StatsOptions extends Readers {
  /** Requests in progress as a percentage of workers. */
  readonly utilization?: () => number;
  /** Milliseconds of a clock that never goes back; `performance.now` by default. */
  readonly now?: () => number;
}

export interface StatsCounter {
  /** Counts an answered request. */
  count(outcome: Counted): void;
  snapshot(): Stats;
}

const WINDOW_SECONDS = 10;
const MOST_SLOW = 10;

interface Second {
  second: number;
  readonly tally: Tally;
}

/** Counts requests since now. */
export function createStats(options: StatsOptions = {}): StatsCounter {
  const { now = () => performance.now(), queue, renderers, utilization, tiers } = options;
  const startedAt = now();
  const total = new Tally();
  const slowest = createSlowest(MOST_SLOW);
  const seconds: Second[] = Array.from({ length: WINDOW_SECONDS }, () => ({
    second: -Infinity,
    tally: new Tally(),
  }));
  return {
    count: (outcome) => {
      const time = now();
      tallyAt(seconds, time).add(outcome);
      total.add(outcome);
      slowest.add(outcome, time);
    },
    snapshot: () => {
      const time = now();
      const uptimeSeconds = (time - startedAt) / 1000;
      return {
        time: new Date().toISOString(),
        uptimeSeconds: Math.round(uptimeSeconds),
        recent: recentOf(seconds, time, uptimeSeconds),
        total: total.figures(uptimeSeconds),
        queue: queue?.() ?? null,
        renderers: renderers?.() ?? null,
        workersUtilization: utilization?.() ?? null,
        tiers: tiers?.() ?? [],
        memoryBytes: process.memoryUsage.rss(),
        slowest: slowest.list(time),
      };
    },
  };
}

function tallyAt(seconds: readonly Second[], time: number): Tally {
  const second = Math.floor(time / 1000);
  const slot = seconds[second % WINDOW_SECONDS]!; // A remainder lies within.
  if (slot.second !== second) {
    slot.second = second;
    slot.tally.clear();
  }
  return slot.tally;
}

/** The second that runs and those before it. */
function recentOf(seconds: readonly Second[], time: number, uptimeSeconds: number): Figures {
  const current = Math.floor(time / 1000);
  const sum = new Tally();
  for (const { second, tally } of seconds) if (second > current - WINDOW_SECONDS) sum.addAll(tally);
  const span = WINDOW_SECONDS - 1 + (time / 1000 - current);
  return sum.figures(Math.min(span, uptimeSeconds));
}
