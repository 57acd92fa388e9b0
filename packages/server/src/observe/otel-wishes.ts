/** What the standard variables of OpenTelemetry ask for, as far as its packages leave that to their user. */

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Wishes {
  readonly traces: boolean;
  readonly metrics: boolean;
  /** Whether requests may belong to traces that others began. */
  readonly continues: boolean;
  readonly metricIntervalMs: number;
  readonly metricTimeoutMs: number;
  /** Sentences about what was asked for and is not done. */
  readonly troubles: readonly string[];
}

const INTERVAL_MS = 60_000;
const TIMEOUT_MS = 30_000;

/** Traces and metrics are on where they are to be exported by `otlp`, or where an endpoint is given and nothing else said. */
export function telemetryWishes(env: Environment): Wishes {
  const troubles: string[] = [];
  const isOff = wordsOf(env.OTEL_SDK_DISABLED).includes("true");
  const isOn = (signal: "TRACES" | "METRICS"): boolean => {
    if (isOff) return false;
    const name = `OTEL_${signal}_EXPORTER`;
    const exporters = wordsOf(env[name]);
    const others = exporters.filter((word) => word !== "otlp" && word !== "none");
    if (others.length > 0) troubles.push(`expected ${name} to be otlp or none, got ${others.join(", ")}`);
    if (exporters.length > 0) return exporters.includes("otlp");
    return [env.OTEL_EXPORTER_OTLP_ENDPOINT, env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]].some((endpoint) =>
      endpoint?.trim(),
    );
  };
  const on = { traces: isOn("TRACES"), metrics: isOn("METRICS") };
  if ((on.traces || on.metrics) && wordsOf(env.OTEL_EXPORTER_OTLP_PROTOCOL).includes("grpc"))
    troubles.push("expected OTEL_EXPORTER_OTLP_PROTOCOL to be http/json, got grpc: JSON over HTTP is sent");
  const propagators = wordsOf(env.OTEL_PROPAGATORS);
  const interval = positive(env.OTEL_METRIC_EXPORT_INTERVAL, INTERVAL_MS);
  return {
    ...on,
    continues: propagators.length === 0 || propagators.includes("tracecontext"),
    metricIntervalMs: interval,
    // The packages refuse a longer one.
    metricTimeoutMs: Math.min(interval, positive(env.OTEL_METRIC_EXPORT_TIMEOUT, TIMEOUT_MS)),
    troubles,
  };
}

const wordsOf = (list = ""): string[] =>
  list
    .split(",")
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== "");

function positive(text: string | undefined, otherwise: number): number {
  const number = Number(text?.trim() || NaN);
  return Number.isFinite(number) && number > 0 ? number : otherwise;
}
