/** Who had the machine's CPUs between two moments: the server, its clients, its origin, strangers, or nobody. */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { cpuSeconds, isKnown, ownCpuSeconds } from "../bench/usage.mjs";

const TICKS_PER_SECOND = 100;

/** Seconds in which CPUs had nothing to do, waiting for discs included (proc_stat(5)). */
function idleSeconds() {
  if (!isKnown) return Number.NaN;
  const [, , , idle, waiting] = readFileSync("/proc/stat", "latin1")
    .split("\n", 1)[0]
    .trim()
    .split(/\s+/)
    .slice(1);
  return (Number(idle) + Number(waiting)) / TICKS_PER_SECOND;
}

/** Starts to watch; the answered function tells cores in use on average since then, by who used them. */
export function watchCpu({ server, helpers }) {
  const look = () => ({
    at: performance.now() / 1000,
    server: cpuSeconds(server),
    helpers: helpers.reduce((sum, pid) => sum + ownCpuSeconds(pid), 0),
    idle: idleSeconds(),
  });
  const before = look();
  return () => {
    const now = look();
    const cores = (key) => (now[key] - before[key]) / (now.at - before.at);
    const [used, helped, idle] = [cores("server"), cores("helpers"), cores("idle")];
    return {
      server: used,
      helpers: helped,
      strangers: Math.max(0, cpus().length - used - helped - idle),
      // What the server used, and what it could have used had it had more to do.
      left: used + idle,
    };
  };
}
