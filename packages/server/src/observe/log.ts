import { goDuration } from "./duration.ts";
import { cleanFields, cleanText, errorStack, errorText } from "./fields.ts";
import type { Field, Fields } from "./fields.ts";
import { LAYOUTS, LEVELS } from "./layout.ts";
import type { Level, LogFormat } from "./layout.ts";
import { redactTarget } from "./redact.ts";

export type { Level, LogFormat } from "./layout.ts";
export type { Field, Fields } from "./fields.ts";

/** Writes one line per call, or nothing where its level is below the configured one. */
export type Log = Readonly<Record<Level, (message: string, fields?: Fields) => void>>;

export interface LogOptions {
  readonly format?: LogFormat;
  /** The least important level that is written. */
  readonly level?: Level;
  /** Takes a whole line, its line feed included; `lineSink(process.stdout)` is one that survives a closed pipe. */
  readonly write: (line: string) => unknown;
}

/** Everything that is known of an answered request. Durations in milliseconds, sizes in bytes. */
export interface RequestRecord {
  readonly requestId: string;
  readonly method: string;
  /** The raw request target. */
  readonly target: string;
  readonly status: number;
  readonly clientIp: string;
  readonly durationMs: number;
  /** Where the picture came from: hit, stale, shared, miss, raw, ... */
  readonly state?: string | undefined;
  /** Code of the refusal. */
  readonly code?: string | undefined;
  /** Refusals of this code that were left out of the log since the last one. */
  readonly leftOut?: number | undefined;
  readonly error?: unknown;
  readonly imageUrl?: string | undefined;
  /** The options that are set, as a nested object or in canonical spelling. */
  readonly options?: Field;
  readonly bytesIn?: number | undefined;
  readonly bytesOut?: number | undefined;
  readonly steps?: Readonly<Partial<Record<"fetch" | "wait" | "render", number>>> | undefined;
}

/** A log that writes lines of the given format; all text in them is escaped and redacted. */
export function createLog({ format = "json", level: least = "info", write }: LogOptions): Log {
  const layout = LAYOUTS[format];
  const at =
    (level: Level) =>
    (message: string, fields: Fields = {}): void => {
      if (LEVELS[level].rank < LEVELS[least].rank) return;
      const entry = { time: new Date(), level, message: cleanText(message), fields: cleanFields(fields) };
      write(`${layout(entry)}\n`);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Writes the one line of a request, at the level that its status deserves. */
export function logRequest(log: Log, record: RequestRecord): void {
  const level = levelOf(record.status);
  log[level](`Completed in ${goDuration(record.durationMs)} ${redactTarget(record.target)}`, {
    request_id: record.requestId,
    method: record.method,
    status: record.status,
    client_ip: record.clientIp,
    state: record.state,
    code: record.code,
    left_out: record.leftOut || undefined,
    image_url: record.imageUrl,
    processing_options: record.options,
    bytes_in: record.bytesIn,
    bytes_out: record.bytesOut,
    duration_ms: rounded(record.durationMs),
    fetch_ms: rounded(record.steps?.fetch),
    wait_ms: rounded(record.steps?.wait),
    render_ms: rounded(record.steps?.render),
    error: record.error === undefined ? undefined : errorText(record.error),
    stack: record.status >= 500 ? errorStack(record.error) : undefined,
  });
}

function levelOf(status: number): Level {
  if (status >= 500) return "error";
  return status >= 400 ? "warn" : "info";
}

const rounded = (milliseconds: number | undefined): number | undefined =>
  milliseconds === undefined ? undefined : Math.round(milliseconds * 1000) / 1000;
