import { availableParallelism } from "node:os";
import { loadConfig, type Loaded } from "./load.ts";

/** The configuration of this process: its environment, the flags given, and the CPUs that its cgroup grants. */
export const loadProcess = (flags: ReadonlyMap<string, string> = new Map()): Loaded =>
  loadConfig({ env: process.env, flags, cpus: availableParallelism() });
