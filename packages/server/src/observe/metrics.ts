/** Prometheus metrics by imgproxy's names (contract http.md, section 11.1). */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Handle } from "../message.ts";
import { addProcessMetrics } from "./process.ts";
import { onSpan } from "./trace.ts";
import type { Step } from "./trace.ts";

/** Values of the `type` label of `errors_total`; others are counted as `unexpected`, so that labels stay few. */
const ERROR_TYPES = [
  "timeout",
  "image_data_size",
  "path_parsing",
  "security",
  "queue",
  "download",
  "processing",
  "IO",
  "streaming",
  "unexpected",
] as const;

/** Values of the `span` label. */
export type SpanName = "queue" | "downloading_source_image" | "processing_image" | "streaming_image";

/** How steps of the trace are called in metrics; `request` has a histogram of its own. */
const SPAN_OF_STEP: Readonly<Partial<Record<Step, SpanName>>> = {
  wait: "queue",
  fetch: "downloading_source_image",
  render: "processing_image",
};

/** Status of requests whose client hung up: counted as a status, but not as an error. */
const CLIENT_GONE = 499;

export interface MetricsOptions {
  /** Prefix of all names but `process_*`; empty for none. */
  readonly namespace?: string;
  /** How many pictures may be rendered at once. */
  readonly workers: number;
  /** How many pictures are rendered, or streamed raw, right now. */
  readonly imagesInProgress: () => number;
  /** What libvips holds, over all renderers; zeros where nobody counts. */
  readonly vips?: () => Vips;
}

export interface Vips {
  readonly memoryBytes: number;
  readonly mostMemoryBytes: number;
  readonly allocations: number;
}

export interface Outcome {
  readonly status: number;
  /** The `type` label for `errors_total`, where the request failed. */
  readonly errorType?: string | undefined;
}

export interface Metrics {
  /** Counts a processing request in; the returned function counts it out, once. */
  request(): (outcome: Outcome) => void;
  /** Counts a failure outside of any request, such as an uncaught exception. */
  error(type: string): void;
  /** Adds a step that is not on the trace, in seconds. */
  span(name: SpanName, seconds: number): void;
  /** The exposition, in the format of `contentType`. */
  text(): Promise<string>;
  readonly contentType: string;
  /** Stops listening to the trace. */
  close(): void;
}

/** Metrics in a registry of their own, fed by the trace and by the calls of whoever answers requests. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const name = (plain: string): string => (options.namespace ? `${options.namespace}_${plain}` : plain);
  const { requests, statuses, errors, durations, spans } = addCounters(registry, name);
  const running = { requests: 0 };
  addGauges(registry, name, { ...options, requestsInProgress: () => running.requests });
  addProcessMetrics(registry);

  const countError = (type: string): void => errors.inc({ type: isErrorType(type) ? type : "unexpected" });
  const close = onSpan(({ step, milliseconds }) => {
    const span = SPAN_OF_STEP[step];
    if (span !== undefined) spans.observe({ span }, milliseconds / 1000);
  });

  return {
    request: () => {
      requests.inc();
      running.requests += 1;
      const startedAt = performance.now();
      let open = true;
      return ({ status, errorType }) => {
        if (!open) return;
        open = false;
        running.requests -= 1;
        durations.observe((performance.now() - startedAt) / 1000);
        statuses.inc({ status: String(status) });
        if (errorType !== undefined && status !== CLIENT_GONE) countError(errorType);
      };
    },
    error: countError,
    span: (span, seconds) => spans.observe({ span }, seconds),
    text: () => registry.metrics(),
    contentType: registry.contentType,
    close,
  };
}

/** Answers with the metrics on any path; to be served on a listener of its own, never beside pictures. */
export const metricsHandle =
  (metrics: Metrics): Handle =>
  async () => ({
    status: 200,
    headers: { "Content-Type": metrics.contentType, "Cache-Control": "no-store" },
    body: await metrics.text(),
  });

const isErrorType = (type: string): boolean => (ERROR_TYPES as readonly string[]).includes(type);

type Named = (plain: string) => string;

function addCounters(registry: Registry, name: Named) {
  const registers = [registry];
  const requests = new Counter({
    name: name("requests_total"),
    help: "Processing requests that came in.",
    registers,
  });
  const statuses = new Counter({
    name: name("status_codes_total"),
    help: "Processing requests by the status that they were answered with.",
    labelNames: ["status"],
    registers,
  });
  const errors = new Counter({
    name: name("errors_total"),
    help: "Failures by kind.",
    labelNames: ["type"],
    registers,
  });
  // A counter that is there from the start lets an alert see its first increment.
  for (const type of ERROR_TYPES) errors.inc({ type }, 0);
  const durations = new Histogram({
    name: name("request_duration_seconds"),
    help: "Time from the arrival of a processing request to its answer.",
    registers,
  });
  const spans = new Histogram({
    name: name("request_span_duration_seconds"),
    help: "Time that a step of a processing request took.",
    labelNames: ["span"],
    registers,
  });
  return { requests, statuses, errors, durations, spans };
}

interface GaugeReaders extends MetricsOptions {
  readonly requestsInProgress: () => number;
}

const NO_VIPS: Vips = { memoryBytes: 0, mostMemoryBytes: 0, allocations: 0 };

interface GaugeEntry {
  readonly name: string;
  readonly help: string;
  readonly read: (readers: GaugeReaders) => number;
}

const GAUGES: readonly GaugeEntry[] = [
  { name: "workers", help: "Pictures that can be rendered at once.", read: ({ workers }) => workers },
  {
    name: "requests_in_progress",
    help: "Processing requests that are not answered yet.",
    read: ({ requestsInProgress }) => requestsInProgress(),
  },
  {
    name: "images_in_progress",
    help: "Pictures that are being rendered or streamed.",
    read: ({ imagesInProgress }) => imagesInProgress(),
  },
  {
    name: "workers_utilization",
    help: "Requests in progress as a percentage of workers.",
    read: ({ workers, requestsInProgress }) => (requestsInProgress() / workers) * 100,
  },
  {
    name: "vips_memory_bytes",
    help: "Memory that libvips holds.",
    read: ({ vips }) => (vips?.() ?? NO_VIPS).memoryBytes,
  },
  {
    name: "vips_max_memory_bytes",
    help: "The most memory that libvips has held.",
    read: ({ vips }) => (vips?.() ?? NO_VIPS).mostMemoryBytes,
  },
  {
    name: "vips_allocs",
    help: "Allocations that libvips has active.",
    read: ({ vips }) => (vips?.() ?? NO_VIPS).allocations,
  },
];

function addGauges(registry: Registry, name: Named, readers: GaugeReaders): void {
  for (const { name: plain, help, read } of GAUGES) {
    new Gauge({
      name: name(plain),
      help,
      registers: [registry],
      collect() {
        this.set(read(readers));
      },
    });
  }
}
