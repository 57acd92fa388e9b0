import type { Fields } from "./fields.ts";
import type { Stats, StatsCounter } from "./stats.ts";

/**
 * Has `say`, such as `log.info`, write a line named `stats` every so many seconds, with the figures of the last ten, until
 * the returned function is called. The process may end in between.
 */
export function startStatsLine(
  say: (message: string, fields: Fields) => void,
  stats: Pick<StatsCounter, "snapshot">,
  everySeconds: number,
): () => void {
  const timer = setInterval(() => say("stats", lineOf(stats.snapshot())), everySeconds * 1000);
  timer.unref();
  return () => clearInterval(timer);
}

/** What fits into a line: the log has the slow pictures already. */
const lineOf = ({ recent, total, uptimeSeconds, memoryBytes, ...now }: Stats): Fields => ({
  uptime_seconds: uptimeSeconds,
  requests_total: total.requests,
  bytes_saved_total: total.bytesSaved,
  seconds: recent.seconds,
  requests: recent.requests,
  per_second: recent.perSecond,
  hit_ratio: recent.hitRatio,
  states: recent.states,
  statuses: recent.statuses,
  errors: recent.errors,
  ms: recent.milliseconds,
  bytes_served: recent.bytesServed,
  bytes_saved: recent.bytesSaved,
  refused: recent.refused,
  queue: now.queue,
  renderers: now.renderers,
  workers_utilization: now.workersUtilization,
  tiers: now.tiers.map(({ tier, bytes, entries }) => ({ tier, bytes, entries })),
  memory_bytes: memoryBytes,
});
