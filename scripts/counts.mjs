/** Reads the counts, and what was skipped and why, out of the test runner's TAP file. */

const COUNT = /^# (tests|pass|fail|cancelled|skipped|todo) (\d+)$/gm;
const SKIP = /^\s*ok \d+ - (.*?) # SKIP ?(.*)$/gm;

/** Counts of a finished run; all zero where the runner did not get as far as its summary. */
export function readCounts(tap) {
  const counts = { tests: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
  for (const [, name, number] of tap.matchAll(COUNT)) counts[name] = Number(number);
  const skips = [...tap.matchAll(SKIP)].map(([, name, reason]) => ({ name, reason }));
  return { ...counts, skips };
}
