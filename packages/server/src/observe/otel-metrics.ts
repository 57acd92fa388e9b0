/** Metrics over OTLP: what a scrape would find, point by point, so that the two cannot differ. */
import { ValueType, type Attributes, type HrTime } from "@opentelemetry/api";
import type {
  DataPoint,
  Histogram,
  MetricData,
  MetricProducer,
  ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import type { Reading, Sample } from "./metrics.ts";

type Sdk = typeof import("@opentelemetry/sdk-metrics");
type Resource = ResourceMetrics["resource"];

export interface Scope {
  readonly name: string;
  readonly version?: string;
}

/** What a metric reader asks for more metrics: it gives those of `readings`, as they stand when it is asked. */
export function createProducer(
  sdk: Sdk,
  readings: () => Promise<readonly Reading[]>,
  { resource, scope }: { readonly resource: Resource; readonly scope: Scope },
): MetricProducer {
  const startedAt = hrTime();
  return {
    collect: async () => {
      const times = { startTime: startedAt, endTime: hrTime() };
      const metrics = (await readings()).map((reading) => dataOf(sdk, reading, times));
      return { resourceMetrics: { resource, scopeMetrics: [{ scope, metrics }] }, errors: [] };
    },
  };
}

interface Times {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

function dataOf(sdk: Sdk, { name, help, type, samples }: Reading, times: Times): MetricData {
  const shared = {
    descriptor: { name, description: help, unit: unitOf(name), valueType: ValueType.DOUBLE },
    aggregationTemporality: sdk.AggregationTemporality.CUMULATIVE,
  };
  const points = (): DataPoint<number>[] =>
    samples.map(({ labels, value }) => ({ ...times, attributes: labels, value }));
  switch (type) {
    case "histogram":
      return {
        ...shared,
        dataPointType: sdk.DataPointType.HISTOGRAM,
        dataPoints: histograms(name, samples).map((point) => ({ ...times, ...point })),
      };
    case "counter":
      return { ...shared, dataPointType: sdk.DataPointType.SUM, isMonotonic: true, dataPoints: points() };
    case "gauge":
      return { ...shared, dataPointType: sdk.DataPointType.GAUGE, dataPoints: points() };
  }
}

/** From cumulative buckets, one sample each, to one point for each set of labels. */
function histograms(
  name: string,
  samples: readonly Sample[],
): { attributes: Attributes; value: Histogram }[] {
  const groups = Map.groupBy(samples, ({ labels: { le: _, ...labels } }) => JSON.stringify(labels));
  return [...groups].map(([labels, group]) => {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const valueOf = (suffix: string): number =>
      group.find((sample) => sample.name === name + suffix)?.value ?? 0;
    return {
      attributes: JSON.parse(labels) as Attributes,
      value: {
        buckets: {
          boundaries: buckets.map(({ labels: { le } }) => Number(le)).filter(Number.isFinite),
          counts: buckets.map(({ value }, index) => value - (buckets[index - 1]?.value ?? 0)),
        },
        count: valueOf("_count"),
        sum: valueOf("_sum"),
      },
    };
  });
}

function unitOf(name: string): string {
  if (/_seconds(?:_total)?$/.test(name)) return "s";
  return /(?:_|^)bytes(?:_\w+)?$/.test(name) ? "By" : "";
}

function hrTime(): HrTime {
  const now = Date.now();
  return [Math.floor(now / 1000), (now % 1000) * 1e6];
}
