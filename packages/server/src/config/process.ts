import { availableParallelism, totalmem } from "node:os";
import { loadConfig, type Loaded } from "./load.ts";

/** What the cgroup grants, which Node reports as more than there is where it grants everything. */
const memory = (): number => Math.min(process.constrainedMemory() || Infinity, totalmem());

/** The configuration of this process: its environment, the flags given, and what its cgroup grants. */
export const loadProcess = (flags: ReadonlyMap<string, string> = new Map()): Loaded =>
  loadConfig({ env: process.env, flags, cpus: availableParallelism(), memoryBytes: memory() });
