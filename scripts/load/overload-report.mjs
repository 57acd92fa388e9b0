/** What the storm showed, as requirements met or not and as Markdown. */
import { cpus } from "node:os";
import { quantile } from "../bench/report.mjs";
import { markdown, verdictLines } from "./markdown.mjs";

const REFUSALS = new Set([429, 503]);

const wasServed = ([status]) => status === 200;

/** All numbers of a measurement. */
export function summarize({ quiet, full, storm }) {
  const { answers, seconds, rate, late, health, recoverySeconds } = storm;
  const inTime = answers.filter(([status, , isInTime]) => status === 200 && isInTime).length;
  const goodput = inTime / seconds;
  const refused = answers.filter(([status]) => REFUSALS.has(status));
  const others = answers.filter(([status]) => status !== 200 && !REFUSALS.has(status));
  return {
    quiet: closed(quiet),
    capacity: closed(full),
    storm: {
      asked: rate,
      served: goodput,
      times: quantiles(answers.filter(wasServed)),
      cpu: storm.cpu,
      downloadsPerPicture: storm.downloaded / inTime,
      refusals: quantiles(refused),
      refused: byStatus(refused),
      others: byStatus(others),
      lateMs: { p50: quantile(late, 0.5), p99: quantile(late, 0.99) },
      health: { ...quantiles(health), failed: health.filter((answer) => !wasServed(answer)).length },
      recoverySeconds,
    },
    goodput: goodput / full.perSecond,
    // Clients and origin would have machines of their own: what the server did with the CPU time that they left it.
    goodputPerCpu: goodput / storm.cpu.left / (full.perSecond / full.cpu.left),
  };
}

const closed = ({ askedPerSecond, perSecond, times, cpu }) => ({
  asked: askedPerSecond,
  served: perSecond,
  times: quantiles(times.map((milliseconds) => [200, milliseconds])),
  cpu,
});

function quantiles(answers) {
  const times = answers.map(([, milliseconds]) => milliseconds);
  const of = (share) => quantile(times, share) ?? Number.NaN;
  return { p50: of(0.5), p95: of(0.95), p99: of(0.99) };
}

const byStatus = (answers) =>
  Object.entries(Object.groupBy(answers, ([status]) => status)).map(([status, all]) => ({
    status: Number(status),
    count: all.length,
    ...quantiles(all),
  }));

const LEAST_GOODPUT = 0.9;
const MOST_REFUSAL_MS = 100;
const MOST_RECOVERY_SECONDS = 10;

/** The requirements, each with what came out. */
export function judge({ goodputPerCpu, goodput, storm }) {
  const failed = storm.others.reduce((sum, { count }) => sum + count, 0);
  return [
    {
      wish: `goodput of at least ${percent(LEAST_GOODPUT)} of capacity`,
      got: `${percent(goodputPerCpu)} for the CPU time left to the server, ${percent(goodput)} as it came`,
      isMet: goodputPerCpu >= LEAST_GOODPUT,
    },
    {
      wish: `99 of 100 refusals within ${MOST_REFUSAL_MS} ms`,
      got: `${storm.refusals.p99.toFixed(0)} ms`,
      isMet: storm.refusals.p99 <= MOST_REFUSAL_MS,
    },
    {
      wish: `recovery within ${MOST_RECOVERY_SECONDS} s`,
      got: `${storm.recoverySeconds.toFixed(1)} s`,
      isMet: storm.recoverySeconds <= MOST_RECOVERY_SECONDS,
    },
    { wish: "pictures and refusals, nothing else", got: `${failed} others`, isMet: failed === 0 },
  ];
}

const percent = (share) => `${(100 * share).toFixed(0)} %`;

const PHASES = {
  quiet: "one client at a time",
  capacity: "as many as it serves",
  storm: "five times as many",
};

const phase = (name, { asked, served, times, cpu }) => [
  name,
  asked.toFixed(1),
  served.toFixed(1),
  ...[times.p50, times.p95, times.p99].map((time) => time.toFixed(0)),
  ...[cpu.server, cpu.helpers, cpu.strangers, cpu.left].map((cores) => cores.toFixed(2)),
];

const PHASE_HEAD = [
  "load",
  "asked/s",
  "served/s",
  "p50 ms",
  "p95 ms",
  "p99 ms",
  "server's cores",
  "clients' and origin's",
  "strangers'",
  "left to the server",
];

const ANSWER_HEAD = ["in the storm", "answers", "p50 ms", "p95 ms", "p99 ms"];

const answer = (name, { count, p50, p95, p99 }) => [
  name,
  count === undefined ? "" : String(count),
  ...[p50, p95, p99].map((time) => time.toFixed(1)),
];

/** A report in Markdown. */
export function report(summary, { options, workers, load, seconds, delayMs }) {
  const { refused, others, health, lateMs, downloadsPerPicture } = summary.storm;
  const phases = Object.entries(PHASES).map(([key, name]) => phase(name, summary[key]));
  const answers = [
    ...refused.map((each) => answer(`refused with ${each.status}`, each)),
    ...others.map((each) => answer(each.status === 0 ? "no answer" : `answered with ${each.status}`, each)),
    answer("/health", health),
  ];
  return `${markdown(PHASE_HEAD, phases)}

${markdown(ANSWER_HEAD, answers)}

${verdictLines(judge(summary))}

\`${options}\`, ${workers} renderers, ${seconds} s, an origin that takes ${delayMs} ms; ${downloadsPerPicture.toFixed(2)} downloads for each picture that was served.
${cpus().length} x ${cpus()[0]?.model ?? "unknown"}, load ${load.map((each) => each.toFixed(1)).join(" to ")}. Times count from when a request was due; clients sent half of them within ${lateMs.p50.toFixed(1)} ms of that and 99 % within ${lateMs.p99.toFixed(1)} ms.`;
}
