import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLog } from "./log.ts";
import { startStatsLine } from "./stats-line.ts";
import { createStats, type Counted, type StatsOptions } from "./stats.ts";

/** Statistics on a clock that stands still until it is set. */
function start(options: Omit<StatsOptions, "now"> = {}) {
  const clock = { ms: 5_000_250 };
  const stats = createStats({ ...options, now: () => clock.ms });
  const count = (outcome: Partial<Counted> = {}) => stats.count({ status: 200, durationMs: 10, ...outcome });
  return { clock, stats, count };
}

describe("createStats", () => {
  it("begins with nothing", () => {
    const { recent, total, queue, renderers, tiers, slowest, memoryBytes, time } = start().stats.snapshot();
    assert.equal(recent.requests, 0);
    assert.deepEqual([recent.perSecond, recent.hitRatio, recent.milliseconds], [0, null, null]);
    assert.deepEqual(total.errors, []);
    assert.deepEqual([queue, renderers, tiers, slowest], [null, null, [], []]);
    assert.ok(memoryBytes > 1e6);
    assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
  });

  it("counts states, statuses, errors, times and bytes", () => {
    const { count, stats } = start();
    for (const state of ["hit", "hit", "stale", "miss", "shared", "bypass", "raw"] as const) count({ state });
    count({ status: 304, state: "hit" });
    count({ status: 404, code: "source_unreachable", durationMs: 1000 });
    count({ status: 429, code: "queue_full" });
    count({ status: 429, code: "queue_full" });
    count({ status: 500, code: "__proto__" });
    count({ bytesIn: 1000, bytesOut: 100 });
    count({ bytesIn: 10, bytesOut: 100 });
    count({ status: 304, bytesIn: 1000, bytesOut: 0 });
    const { total, recent } = stats.snapshot();
    assert.equal(total.requests, 15);
    assert.deepEqual(total.states, { hit: 3, stale: 1, miss: 1, shared: 1, bypass: 1, raw: 1 });
    assert.deepEqual(total.statuses, { "2xx": 9, "3xx": 2, "4xx": 3, "5xx": 1 });
    assert.deepEqual(total.errors, [
      { code: "queue_full", count: 2 },
      { code: "source_unreachable", count: 1 },
      { code: "other", count: 1 },
    ]);
    assert.equal(total.refused, 2);
    assert.equal(total.hitRatio, 0.667);
    assert.deepEqual([total.bytesServed, total.bytesSaved], [200, 900]);
    const { p50 = 0, p99 = 0 } = total.milliseconds ?? {};
    assert.ok(p50 >= 10 && p50 < 11, String(p50));
    assert.ok(p99 >= 1000 && p99 < 1100, String(p99));
    assert.deepEqual({ ...recent, seconds: 0 }, { ...total, seconds: 0 });
  });

  it("counts by codes of the table only, whatever comes", () => {
    const { count, stats } = start();
    for (let index = 0; index < 500; index += 1)
      count({ status: 1000 + index, code: `code-${index}`, state: `state-${index}` });
    const { total } = stats.snapshot();
    assert.deepEqual(total.errors, [{ code: "other", count: 500 }]);
    assert.deepEqual(Object.values(total.states), [0, 0, 0, 0, 0, 0]);
    assert.deepEqual(Object.values(total.statuses), [0, 0, 0, 0]);
  });

  it("forgets in `recent` what is ten seconds old, and never in `total`", () => {
    const { clock, count, stats } = start();
    count();
    clock.ms += 3000;
    count({ durationMs: 400 });
    count();
    clock.ms += 6900; // The tenth second since the first request.
    const whole = stats.snapshot();
    assert.equal(whole.recent.requests, 2);
    assert.deepEqual([whole.recent.seconds, whole.recent.perSecond], [9.15, 0.219]);
    clock.ms += 4000;
    assert.equal(stats.snapshot().recent.requests, 0);
    count();
    const { recent, total, uptimeSeconds } = stats.snapshot();
    assert.deepEqual([recent.requests, total.requests, uptimeSeconds], [1, 4, 14]);
    clock.ms += 3_600_000;
    assert.equal(stats.snapshot().recent.requests, 0);
  });

  it("names the ten slowest pictures of the last minute, without their secrets", () => {
    const { clock, count, stats } = start();
    const source = "https://me:s3cret@a.example/b.png?token=s3cret";
    const steps = { fetch: 1, wait: 2, render: 3 };
    count({ imageUrl: source, options: "w:100", durationMs: 90_000.4, state: "miss", steps });
    clock.ms += 30_000;
    for (let index = 0; index < 50; index += 1) {
      count({ imageUrl: `https://a.example/${index}`, durationMs: (index * 7) % 50 });
      clock.ms += 100;
    }
    count({ durationMs: 1e6 }); // Of no picture.
    const { slowest } = stats.snapshot();
    assert.deepEqual(slowest[0], {
      source: "https://***@a.example/b.png",
      options: "w:100",
      status: 200,
      state: "miss",
      milliseconds: 90_000,
      steps,
      secondsAgo: 35,
    });
    assert.deepEqual(
      slowest.slice(1).map(({ milliseconds }) => milliseconds),
      [49, 48, 47, 46, 45, 44, 43, 42, 41],
    );
    assert.equal(JSON.stringify(slowest).includes("s3cret"), false);
    clock.ms += 26_000;
    assert.equal(stats.snapshot().slowest[0]?.milliseconds, 49);
    clock.ms += 60_000;
    assert.deepEqual(stats.snapshot().slowest, []);
  });

  it("reads queue, renderers and tiers when it is asked", () => {
    const tiers = [{ tier: "memory", bytes: 1, entries: 2 }];
    const { stats } = start({
      queue: () => ({ length: 3, running: 4 }),
      renderers: () => ({ ready: 1, size: 2, restarts: 0 }),
      tiers: () => tiers,
    });
    const snapshot = stats.snapshot();
    assert.deepEqual(snapshot.queue, { length: 3, running: 4 });
    assert.deepEqual(snapshot.renderers, { ready: 1, size: 2, restarts: 0 });
    assert.deepEqual(snapshot.tiers, tiers);
  });
});

describe("startStatsLine", () => {
  it("writes a line every so often until it is stopped", (context) => {
    context.mock.timers.enable({ apis: ["setInterval"] });
    const lines: string[] = [];
    const log = createLog({ format: "json", write: (line) => lines.push(line) });
    const { count, stats } = start({ queue: () => ({ length: 3, running: 4 }), utilization: () => 175 });
    const stop = startStatsLine(log.info, stats, 10);
    count({ status: 403, code: "bad_secret", durationMs: 8 });
    context.mock.timers.tick(9999);
    assert.equal(lines.length, 0);
    context.mock.timers.tick(1);
    context.mock.timers.tick(10_000);
    assert.equal(lines.length, 2);
    stop();
    context.mock.timers.tick(100_000);
    assert.equal(lines.length, 2);
    const line = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
    assert.equal(line.message ?? line.msg, "stats");
    assert.equal(line.requests, 1);
    assert.deepEqual(line.queue, { length: 3, running: 4 });
    assert.deepEqual(line.errors, [{ code: "bad_secret", count: 1 }]);
    assert.deepEqual([line.workers_utilization, line.refused, line.renderers], [175, 0, null]);
    assert.equal("slowest" in line, false);
  });
});
