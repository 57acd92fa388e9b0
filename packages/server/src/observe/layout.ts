/** The four layouts of a log line (contract http.md, section 12). */
import type { Clean } from "./fields.ts";

export type Level = "debug" | "info" | "warn" | "error";

interface LevelEntry {
  readonly rank: number;
  readonly name: string;
  readonly mark: string;
  /** Number of the ANSI colour of the mark. */
  readonly colour: number;
}

/** THE TABLE of levels, from talkative to terse. */
export const LEVELS = {
  debug: { rank: 0, name: "DEBUG", mark: "DBG", colour: 35 },
  info: { rank: 1, name: "INFO", mark: "INF", colour: 32 },
  warn: { rank: 2, name: "WARNING", mark: "WRN", colour: 33 },
  error: { rank: 3, name: "ERROR", mark: "ERR", colour: 31 },
} as const satisfies Record<Level, LevelEntry>;

/** One line before it has a layout; its texts are redacted, but not escaped yet. */
export interface Entry {
  readonly time: Date;
  readonly level: Level;
  readonly message: string;
  readonly fields: readonly (readonly [string, Clean])[];
}

/** What JSON leaves as it is, but a terminal or a log viewer acts upon: C1 controls, line separators, bidi marks. */
const ACTIVE = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]/g;

/** Text that may stand in a pretty line without quotes. */
const BARE = /^[!#-<>-~]+$/;

const passive = (json: string): string =>
  json.replace(ACTIVE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);

const quoted = (text: string): string => passive(JSON.stringify(text));
const escaped = (text: string): string => quoted(text).slice(1, -1).replaceAll('\\"', '"');

/** Local time to the second, as in `2006-01-02 15:04:05`. */
function clock(time: Date): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${date} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":")}`;
}

/** Nested values as `group.name` pairs, lists as JSON text. */
function flat(name: string, value: Clean): [string, string | number | boolean | null][] {
  if (value === null || typeof value !== "object") return [[name, value]];
  if (Array.isArray(value)) return [[name, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, item]) => flat(`${name}.${key}`, item));
}

const flatFields = (entry: Entry): [string, string | number | boolean | null][] =>
  entry.fields
    .flatMap(([name, value]) => flat(name, value))
    .map(([name, value]) => [name.replaceAll(/[^\w.-]/g, "_"), value]);

const asJson =
  (levelName: string, messageName: string) =>
  ({ time, level, message, fields }: Entry): string => {
    const head = { time: time.toISOString(), [levelName]: LEVELS[level].name, [messageName]: message };
    // First for the order of writing, last so that no field can replace it.
    return passive(JSON.stringify({ ...head, ...Object.fromEntries(fields), ...head }));
  };

function structured(entry: Entry): string {
  const fields = flatFields(entry).map(
    ([name, value]) => `${name}=${typeof value === "string" ? quoted(value) : String(value)}`,
  );
  const head = [
    `time="${clock(entry.time)}"`,
    `level="${LEVELS[entry.level].name}"`,
    `msg=${quoted(entry.message)}`,
  ];
  return [...head, ...fields].join(" ");
}

function pretty(entry: Entry): string {
  const { colour, mark } = LEVELS[entry.level];
  const pairs = flatFields(entry);
  const fields = pairs
    .filter(([name]) => name !== "stack")
    .map(([name, value]) => `\x1b[36m${name}=\x1b[0m${prettyValue(value)}`);
  const line = [clock(entry.time), `\x1b[${colour}m[${mark}]\x1b[0m`, escaped(entry.message), ...fields];
  // Each line of a stack is escaped and indented, so that no text in it can pass for a line of the log.
  const stack = pairs
    .filter(([name]) => name === "stack")
    .flatMap(([, text]) => String(text).split("\n"))
    .map((text) => `\n\x1b[2m    ${escaped(text.trim())}\x1b[0m`);
  return line.join(" ") + stack.join("");
}

const prettyValue = (value: string | number | boolean | null): string =>
  typeof value === "string" && !BARE.test(value) ? quoted(value) : String(value);

/** THE TABLE of layouts: each turns an entry into one line without its line feed. */
export const LAYOUTS = {
  structured,
  pretty,
  json: asJson("level", "msg"),
  gcp: asJson("severity", "message"),
} as const satisfies Record<string, (entry: Entry) => string>;

export type LogFormat = keyof typeof LAYOUTS;
