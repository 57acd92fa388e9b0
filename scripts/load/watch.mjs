/** Memory and open files of the server's processes, second by second. */
import { readdirSync, readFileSync } from "node:fs";
import { family } from "../bench/usage.mjs";

const read = (path) => {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // The process has ended since it was listed.
    return "";
  }
};

const bytesOf = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0) * 1024;

function openFiles(pid) {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

const SECOND = 1000;
/** Between two quick looks, which miss few of the peaks that a picture causes. */
const MOMENT = 50;

/** Bytes that a process has to itself; cheap to ask for. */
const ownBytes = (pid) => bytesOf(read(`/proc/${pid}/status`), "RssAnon");

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** Share of what is in memory that belongs to each, what they share counted once. */
function look(pid) {
  const [front, ...others] = family(pid).map((member) => {
    const text = read(`/proc/${member}/smaps_rollup`);
    return {
      pid: member,
      bytes: bytesOf(text, "Pss"),
      fromFiles: bytesOf(text, "Pss") - bytesOf(text, "Pss_Anon"),
    };
  });
  return {
    front: front.bytes,
    renderers: sum(others.map(({ bytes }) => bytes)),
    fromFiles: sum([front, ...others].map(({ fromFiles }) => fromFiles)),
    files: openFiles(pid),
    pids: [front, ...others].map((member) => member.pid),
  };
}

/**
 * Calls `onSample` each second with `{ front, renderers, files, peak }`; the peak is that of all together since the last
 * call. Answers a function that ends this.
 */
export function watchFamily(pid, onSample) {
  let last = look(pid);
  let peak = 0;
  const glance = () => {
    peak = Math.max(peak, last.fromFiles + sum(last.pids.map(ownBytes)));
  };
  const timers = [
    setInterval(glance, MOMENT),
    setInterval(() => {
      last = look(pid);
      glance();
      onSample({ ...last, peak });
      peak = 0;
    }, SECOND),
  ];
  return () => timers.forEach((timer) => clearInterval(timer));
}

/** The renderer processes of a server: those of its family that hold the most, without what starts and holds them. */
export const renderersOf = (pid) =>
  family(pid)
    .slice(1)
    .filter((member) => ownBytes(member) > 16 * 2 ** 20);
