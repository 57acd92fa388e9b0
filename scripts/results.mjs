/** What became of each file of tests: a reporter for node:test that writes it down, and what reads it again. */
import { resolve } from "node:path";

/** The name under which node:test takes it. */
export const REPORTER = import.meta.url;

const NONE = { tests: 0, passed: 0, failed: 0, cancelled: 0, skipped: 0, todo: 0 };
const CRASHED = { ...NONE, tests: 1, failed: 1 };

/** One line of JSON for each file that ended, with what failed and what was skipped in it, and one for the end of the run. */
export default async function* report(events) {
  let [failed, skips] = [[], []];
  const ended = (file, counts) => {
    const line = { file, counts, failed, skips };
    [failed, skips] = [[], []];
    return `${JSON.stringify(line)}\n`;
  };
  for await (const { type, data } of events) {
    if (type === "test:fail" && isProcess(data)) {
      failed.push("the process itself");
      yield ended(data.file, CRASHED);
    } else if (type === "test:fail" && data.details?.type !== "suite") failed.push(data.name);
    else if (type === "test:pass" && data.skip !== undefined)
      skips.push({ name: data.name, reason: data.skip === true ? "" : data.skip });
    else if (type === "test:summary")
      yield data.file === undefined ? '{"end":true}\n' : ended(data.file, data.counts);
  }
}

/** A file whose process failed is a test of its own, and is named by the file's path. */
const isProcess = ({ nesting, name, file }) => nesting === 0 && resolve(name) === file;

/** Files by path, each `{ counts, failed, skips }`; `isWhole` where the runner came to its end. */
export function readResults(text) {
  const files = new Map();
  let isWhole = false;
  for (const line of text.split("\n").filter((each) => each !== "")) {
    const { end, file, ...result } = JSON.parse(line);
    if (end) isWhole = true;
    else files.set(file, files.has(file) ? joined(files.get(file), result) : result);
  }
  return { files, isWhole };
}

const joined = (one, other) => ({
  counts: sum([one.counts, other.counts]),
  failed: [...one.failed, ...other.failed],
  skips: [...one.skips, ...other.skips],
});

const sum = (all) =>
  Object.fromEntries(
    Object.keys(NONE).map((name) => [name, all.reduce((total, counts) => total + counts[name], 0)]),
  );

/** Counts of all files together, and what was skipped. */
export function total({ files }) {
  const all = [...files.values()];
  return { ...sum(all.map(({ counts }) => counts)), skips: all.flatMap(({ skips }) => skips) };
}

/** Paths of files in which something failed or was cancelled. */
export const broken = ({ files }) =>
  [...files].filter(([, { counts }]) => counts.failed + counts.cancelled > 0).map(([file]) => file);

/** What counts where some files were run again: the last result of each. */
export const replaced = (first, again) => ({
  files: new Map([...first.files, ...again.files]),
  isWhole: first.isWhole && again.isWhole,
});
