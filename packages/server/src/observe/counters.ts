/** What metrics count, as it happens. */
import { Counter, Histogram } from "prom-client";
import type { Registry } from "prom-client";
import {
  ERROR_TYPES,
  FORMAT_NAMES,
  LOOKS,
  PURGE_KINDS,
  SCHEMES,
  SOURCE_RESULTS,
  SPAN_NAMES,
  STATES,
  TIERS,
} from "./labels.ts";

/** From a plain name to that with the namespace in front. */
export type Named = (plain: string) => string;

/** Adds the counters of imgproxy's names, and histograms of times in seconds. */
export function addRequestCounters(registry: Registry, name: Named) {
  const { counter, histogram } = makers(registry, name);
  return {
    requests: counter("requests_total", "Processing requests that came in."),
    statuses: counter(
      "status_codes_total",
      "Processing requests by the status that they were answered with.",
      ["status"],
    ),
    errors: started(counter("errors_total", "Failures by kind.", ["type"]), { type: ERROR_TYPES }),
    durations: histogram(
      "request_duration_seconds",
      "Time from the arrival of a processing request to its answer.",
    ),
    spans: begun(
      histogram("request_span_duration_seconds", "Time that a step of a processing request took.", ["span"]),
      { span: SPAN_NAMES },
    ),
  };
}

/** Adds the counters that tell of the cache, of sources and of bytes. */
export function addTrafficCounters(registry: Registry, name: Named) {
  const { counter } = makers(registry, name);
  return {
    hits: counter("cache_hits_total", "Pictures answered from the cache, fresh or stale."),
    misses: counter("cache_misses_total", "Pictures that were looked for in the cache and had to be made."),
    states: started(counter("cache_requests_total", "Pictures by what the cache did for them.", ["state"]), {
      state: STATES,
    }),
    tiers: started(
      counter("cache_tier_total", "Looks into a tier of the cache by what came of them.", ["tier", "result"]),
      { tier: TIERS, result: LOOKS },
    ),
    sources: started(counter("source_requests_total", "Downloads of originals.", ["scheme", "result"]), {
      scheme: SCHEMES,
      result: SOURCE_RESULTS,
    }),
    sourceBytes: counter("source_bytes_total", "Bytes of originals that were downloaded."),
    servedBytes: counter("served_bytes_total", "Bytes of pictures that were served."),
    savedBytes: counter("bytes_saved_total", "Bytes that pictures were smaller than their originals."),
    pictures: started(counter("pictures_total", "Pictures that were served.", ["format"]), {
      format: FORMAT_NAMES,
    }),
    purges: started(counter("purges_total", "Purges of the cache by what they were about.", ["kind"]), {
      kind: PURGE_KINDS,
    }),
  };
}

function makers(registry: Registry, name: Named) {
  const registers = [registry];
  const counter = <L extends string>(
    plain: string,
    help: string,
    labelNames: readonly L[] = [],
  ): Counter<L> => new Counter({ name: name(plain), help, labelNames, registers });
  const histogram = <L extends string>(
    plain: string,
    help: string,
    labelNames: readonly L[] = [],
  ): Histogram<L> => new Histogram({ name: name(plain), help, labelNames, registers });
  return { counter, histogram };
}

type LabelSets = Readonly<Record<string, readonly string[]>>;

/** A counter that is there from the start lets an alert see its first increment. */
function started<L extends string>(counter: Counter<L>, labels: LabelSets): Counter<L> {
  for (const values of combinations(labels)) counter.inc(values as Record<L, string>, 0);
  return counter;
}

function begun<L extends string>(histogram: Histogram<L>, labels: LabelSets): Histogram<L> {
  for (const values of combinations(labels)) histogram.zero(values as Record<L, string>);
  return histogram;
}

const combinations = (labels: LabelSets): Record<string, string>[] =>
  Object.entries(labels).reduce<Record<string, string>[]>(
    (made, [label, values]) => made.flatMap((each) => values.map((value) => ({ ...each, [label]: value }))),
    [{}],
  );
