/** What processes use, as Linux tells it in /proc; elsewhere nothing is known. */
import { existsSync, readdirSync, readFileSync } from "node:fs";

export const isKnown = existsSync("/proc/self/stat");

/** The kernel counts CPU time for users in hundredths of a second, whatever its own clock is. */
const TICKS_PER_SECOND = 100;

function read(path) {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // The process has ended since it was listed.
    return "";
  }
}

/** A process and all that it has started, as long as they run. */
export function family(pid) {
  const children = new Map();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const parent = Number(fields(name)[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const members = [pid];
  for (const member of members) members.push(...(children.get(member) ?? []));
  return members;
}

/** Fields of the stat file from the third on; the name before them may hold anything, spaces and brackets included. */
function fields(pid) {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** CPU seconds that a process and its family have used so far, those of ended children included. */
export const cpuSeconds = (pid) =>
  isKnown
    ? sum(family(pid).map((member) => sum(fields(member).slice(11, 15).map(Number)))) / TICKS_PER_SECOND
    : Number.NaN;

/** The same of the process alone. */
export const ownCpuSeconds = (pid) =>
  isKnown ? sum(fields(pid).slice(11, 13).map(Number)) / TICKS_PER_SECOND : Number.NaN;

/** Resident memory of a process alone, in bytes. */
export const ownMemoryBytes = (pid) =>
  Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1]) * 1024;

/** Memory of a process and its family in bytes, what they share counted once. */
const memoryBytes = (pid) =>
  sum(family(pid).map((member) => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${member}/smaps_rollup`))?.[1]))) *
  1024;

/** Watches a family's memory; answers a function that ends this and tells its peak in bytes. */
export function watchMemory(pid) {
  if (!isKnown) return () => Number.NaN;
  let peak = 0;
  const look = () => {
    const bytes = memoryBytes(pid);
    // A member that has just ended has no number.
    if (bytes > peak) peak = bytes;
  };
  const looking = setInterval(look, 50);
  return () => {
    clearInterval(looking);
    look();
    return peak;
  };
}
