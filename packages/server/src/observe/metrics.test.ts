import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createMetrics, metricsHandle } from "./metrics.ts";
import type { Metrics, MetricsOptions } from "./metrics.ts";
import { span } from "./trace.ts";

interface Exposition {
  readonly types: ReadonlyMap<string, string>;
  readonly samples: ReadonlyMap<string, number>;
}

/** The text format, strictly: comments of two kinds, and samples of known metrics. */
function parse(text: string): Exposition {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  assert.ok(text.endsWith("\n"));
  for (const line of text.split("\n").filter((each) => each !== "" && !each.startsWith("# HELP "))) {
    const type = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram)$/.exec(line);
    if (type !== null) {
      types.set(type[1] ?? "", type[2] ?? "");
      continue;
    }
    const sample = /^([a-zA-Z_:][\w:]*(?:\{[^}]*\})?) (\S+)$/.exec(line);
    assert.ok(sample, line);
    samples.set(sample[1] ?? "", Number(sample[2]));
  }
  return { types, samples };
}

async function withMetrics(
  options: Partial<MetricsOptions>,
  use: (metrics: Metrics) => Promise<void> | void,
): Promise<Exposition> {
  const metrics = createMetrics({ workers: 4, imagesInProgress: () => 0, ...options });
  try {
    await use(metrics);
    return parse(await metrics.text());
  } finally {
    metrics.close();
  }
}

const TYPES: Readonly<Record<string, string>> = {
  requests_total: "counter",
  status_codes_total: "counter",
  errors_total: "counter",
  request_duration_seconds: "histogram",
  request_span_duration_seconds: "histogram",
  workers: "gauge",
  requests_in_progress: "gauge",
  images_in_progress: "gauge",
  workers_utilization: "gauge",
  vips_memory_bytes: "gauge",
  vips_max_memory_bytes: "gauge",
  vips_allocs: "gauge",
  queue_length: "gauge",
  queue_running: "gauge",
  renderers_ready: "gauge",
  cache_bytes: "gauge",
  cache_entries: "gauge",
  renderer_restarts_total: "counter",
  cache_hits_total: "counter",
  cache_misses_total: "counter",
  cache_requests_total: "counter",
  cache_tier_total: "counter",
  source_requests_total: "counter",
  source_bytes_total: "counter",
  served_bytes_total: "counter",
  bytes_saved_total: "counter",
  pictures_total: "counter",
  purges_total: "counter",
};

const PROCESS = ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_start_time_seconds"];
const BUCKETS = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"];

describe("createMetrics", () => {
  it("has the metrics of the contract and process metrics, nothing else", async () => {
    const { types, samples } = await withMetrics({}, () => undefined);
    const own = [...types].filter(([name]) => !name.startsWith("process_"));
    assert.deepEqual(Object.fromEntries(own), TYPES);
    for (const name of PROCESS) assert.ok((samples.get(name) ?? 0) > 0, name);
    if (process.platform === "linux") {
      for (const name of ["process_virtual_memory_bytes", "process_open_fds", "process_max_fds"]) {
        assert.ok((samples.get(name) ?? 0) > 0, name);
      }
    }
    assert.equal(samples.get("vips_memory_bytes"), 0);
  });

  it("prefixes its own names with the namespace", async () => {
    const { types } = await withMetrics({ namespace: "pics" }, () => undefined);
    const own = [...types.keys()].filter((name) => !name.startsWith("process_"));
    assert.deepEqual(
      own,
      Object.keys(TYPES).map((name) => `pics_${name}`),
    );
  });

  it("counts requests, statuses and errors", async () => {
    const { samples } = await withMetrics({}, (metrics) => {
      metrics.request()({ status: 200 });
      metrics.request()({ status: 404, errorType: "download" });
      metrics.request()({ status: 500, errorType: "http://attacker/label" });
      const end = metrics.request();
      end({ status: 499, errorType: "timeout" });
      end({ status: 499, errorType: "timeout" });
      metrics.error("unexpected");
    });
    assert.equal(samples.get("requests_total"), 4);
    assert.equal(samples.get("requests_in_progress"), 0);
    assert.equal(samples.get('status_codes_total{status="200"}'), 1);
    assert.equal(samples.get('status_codes_total{status="499"}'), 1);
    assert.equal(samples.get('errors_total{type="download"}'), 1);
    assert.equal(samples.get('errors_total{type="unexpected"}'), 2);
    assert.equal(samples.get('errors_total{type="timeout"}'), 0);
    assert.equal(samples.get("request_duration_seconds_count"), 4);
    for (const bucket of BUCKETS) {
      assert.ok(samples.has(`request_duration_seconds_bucket{le="${bucket}"}`), bucket);
    }
  });

  it("reads gauges when it is asked", async () => {
    const vips = { memoryBytes: 1, mostMemoryBytes: 2, allocations: 3 };
    const options = { workers: 2, imagesInProgress: () => 1, vips: () => vips };
    const { samples } = await withMetrics(options, (metrics) => {
      metrics.request();
      metrics.request();
      metrics.request();
    });
    const read = (name: string): number | undefined => samples.get(name);
    assert.deepEqual(["workers", "requests_in_progress", "images_in_progress"].map(read), [2, 3, 1]);
    assert.equal(read("workers_utilization"), 150);
    assert.deepEqual(["vips_memory_bytes", "vips_max_memory_bytes", "vips_allocs"].map(read), [1, 2, 3]);
  });

  it("tells the same as data", async () => {
    await withMetrics({ namespace: "pics" }, async (metrics) => {
      metrics.request()({ status: 200, cache: "hit" });
      const readings = await metrics.readings();
      const { types } = parse(await metrics.text());
      assert.deepEqual(
        Object.fromEntries(readings.map(({ name, type }) => [name, type])),
        Object.fromEntries(types),
      );
      const states = readings.find(({ name }) => name === "pics_cache_requests_total");
      assert.deepEqual(
        states?.samples.find(({ labels }) => labels.state === "hit"),
        { name: "pics_cache_requests_total", labels: { state: "hit" }, value: 1 },
      );
      const durations = readings.find(({ name }) => name === "pics_request_duration_seconds");
      assert.equal(
        durations?.samples.find(({ name }) => name === "pics_request_duration_seconds_count")?.value,
        1,
      );
    });
  });

  it("takes steps from the trace, by imgproxy's names, until it is closed", async () => {
    let closed: Metrics | undefined;
    const { samples } = await withMetrics({}, async (metrics) => {
      closed = metrics;
      await span("request", {}, async () => {
        await span("fetch", {}, () => sleep(20));
        await span("wait", {}, () => Promise.resolve());
        await span("render", {}, () => Promise.reject(new Error("no"))).catch(() => undefined);
      });
      metrics.span("streaming_image", 2);
    });
    const count = (name: string): number | undefined =>
      samples.get(`request_span_duration_seconds_count{span="${name}"}`);
    assert.deepEqual(
      ["downloading_source_image", "queue", "processing_image", "streaming_image", "request"].map(count),
      [1, 1, 1, 1, undefined],
    );
    const sum = samples.get('request_span_duration_seconds_sum{span="downloading_source_image"}') ?? 0;
    assert.ok(sum >= 0.015 && sum < 5);

    await span("wait", {}, () => Promise.resolve());
    const later = parse((await closed?.text()) ?? "").samples;
    assert.equal(later.get('request_span_duration_seconds_count{span="queue"}'), 1);
  });
});

describe("metricsHandle", () => {
  it("answers on any path", async () => {
    const metrics = createMetrics({ workers: 1, imagesInProgress: () => 0 });
    const { signal } = new AbortController();
    const reply = await metricsHandle(metrics)({
      method: "GET",
      target: "/any",
      headers: {},
      peer: "",
      signal,
    });
    metrics.close();
    assert.equal(reply.status, 200);
    assert.equal(reply.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8");
    assert.ok(typeof reply.body === "string");
    assert.equal(parse(reply.body).samples.get("workers"), 1);
  });
});
