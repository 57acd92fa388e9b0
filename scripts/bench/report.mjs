/** Numbers of the rounds, and how they are shown. */

const sorted = (numbers) => numbers.toSorted((one, other) => one - other);

export function quantile(numbers, share) {
  const values = sorted(numbers);
  return values[Math.max(0, Math.ceil(share * values.length) - 1)];
}

export const median = (numbers) => quantile(numbers, 0.5);

const total = (rounds, key) => rounds.reduce((sum, round) => sum + round[key], 0);

/** One contender's numbers over all its rounds of a workload. */
function summarize(rounds) {
  const times = rounds.flatMap(({ milliseconds }) => milliseconds);
  return {
    pictures: times.length,
    perSecond: median(rounds.map(rate)),
    cpuMilliseconds: (1000 * total(rounds, "cpuSeconds")) / times.length,
    frontCpuMilliseconds: (1000 * total(rounds, "ownCpuSeconds")) / times.length,
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    p99: quantile(times, 0.99),
    peakBytes: Math.max(...rounds.map(({ peakBytes }) => peakBytes)),
  };
}

const rate = ({ milliseconds, seconds }) => milliseconds.length / seconds;

/** Throughput is the server's under full load, and latency that without. */
export const summaries = ({ sharp, server, full }) => ({
  sharp: summarize(sharp),
  server: { ...summarize(server), perSecond: median(full.map(rate)) },
});

/** The server's numbers as multiples of sharp's: medians over turns, whose rounds share the weather. */
export function ratios({ sharp, server, full }) {
  const turns = sharp.map((round, turn) => ({
    throughput: rate(full[turn]) / rate(round),
    cpu: (server[turn].cpuSeconds + full[turn].cpuSeconds) / (2 * round.cpuSeconds),
  }));
  return {
    throughput: median(turns.map(({ throughput }) => throughput)),
    cpu: median(turns.map(({ cpu }) => cpu)),
  };
}

const cell = (number, digits) => (Number.isFinite(number) ? number.toFixed(digits) : "?");

const row = (cells) => `| ${cells.join(" | ")} |`;

const HEAD = [
  "workload",
  "who",
  "pictures/s",
  "CPU ms/picture",
  "p50 ms",
  "p95 ms",
  "p99 ms",
  "peak MB",
  "throughput ratio",
  "CPU ratio",
];

/** A Markdown table, two lines to each workload. */
export function table(results) {
  const lines = results.flatMap(({ name, sharp, server, ratio }) => [
    row([name, "sharp alone", ...numbers(sharp), "", ""]),
    row(["", "server", ...numbers(server), cell(ratio.throughput, 3), cell(ratio.cpu, 3)]),
  ]);
  return [row(HEAD), row(HEAD.map((_, index) => (index < 2 ? "---" : "---:"))), ...lines].join("\n");
}

const numbers = ({ perSecond, cpuMilliseconds, p50, p95, p99, peakBytes }) => [
  cell(perSecond, 1),
  cell(cpuMilliseconds, 2),
  cell(p50, 1),
  cell(p95, 1),
  cell(p99, 1),
  cell(peakBytes / 1e6, 0),
];
