import type { Figures, Slow, Stats } from "../observe/stats.ts";
import { printable } from "./operator.ts";
import { age, bar, count, size, three, time } from "./top-words.ts";

/** In characters. */
export interface Extent {
  readonly columns: number;
  readonly rows: number;
}

const LABEL = 11;
const LEAST_BAR = 12;
const WIDEST_BAR = 52;

/**
 * The view as lines without any control characters, none longer than `columns` and at most `rows` of them. Rates are those
 * since `previous`, if that is of the same run of the server, and else those of the last ten seconds.
 */
export function draw(stats: Stats, previous: Stats | undefined, { columns, rows }: Extent): string {
  const { recent, total, queue, renderers, tiers } = stats;
  const rates = ratesOf(stats, previous);
  const lines = [
    apart(`tintype  up ${age(stats.uptimeSeconds)}`, `memory ${size(stats.memoryBytes)}`, columns),
    "",
    line("requests", `${three(rates.requests)}/s`, `${count(total.requests)} since start`),
    line("time", ...timesOf(recent)),
    line("cache", cacheOf(recent, columns)),
    line("", ...pairs(recent.states)),
    line("answers", ...pairs(recent.statuses)),
    line("errors", ...errorsOf(recent)),
    line(
      "queue",
      ...(queue ? [`${count(queue.length)} waiting`, `${count(queue.running)} running`] : ["unknown"]),
    ),
    line("renderers", ...renderersOf(renderers)),
    line("saved", `${size(rates.bytesSaved)}/s`, `${size(total.bytesSaved)} since start`),
    ...(tiers.length === 0
      ? []
      : [
          line(
            "tiers",
            ...tiers.map(({ tier, bytes, entries }) => `${tier} ${size(bytes)} in ${count(entries)}`),
          ),
        ]),
    "",
    stats.slowest.length === 0 ? "No pictures in the last minute." : "Slowest pictures of the last minute",
    ...stats.slowest.map(slowOf),
  ];
  return lines
    .slice(0, Math.max(0, rows))
    .map((each) => cut(printable(each), columns))
    .join("\n");
}

const line = (label: string, ...words: readonly string[]): string => label.padEnd(LABEL) + words.join("   ");

function apart(left: string, right: string, columns: number): string {
  const gap = Math.min(80, columns) - left.length - right.length;
  return left + " ".repeat(Math.max(2, gap)) + right;
}

const cut = (text: string, columns: number): string => {
  const trimmed = text.trimEnd();
  return trimmed.length <= columns ? trimmed : `${trimmed.slice(0, Math.max(0, columns - 1))}…`;
};

interface Rates {
  readonly requests: number;
  readonly bytesSaved: number;
}

function ratesOf({ time: now, total, recent, uptimeSeconds }: Stats, previous: Stats | undefined): Rates {
  const seconds = previous ? (Date.parse(now) - Date.parse(previous.time)) / 1000 : 0;
  const isSameRun = previous !== undefined && previous.uptimeSeconds <= uptimeSeconds;
  if (previous === undefined || !isSameRun || !(seconds > 0))
    return { requests: recent.perSecond, bytesSaved: recent.bytesSaved / Math.max(1, recent.seconds) };
  return {
    requests: (total.requests - previous.total.requests) / seconds,
    bytesSaved: (total.bytesSaved - previous.total.bytesSaved) / seconds,
  };
}

const timesOf = ({ milliseconds }: Figures): readonly string[] =>
  milliseconds === null
    ? ["nothing in the last ten seconds"]
    : (["p50", "p95", "p99"] as const).map((name) => `${name} ${time(milliseconds[name])}`);

function cacheOf({ hitRatio }: Figures, columns: number): string {
  const width = Math.max(LEAST_BAR, Math.min(WIDEST_BAR, columns - LABEL - 10));
  const words = hitRatio === null ? "no lookups" : `${(hitRatio * 100).toFixed(1)} %`;
  return `${bar(hitRatio ?? 0, width)} ${words}`;
}

const pairs = (counts: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(counts).map(([name, value]) => `${name} ${count(value)}`);

const errorsOf = ({ errors }: Figures): readonly string[] =>
  errors.length === 0 ? ["none"] : errors.map(({ code, count: many }) => `${code} ${count(many)}`);

const renderersOf = (renderers: Stats["renderers"]): readonly string[] =>
  renderers
    ? [
        `${count(renderers.ready)} of ${count(renderers.size)} ready`,
        `${count(renderers.restarts)} restarted`,
      ]
    : ["unknown"];

const STEPS = ["fetch", "wait", "render"] as const;

/** Where the time went stands in front of what it went into, which may be long. */
function slowOf({ milliseconds, state, status, steps, source, options }: Slow): string {
  const longest = STEPS.map((name) => ({ name, spent: steps?.[name] ?? 0 })).reduce((one, other) =>
    other.spent > one.spent ? other : one,
  );
  const where = longest.spent > 0 ? `${longest.name} ${time(longest.spent)}` : "";
  const columns = [time(milliseconds).padStart(8), (state ?? String(status)).padEnd(6), where.padEnd(14)];
  return [...columns, source, options].join("  ");
}
