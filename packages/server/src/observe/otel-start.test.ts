import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, describe, it } from "node:test";
import { createMetrics } from "./metrics.ts";
import { telemetryWishes } from "./otel-wishes.ts";
import { startTelemetry } from "./otel.ts";
import { span } from "./trace.ts";

const ENDPOINT = "http://127.0.0.1:4318";

after(() => {
  for (const name of Object.keys(process.env))
    if (name.startsWith("OTEL_")) Reflect.deleteProperty(process.env, name);
});

describe("telemetryWishes", () => {
  for (const [env, traces, metrics] of [
    [{}, false, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT }, true, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ENDPOINT }, true, false],
    [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: ENDPOINT }, false, true],
    [{ OTEL_TRACES_EXPORTER: "otlp" }, true, false],
    [{ OTEL_METRICS_EXPORTER: " OTLP , prometheus" }, false, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_TRACES_EXPORTER: "none" }, false, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_SDK_DISABLED: "true" }, false, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_SDK_DISABLED: "false" }, true, true],
  ] as const)
    it(`of ${JSON.stringify(env)}`, () => {
      const wishes = telemetryWishes(env);
      assert.deepEqual([wishes.traces, wishes.metrics], [traces, metrics]);
    });

  it("warns of grpc, which is not spoken", () => {
    const env = { OTEL_TRACES_EXPORTER: "otlp", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" };
    assert.match(telemetryWishes(env).troubles.join(), /got grpc/);
  });

  it("takes no time between two sendings that is none", () => {
    const of = (interval: string, timeout = "") => {
      const env = { OTEL_METRIC_EXPORT_INTERVAL: interval, OTEL_METRIC_EXPORT_TIMEOUT: timeout };
      const { metricIntervalMs, metricTimeoutMs } = telemetryWishes(env);
      return [metricIntervalMs, metricTimeoutMs];
    };
    assert.deepEqual(of("", ""), [60_000, 30_000]);
    assert.deepEqual(of("-1", "x"), [60_000, 30_000]);
    assert.deepEqual(of("1000"), [1000, 1000]);
  });
});

describe("startTelemetry", () => {
  it("does nothing where nothing asks for it", async () => {
    for (const env of [
      {},
      { OTEL_EXPORTER_OTLP_ENDPOINT: " " },
      { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_SDK_DISABLED: "TRUE" },
      { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_TRACES_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none" },
      { OTEL_METRICS_EXPORTER: "otlp" }, // Of no metrics.
    ])
      assert.equal(await startTelemetry(env), undefined, JSON.stringify(env));
  });

  it("says what it was asked for and does not do", async () => {
    const troubles: string[] = [];
    const env = { OTEL_TRACES_EXPORTER: "zipkin", OTEL_METRICS_EXPORTER: "none" };
    assert.equal(await startTelemetry(env, { onTrouble: (trouble) => troubles.push(trouble) }), undefined);
    assert.deepEqual(troubles, ["expected OTEL_TRACES_EXPORTER to be otlp or none, got zipkin"]);
  });

  it("says once that nobody takes what it sends, and ends in time", async () => {
    const troubles: string[] = [];
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, "close");
    const env = Object.assign(process.env, {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: "200",
      OTEL_BSP_EXPORT_TIMEOUT: "400",
    });
    const metrics = createMetrics({ workers: 1, imagesInProgress: () => 0 });
    const telemetry = await startTelemetry(env, { metrics, onTrouble: (trouble) => troubles.push(trouble) });
    await span("render", {}, () => Promise.resolve());
    const began = performance.now();
    await telemetry?.stop();
    metrics.close();
    assert.ok(performance.now() - began < 10_000);
    assert.equal(troubles.length, 1, troubles.join("\n"));
    assert.match(troubles[0] ?? "", /^telemetry: /);
  });
});
