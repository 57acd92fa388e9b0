/** Processors: how many a month takes, and what one picture costs. Fargate counts vCPU and GB by the second. */
import { PRICES, SPOT_SHARE } from "./prices.ts";
import { HOURS, missesOf, SECONDS, type Workload } from "./workload.ts";

/** A task's size, and the fewest of them that run. */
export interface TaskShape {
  readonly vcpu: number;
  readonly memoryGb: number;
  readonly fewest: number;
  /** Tasks that are never on spare capacity; all where undefined. */
  readonly onDemand?: number;
}

export const TASKS: Readonly<Record<Workload["profile"], TaskShape>> = {
  standard: { vcpu: 2, memoryGb: 4, fewest: 2 },
  small: { vcpu: 1, memoryGb: 2, fewest: 2, onDemand: 1 },
};

/** The share of processors that are busy when scaling is done: the target that tasks are added by. */
export const TARGET_USE = 0.6;

/** Capacity that is paid for over a month, as a multiple of the average: scaling follows the day, with some lag. */
const PAID_OVER_AVERAGE = 1.5;

/** Pictures to be made a second, on average over the month. */
export const missesPerSecond = (workload: Workload): number => missesOf(workload) / SECONDS;

/** vCPU at `TARGET_USE` when `peak` times the average is asked for. */
export const vcpuAt = (workload: Workload, peak = 1): number =>
  (missesPerSecond(workload) * peak * workload.ms) / 1000 / TARGET_USE;

/** Tasks for that, never fewer than the profile's. */
export function tasksAt(workload: Workload, peak: number): number {
  const { vcpu, fewest } = TASKS[workload.profile];
  return Math.max(fewest, Math.ceil(vcpuAt(workload, peak) / vcpu));
}

/** $ for an hour of one vCPU with the memory that a task has for it. */
export const vcpuHour = ({ vcpu, memoryGb }: TaskShape): number =>
  PRICES.vcpu.dollars + (memoryGb / vcpu) * PRICES.memory.dollars;

/** $ a month for tasks: the fewest that run, or one and a half times the average where that is more. */
export function computeDollars(workload: Workload): number {
  const shape = TASKS[workload.profile];
  const { vcpu, fewest, onDemand } = shape;
  const paid = Math.max(fewest * vcpu, PAID_OVER_AVERAGE * vcpuAt(workload));
  const full = onDemand === undefined ? paid : Math.min(paid, onDemand * vcpu);
  return (full + (paid - full) * SPOT_SHARE) * vcpuHour(shape) * HOURS;
}

/** $ for a million pictures that take `ms` of CPU each, on standard tasks, all on demand. */
export const dollarsPerMillion = (ms: number): number =>
  (((ms / 1000) * 1e6) / 3600 / TARGET_USE) * vcpuHour(TASKS.standard);

/**
 * How often a result has to be read again before keeping it in S3 was worth it: one PUT and the GET that did not find it,
 * against the CPU of making it again. The GET of a result takes the place of the original's.
 */
export const rereadsToPay = (ms: number): number =>
  (PRICES.storePut.dollars + PRICES.storeGet.dollars) / dollarsPerMillion(ms);
