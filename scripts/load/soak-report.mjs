/** What a soak showed, as requirements met or not and as Markdown. */
import { cpus } from "node:os";
import { markdown, verdictLines } from "./markdown.mjs";
import { asciiPlot, svgPlot } from "./plot.mjs";
import { trendOf } from "./series.mjs";

const MIB = 2 ** 20;

const LEAST_SUCCESS = 0.9999;
/** Of a value in an hour; and in the whole run, where that is too short to tell the former. */
const MOST_PER_HOUR = 0.005;
const MOST_GROWTH = 0.1;

const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;

/** Flat is what, as far as the scatter lets tell, does not climb faster than it may, and has not climbed far. */
function flatness(name, windows, key) {
  const { perHour, error, growth } = trendOf(windows, key);
  return {
    wish: `${name} flat after warm-up`,
    got: `${percent(perHour)} in an hour, give or take ${percent(2 * error)}; ${percent(growth)} in this run`,
    isMet: perHour - 2 * error <= MOST_PER_HOUR && growth <= MOST_GROWTH,
  };
}

/** The requirements, each with what came out. */
export function judge({ counts, windows, isAlive, limitBytes, groupKills }) {
  const { asked = 0, wrong = 0, refused = 0, broken = 0, crashes = 0, faults = 0, hangup = 0 } = counts;
  const success = 1 - (refused + broken) / (asked - hangup);
  const peak = Math.max(...windows.map((window) => window.peak));
  return [
    {
      wish: "no crash",
      got: `${isAlive ? "" : "the server ended, "}${crashes} crashes, ${faults} faults in the log, ${groupKills} kills by the limit`,
      isMet: isAlive && crashes + faults + groupKills === 0,
    },
    { wish: "no wrong picture", got: `${wrong} of ${counts.right ?? 0}`, isMet: wrong === 0 },
    {
      wish: `${percent(LEAST_SUCCESS, 2)} answered as they should be`,
      got: percent(success, 3),
      isMet: success >= LEAST_SUCCESS,
    },
    {
      wish: `all processes within ${limitBytes / MIB} MiB`,
      got: `${(peak / MIB).toFixed(0)} MiB at most`,
      isMet: peak <= limitBytes,
    },
    flatness("the front's memory", windows, "front"),
    flatness("the renderers' memory", windows, "renderers"),
    flatness("open files", windows, "files"),
  ];
}

const LINES = [
  { mark: ".", name: "all at their peak, MiB", colour: "#999", value: ({ peak }) => peak / MIB },
  { mark: "r", name: "renderers, MiB", colour: "#c33", value: ({ renderers }) => renderers / MIB },
  { mark: "f", name: "front, MiB", colour: "#36c", value: ({ front }) => front / MIB },
];

const MOST_ROWS = 30;

const SERIES_HEAD = [
  "minute",
  "pictures/s",
  "p50 ms",
  "p95 ms",
  "p99 ms",
  "/health p99 ms",
  "busy",
  "front MiB",
  "renderers MiB",
  "peak MiB",
  "open files",
];

/** Windows joined, so that a table of a day is no longer than one of an hour. */
function seriesTable(windows) {
  const step = Math.ceil(windows.length / MOST_ROWS);
  const rows = windows.flatMap((window, index) => {
    if (index % step > 0) return [];
    const group = windows.slice(index, index + step);
    const mean = (key) => group.reduce((sum, each) => sum + each[key], 0) / group.length;
    const most = (key) => Math.max(...group.map((each) => each[key]));
    return [
      [
        (window.at / 60).toFixed(1),
        mean("perSecond").toFixed(1),
        ...["p50", "p95", "p99", "health"].map((key) => mean(key).toFixed(0)),
        percent(mean("busy"), 0),
        ...["front", "renderers"].map((key) => (mean(key) / MIB).toFixed(0)),
        (most("peak") / MIB).toFixed(0),
        mean("files").toFixed(0),
      ],
    ];
  });
  return markdown(SERIES_HEAD, rows);
}

/** A report in Markdown. */
export function report(result, { load, minutes, seed, limit }) {
  const { counts, examples, windows, limitBytes } = result;
  const counted = Object.entries(counts).map(([name, count]) => [name, String(count)]);
  return `${seriesTable(windows)}

\`\`\`
${asciiPlot(windows, LINES, { top: (limitBytes * 1.1) / MIB })}
\`\`\`

${markdown(["what", "times"], counted)}
${examples.map((example) => `\n- ${example}`).join("")}

${verdictLines(judge(result))}

${minutes} minutes, seed ${seed}, limit by ${limit}; ${cpus().length} x ${cpus()[0]?.model ?? "unknown"}, load ${load.map((each) => each.toFixed(1)).join(" to ")}.`;
}

/** The plot as an SVG. */
export const picture = ({ windows, limitBytes }) =>
  svgPlot(windows, LINES, {
    top: Math.ceil((limitBytes * 1.1) / MIB / 100) * 100,
    title: "npm run soak: memory of the server's processes",
  });
