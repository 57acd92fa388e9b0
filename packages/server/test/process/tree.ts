/** What the operating system knows of processes: Linux tells it in /proc, others by `ps`. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** The `skip` of a test that reads /proc: a sentence where there is none, else false. */
export const withoutProc: string | false = !existsSync("/proc/self/stat") && "this system has no /proc";

const running = (): Entry[] => processes().filter(({ state }) => state !== "Z");

const below = (ancestor: number, among: readonly Entry[]): number[] =>
  among.filter(({ parent }) => parent === ancestor).flatMap(({ pid }) => [pid, ...below(pid, among)]);

/** The processes that a process has started, and those that they have. */
export const descendantsOf = (ancestor: number): number[] => below(ancestor, running());

/** Those of them that have started none themselves: what stands at the end of each launcher. */
export function leavesOf(ancestor: number): number[] {
  const all = running();
  return below(ancestor, all).filter((pid) => !all.some(({ parent }) => parent === pid));
}

/** Whether a process runs; one that has ended and waits for its parent to notice does not. */
export const isRunning = (pid: number): boolean =>
  processes().some((entry) => entry.pid === pid && entry.state !== "Z");

/** Those of some processes that use CPU time at this moment. */
export async function atWork(pids: readonly number[]): Promise<number[]> {
  const before = ticksByPid();
  await sleep(300);
  const after = ticksByPid();
  return pids.filter((pid) => (after.get(pid) ?? 0) > (before.get(pid) ?? Infinity));
}

/** How many file descriptors a process has open. */
export const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

interface Entry {
  readonly pid: number;
  readonly parent: number;
  /** One letter; `Z` for a process that has ended. */
  readonly state: string;
  /** CPU time used so far, in a unit that only differences are taken of. */
  readonly ticks: number;
}

const ticksByPid = (): Map<number, number> => new Map(processes().map(({ pid, ticks }) => [pid, ticks]));

const processes = (): Entry[] => (withoutProc === false ? fromProc() : fromPs());

function fromProc(): Entry[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      // The name before the last bracket may hold anything, spaces and brackets included.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const [state = "Z", parent] = fields;
      return [
        { pid: Number(pid), parent: Number(parent), state, ticks: Number(fields[11]) + Number(fields[12]) },
      ];
    } catch {
      // It has ended between the listing and the reading.
      return [];
    }
  });
}

function fromPs(): Entry[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,time="], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const [pid, parent, state = "Z", time = "0"] = line.trim().split(/\s+/);
    const ticks = time.split(":").reduce((sum, part) => 60 * sum + Number(part), 0);
    return pid ? [{ pid: Number(pid), parent: Number(parent), state: state.slice(0, 1), ticks }] : [];
  });
}
