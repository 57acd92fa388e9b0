/** What so many pictures take, apart from money. */
import { missesPerSecond, tasksAt, vcpuAt } from "./compute.ts";
import { SECONDS, type Workload } from "./workload.ts";

export interface Capacity {
  readonly requestsPerSecond: number;
  readonly missesPerSecond: number;
  readonly vcpu: number;
  readonly tasks: number;
  /** Gbit/s (10^9 bits) of originals that are read. */
  readonly sourceGbits: number;
  /** Gbit/s (10^9 bits) to browsers. */
  readonly edgeGbits: number;
}

/** Requests a second and Gbit/s that one distribution takes before its default quota ends. */
export const EDGE_QUOTA = { requestsPerSecond: 250_000, gbits: 150 } as const;

/** What is needed while `peak` times the month's average is asked for. */
export function capacityAt(workload: Workload, peak: number): Capacity {
  const perSecond = (workload.requests / SECONDS) * peak;
  const misses = missesPerSecond(workload) * peak;
  return {
    requestsPerSecond: perSecond,
    missesPerSecond: misses,
    vcpu: vcpuAt(workload, peak),
    tasks: tasksAt(workload, peak),
    sourceGbits: (misses * workload.sourceMb * 2 ** 20 * 8) / 1e9,
    edgeGbits: (perSecond * workload.kb * 1024 * 8) / 1e9,
  };
}
