import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { HttpError } from "../errors.ts";
import type { Look } from "./labels.ts";
import { createMetrics } from "./metrics.ts";
import type { Metrics, MetricsOptions, Outcome } from "./metrics.ts";
import { span } from "./trace.ts";

/** Values by name and labels, as the exposition spells them. */
type Samples = ReadonlyMap<string, number>;

async function withMetrics(
  options: Partial<MetricsOptions>,
  use: (metrics: Metrics) => Promise<void> | void,
): Promise<{ readonly samples: Samples }> {
  const metrics = createMetrics({ workers: 4, imagesInProgress: () => 0, ...options });
  try {
    await use(metrics);
    const samples = (await metrics.readings()).flatMap((reading) => reading.samples);
    return { samples: new Map(samples.map(({ name, labels, value }) => [name + spelt(labels), value])) };
  } finally {
    metrics.close();
  }
}

function spelt(labels: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

describe("metrics of cache, sources and bytes", () => {
  it("counts what the cache did, and hits and misses of it", async () => {
    const { samples } = await withMetrics({}, (metrics) => {
      for (const cache of ["hit", "hit", "stale", "miss", "shared", "bypass", "raw"] as const)
        metrics.request()({ status: 200, cache });
      metrics.tier("memory", "miss");
      metrics.tier("disk", "hit");
      metrics.tier("disk", "hit");
      metrics.purge("tag");
    });
    const read = (name: string): number | undefined => samples.get(name);
    assert.deepEqual(["cache_hits_total", "cache_misses_total"].map(read), [3, 2]);
    assert.deepEqual(
      ["hit", "stale", "miss", "shared", "bypass", "raw"].map((state) =>
        read(`cache_requests_total{state="${state}"}`),
      ),
      [2, 1, 1, 1, 1, 1],
    );
    assert.equal(read('cache_tier_total{tier="memory",result="miss"}'), 1);
    assert.equal(read('cache_tier_total{tier="disk",result="hit"}'), 2);
    assert.equal(read('cache_tier_total{tier="redis",result="skipped"}'), 0);
    assert.equal(read('purges_total{kind="tag"}'), 1);
  });

  it("counts bytes, and saves none where a picture is larger than its original", async () => {
    const { samples } = await withMetrics({}, (metrics) => {
      metrics.request()({ status: 200, format: "webp", bytesIn: 1000, bytesOut: 300 });
      metrics.request()({ status: 200, format: "png", bytesIn: 100, bytesOut: 300 });
      metrics.request()({ status: 304, bytesIn: 1000, bytesOut: 0 });
    });
    const read = (name: string): number | undefined => samples.get(name);
    assert.equal(read("served_bytes_total"), 600);
    assert.equal(read("bytes_saved_total"), 700);
    assert.equal(read('pictures_total{format="webp"}'), 1);
    assert.equal(read('pictures_total{format="avif"}'), 0);
  });

  it("counts downloads by scheme and by what came of them", async () => {
    const fail = (error: unknown) =>
      span("fetch", { job: { source: "s3://a/b" } }, () => Promise.reject(error as Error));
    const { samples } = await withMetrics({}, async () => {
      const job = { source: "HTTPS://example.com/a.png?token=secret" };
      await span("fetch", { job }, () => Promise.resolve({ bytes: new Uint8Array(42) }));
      for (const code of ["source_timeout", "timeout", "client_gone", "source_failed"] as const)
        await assert.rejects(fail(new HttpError(code, "")));
      await assert.rejects(fail(new HttpError("source_refused", "", { status: 403 })));
      await assert.rejects(fail(new TypeError("no")));
    });
    const read = (labels: string): number | undefined => samples.get(`source_requests_total{${labels}}`);
    assert.equal(read('scheme="https",result="ok"'), 1);
    assert.equal(samples.get("source_bytes_total"), 42);
    assert.deepEqual(
      ["ok", "refused", "timeout", "cancelled", "error"].map((result) =>
        read(`scheme="s3",result="${result}"`),
      ),
      [0, 1, 2, 1, 2],
    );
  });

  it("reads the queue, the renderers and the tiers when it is asked", async () => {
    let queued = 1;
    const { samples } = await withMetrics(
      {
        queue: () => ({ length: queued, running: 2 }),
        renderers: () => ({ ready: 3, size: 4, restarts: 5 }),
        tiers: () => [
          { tier: "memory", bytes: 10, entries: 1 },
          { tier: "a stranger's", bytes: 30, entries: 3 },
        ],
      },
      () => {
        queued = 7;
      },
    );
    const read = (name: string): number | undefined => samples.get(name);
    assert.deepEqual(
      ["queue_length", "queue_running", "renderers_ready", "renderer_restarts_total"].map(read),
      [7, 2, 3, 5],
    );
    assert.deepEqual(
      ["memory", "other", "disk"].map((tier) => [
        read(`cache_bytes{tier="${tier}"}`),
        read(`cache_entries{tier="${tier}"}`),
      ]),
      [
        [10, 1],
        [30, 3],
        [undefined, undefined],
      ],
    );
  });

  it("times and counts a body that is streamed, and lets go of it where nobody reads", async () => {
    let released = 0;
    const body = (chunks: number): AsyncIterable<Uint8Array> => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          await sleep(5);
          chunks -= 1;
          return chunks < 0 ? { done: true, value: undefined } : { done: false, value: new Uint8Array(10) };
        },
        return: () => {
          released += 1;
          return Promise.resolve({ done: true, value: undefined });
        },
      }),
    });
    const whole = new Uint8Array(3);
    const { samples } = await withMetrics({}, async (metrics) => {
      const stream = (chunks: number) => metrics.streamed(body(chunks)) as AsyncIterable<Uint8Array>;
      let bytes = 0;
      for await (const chunk of stream(3)) bytes += chunk.length;
      assert.equal(bytes, 30);
      for await (const chunk of stream(3)) if (chunk.length > 0) break;
      await stream(3)[Symbol.asyncIterator]().return?.();
      assert.equal(metrics.streamed(whole), whole);
    });
    assert.equal(released, 2);
    assert.equal(samples.get("served_bytes_total"), 40);
    assert.equal(samples.get('request_span_duration_seconds_count{span="streaming_image"}'), 2);
  });

  it("makes no new series of what strangers send", async () => {
    const seriesOf = async (use: (metrics: Metrics) => Promise<void>): Promise<string[]> =>
      [...(await withMetrics({}, use)).samples.keys()].sort();
    const usual = async (metrics: Metrics): Promise<void> => {
      for (const status of [200, 404]) metrics.request()({ status });
      await span("request", {}, () => Promise.resolve());
    };
    const hostile =
      (text: string) =>
      async (metrics: Metrics): Promise<void> => {
        await usual(metrics);
        const outcome = { errorType: text, cache: text, format: text, bytesIn: 1, bytesOut: 1 };
        metrics.request()({ status: 200, ...outcome } as Outcome);
        metrics.error(text);
        metrics.tier(text, text as Look);
        metrics.purge(text);
        for (const source of [text, `${text}://x`]) {
          await span("fetch", { job: { source } }, () => Promise.resolve({ bytes: text }));
          await span("fetch", { job: { source } }, () => Promise.reject(new Error(text))).catch(
            () => undefined,
          );
        }
        await span("fetch", { job: text }, () => Promise.resolve(null));
        await span("fetch", {}, () => Promise.resolve());
      };
    const expected = await seriesOf(usual);
    for (const text of ["", "__proto__", "constructor", 'a"} 1\n', "x".repeat(9000), "gopher", "ünï"])
      assert.deepEqual(await seriesOf(hostile(text)), expected, text.slice(0, 20));
    const odd = await withMetrics({}, (metrics) => {
      for (const status of [0, 99, 600, NaN, 200.5, -1]) metrics.request()({ status });
    });
    assert.equal(odd.samples.get('status_codes_total{status="other"}'), 6);
  });
});
