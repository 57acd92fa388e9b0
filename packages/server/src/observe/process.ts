/** What the operating system knows of this process, under the names that Prometheus' Go client gives it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Counter, Gauge } from "prom-client";
import type { Registry } from "prom-client";

interface Reading {
  readonly name: string;
  readonly help: string;
  readonly read: () => number;
}

const PROCFS = "/proc/self";

const EVERYWHERE: readonly Reading[] = [
  {
    name: "process_resident_memory_bytes",
    help: "Resident memory size in bytes.",
    read: () => process.memoryUsage.rss(),
  },
  {
    name: "process_start_time_seconds",
    help: "Start time of the process since unix epoch in seconds.",
    read: () => Math.round(Date.now() / 1000 - process.uptime()),
  },
];

const ON_LINUX: readonly Reading[] = [
  { name: "process_virtual_memory_bytes", help: "Virtual memory size in bytes.", read: virtualMemory },
  {
    name: "process_open_fds",
    help: "Number of open file descriptors.",
    read: () => readdirSync(`${PROCFS}/fd`).length,
  },
  { name: "process_max_fds", help: "Maximum number of open file descriptors.", read: mostDescriptors },
];

/** Adds the `process_*` metrics; those that need procfs only where it is mounted. */
export function addProcessMetrics(registry: Registry): void {
  const readings = existsSync(`${PROCFS}/stat`) ? [...EVERYWHERE, ...ON_LINUX] : EVERYWHERE;
  for (const { name, help, read } of readings) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  }
  new Counter({
    name: "process_cpu_seconds_total",
    help: "Total user and system CPU time spent in seconds.",
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
}

/** Field 23 of proc_pid_stat(5), counted behind the command name, which may hold spaces and parentheses. */
function virtualMemory(): number {
  const stat = readFileSync(`${PROCFS}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[20] ?? 0);
}

function mostDescriptors(): number {
  const limits = readFileSync(`${PROCFS}/limits`, "latin1");
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? Infinity : Number(soft);
}
