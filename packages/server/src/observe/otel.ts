/** OpenTelemetry, where the standard variables ask for it. Its packages are loaded only then. */
import { peer } from "../peer.ts";
import type { Metrics } from "./metrics.ts";
import { telemetryWishes, type Environment, type Wishes } from "./otel-wishes.ts";

export interface TelemetryOptions {
  /** What is sent: the same metrics that a scrape finds. Without it there are only traces. */
  readonly metrics?: Pick<Metrics, "readings">;
  /** The server's version. */
  readonly version?: string;
  /** Hears sentences of what does not work, such as a collector that does not answer: at most one a minute. */
  readonly onTrouble?: (sentence: string) => void;
}

export interface Telemetry {
  /** Sends what is left, and ends. Never rejects. */
  stop(): Promise<void>;
}

const TROUBLE_EVERY_MS = 60_000;
/** A collector that hangs must not hold up the end of the server. */
const STOP_MS = 3000;

/**
 * Begins to send traces and metrics over OTLP (JSON over HTTP). `env` says whether; where to, how often and how many traces
 * are read by the packages themselves from this process' own variables. Undefined where nothing is asked for. Rejects
 * with a sentence where a package is missing.
 */
export async function startTelemetry(
  env: Environment,
  { metrics, version, onTrouble = () => undefined }: TelemetryOptions = {},
): Promise<Telemetry | undefined> {
  const wishes = telemetryWishes(env);
  for (const trouble of wishes.troubles) onTrouble(trouble);
  const sendsMetrics = wishes.metrics && metrics !== undefined;
  if (!wishes.traces && !sendsMetrics) return undefined;
  const resource = await resourceOf(version);
  const scope = { name: "tintype", ...(version !== undefined && { version }) };
  // All packages are there before anything begins, so that a missing one leaves nothing behind.
  const begins = [
    ...(wishes.traces ? [await tracing(resource, scope, wishes)] : []),
    ...(sendsMetrics ? [await metering(resource, scope, { wishes, metrics })] : []),
  ];
  const api = await import("@opentelemetry/api");
  api.diag.setLogger(seldom(onTrouble), {
    logLevel: api.DiagLogLevel.ERROR,
    suppressOverrideMessage: true,
  });
  const ends = begins.map((begin) => begin());
  return {
    stop: async () => {
      await within(STOP_MS, Promise.allSettled(ends.map((end) => end())));
      api.diag.disable();
    },
  };
}

type Resource = Awaited<ReturnType<typeof resourceOf>>;

/** Starts something, and gives what ends it. */
type Begin = () => () => Promise<void>;

interface Scope {
  readonly name: string;
  readonly version?: string;
}

async function resourceOf(version: string | undefined) {
  const { defaultResource, detectResources, envDetector, resourceFromAttributes, serviceInstanceIdDetector } =
    await peer("@opentelemetry/resources", "send telemetry", () => import("@opentelemetry/resources"));
  const ours = { "service.name": "tintype", ...(version !== undefined && { "service.version": version }) };
  // Each goes before those in front of it: the operator has the last word.
  return defaultResource()
    .merge(resourceFromAttributes(ours))
    .merge(detectResources({ detectors: [serviceInstanceIdDetector, envDetector] }));
}

async function tracing(resource: Resource, scope: Scope, { continues }: Wishes): Promise<Begin> {
  const [{ NodeTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { traceSteps }] =
    await Promise.all([
      peer("@opentelemetry/sdk-trace-node", "send traces", () => import("@opentelemetry/sdk-trace-node")),
      peer(
        "@opentelemetry/exporter-trace-otlp-http",
        "send traces",
        () => import("@opentelemetry/exporter-trace-otlp-http"),
      ),
      import("./otel-traces.ts"),
    ]);
  return () => {
    // Not registered as the process' own: what other packages would trace is not ours to send.
    const provider = new NodeTracerProvider({
      resource,
      spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
    });
    const leave = traceSteps(provider.getTracer(scope.name, scope.version), { continues });
    return async () => {
      leave();
      await provider.shutdown();
    };
  };
}

interface Metering {
  readonly wishes: Wishes;
  readonly metrics: Pick<Metrics, "readings">;
}

async function metering(resource: Resource, scope: Scope, { wishes, metrics }: Metering): Promise<Begin> {
  const [sdk, { OTLPMetricExporter }, { createProducer }] = await Promise.all([
    peer("@opentelemetry/sdk-metrics", "send metrics", () => import("@opentelemetry/sdk-metrics")),
    peer(
      "@opentelemetry/exporter-metrics-otlp-http",
      "send metrics",
      () => import("@opentelemetry/exporter-metrics-otlp-http"),
    ),
    import("./otel-metrics.ts"),
  ]);
  return () => {
    const reader = new sdk.PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter(),
      exportIntervalMillis: wishes.metricIntervalMs,
      exportTimeoutMillis: wishes.metricTimeoutMs,
      metricProducers: [createProducer(sdk, () => metrics.readings(), { resource, scope })],
    });
    const provider = new sdk.MeterProvider({ resource, readers: [reader] });
    return () => provider.shutdown();
  };
}

/** A logger for OpenTelemetry's own troubles, which come with each attempt to send. */
function seldom(tell: (sentence: string) => void) {
  let last = -Infinity;
  const error = (...words: readonly unknown[]): void => {
    if (performance.now() - last < TROUBLE_EVERY_MS) return;
    last = performance.now();
    tell(
      `telemetry: ${words.map((word) => (word instanceof Error ? word.message : String(word))).join(" ")}`,
    );
  };
  const nothing = (): void => undefined;
  return { error, warn: nothing, info: nothing, debug: nothing, verbose: nothing };
}

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([work, over]);
  clearTimeout(timer);
}
