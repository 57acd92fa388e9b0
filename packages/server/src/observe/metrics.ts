/** Prometheus metrics: imgproxy's names for what it counts too (contract http.md, section 11.1), and our own. */
import { Registry } from "prom-client";
import type { Handle, Reply } from "../message.ts";
import { addRequestCounters, addTrafficCounters } from "./counters.ts";
import { addGauges, utilizationOf } from "./gauges.ts";
import type { GaugeReaders, Vips } from "./gauges.ts";
import * as labels from "./labels.ts";
import type { Look, SpanName, State } from "./labels.ts";
import { addProcessMetrics } from "./process.ts";
import { downloadOf } from "./source-facts.ts";
import { streamed } from "./streamed.ts";
import { onSpan } from "./trace.ts";
import type { Step } from "./trace.ts";

export type { Vips } from "./gauges.ts";
export type { SpanName } from "./labels.ts";

/** How steps of the trace are called in metrics; `request` has a histogram of its own. */
const SPAN_OF_STEP: Readonly<Partial<Record<Step, SpanName>>> = {
  wait: "queue",
  cache: "cache",
  fetch: "downloading_source_image",
  render: "processing_image",
};

/** Status of requests whose client hung up: counted as a status, but not as an error. */
const CLIENT_GONE = 499;

export interface MetricsOptions extends Omit<GaugeReaders, "requestsInProgress"> {
  /** Prefix of all names but `process_*`; empty for none. */
  readonly namespace?: string;
  /** How many pictures may be rendered at once. */
  readonly workers: number;
  /** How many pictures are rendered, or streamed raw, right now. */
  readonly imagesInProgress: () => number;
  /** What libvips holds, over all renderers; zeros where nobody counts. */
  readonly vips?: () => Vips;
}

export interface Outcome {
  readonly status: number;
  /** The `type` label for `errors_total`, where the request failed. */
  readonly errorType?: string | undefined;
  /** What the cache did for the request. */
  readonly cache?: State | undefined;
  /** Of the picture that was served. */
  readonly format?: string | undefined;
  /** Bytes of the original, whether or not it was downloaded for this request. */
  readonly bytesIn?: number | undefined;
  /** Bytes of the picture that were served: 0 for an answer without a body. */
  readonly bytesOut?: number | undefined;
}

/** A metric and its samples as plain data, for those who do not read the exposition. */
export interface Reading {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** The name of the metric, or for a histogram that with `_bucket`, `_sum` or `_count` behind it. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export interface Metrics {
  /** Counts a processing request in; the returned function counts it out, once. */
  request(): (outcome: Outcome) => void;
  /** Counts a failure outside of any request, such as an uncaught exception. */
  error(type: string): void;
  /** Adds a step that is not on the trace, in seconds. */
  span(name: SpanName, seconds: number): void;
  /** The body of a reply, counted and timed as `streaming_image` where it is streamed; others are the same as before. */
  streamed(body: Reply["body"]): Reply["body"];
  /** Counts a look into a tier of the cache. */
  tier(tier: string, result: Look): void;
  /** Counts a purge, by what it was about. */
  purge(kind: string): void;
  /** Requests in progress as a percentage of workers. */
  utilization(): number;
  /** The exposition, in the format of `contentType`. */
  text(): Promise<string>;
  readonly contentType: string;
  /** The same as data. */
  readings(): Promise<readonly Reading[]>;
  /** Stops listening to the trace. */
  close(): void;
}

/** Metrics in a registry of their own, fed by the trace and by the calls of whoever answers requests. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const name = (plain: string): string => (options.namespace ? `${options.namespace}_${plain}` : plain);
  const requests = addRequestCounters(registry, name);
  const running = { requests: 0 };
  const readers = { ...options, requestsInProgress: () => running.requests };
  addGauges(registry, name, readers);
  const traffic = addTrafficCounters(registry, name);
  addProcessMetrics(registry);

  const countError = (type: string): void =>
    requests.errors.inc({ type: labels.bounded(labels.ERROR_TYPES, type, "unexpected") });
  const addSpan = (span: SpanName, seconds: number): void => requests.spans.observe({ span }, seconds);
  const close = onSpan((span) => {
    const known = SPAN_OF_STEP[span.step];
    if (known !== undefined) addSpan(known, span.milliseconds / 1000);
    if (span.step !== "fetch") return;
    const { scheme, result, bytes } = downloadOf(span);
    traffic.sources.inc({ scheme, result });
    traffic.sourceBytes.inc(bytes);
  });

  return {
    request: () => {
      requests.requests.inc();
      running.requests += 1;
      const startedAt = performance.now();
      let open = true;
      return (outcome) => {
        if (!open) return;
        open = false;
        running.requests -= 1;
        requests.durations.observe((performance.now() - startedAt) / 1000);
        requests.statuses.inc({ status: labels.statusLabel(outcome.status) });
        if (outcome.errorType !== undefined && outcome.status !== CLIENT_GONE) countError(outcome.errorType);
        countTraffic(traffic, outcome);
      };
    },
    error: countError,
    utilization: () => utilizationOf(readers),
    span: addSpan,
    streamed: (body) =>
      streamed(body, ({ milliseconds, bytes }) => {
        addSpan("streaming_image", milliseconds / 1000);
        traffic.servedBytes.inc(bytes);
      }),
    tier: (tier, result) =>
      traffic.tiers.inc({
        tier: labels.bounded(labels.TIERS, tier, "other"),
        result: labels.bounded(labels.LOOKS, result, "error"),
      }),
    purge: (kind) => traffic.purges.inc({ kind: labels.bounded(labels.PURGE_KINDS, kind, "all") }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
    readings: async () => readingsOf(await registry.getMetricsAsJSON()),
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

type Traffic = ReturnType<typeof addTrafficCounters>;

function countTraffic(traffic: Traffic, { cache, format, bytesIn, bytesOut }: Outcome): void {
  if (cache !== undefined) {
    if (labels.STATES.includes(cache)) traffic.states.inc({ state: cache });
    if (cache === "hit" || cache === "stale") traffic.hits.inc();
    if (cache === "miss" || cache === "shared") traffic.misses.inc();
  }
  if (format !== undefined)
    traffic.pictures.inc({ format: labels.bounded(labels.FORMAT_NAMES, format, "other") });
  if (!bytesOut) return;
  traffic.servedBytes.inc(bytesOut);
  if (bytesIn !== undefined) traffic.savedBytes.inc(Math.max(0, bytesIn - bytesOut));
}

interface Told {
  readonly name: string;
  readonly help: string;
  readonly type: unknown;
  readonly values: readonly unknown[];
}

interface Value {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

// prom-client's types leave out what its histograms give: the name of each sample.
const readingsOf = (told: readonly Told[]): readonly Reading[] =>
  told.map(({ name, help, type, values }) => ({
    name,
    help,
    type: String(type) as Reading["type"],
    samples: (values as readonly Value[]).map((each) => ({
      name: each.metricName ?? name,
      labels: each.labels,
      value: each.value,
    })),
  }));
