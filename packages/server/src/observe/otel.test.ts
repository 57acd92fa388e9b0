import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { after, afterEach, describe, it } from "node:test";
import { HttpError } from "../errors.ts";
import { createMetrics } from "./metrics.ts";
import { startTelemetry, type TelemetryOptions } from "./otel.ts";
import { span } from "./trace.ts";

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, string | number>>;
}

interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code: number; readonly message?: string };
}

interface SentPoint {
  readonly attributes: readonly Attribute[];
  readonly asDouble?: number;
  readonly count?: number;
  readonly sum?: number;
  readonly bucketCounts?: readonly number[];
  readonly explicitBounds?: readonly number[];
}

interface SentMetric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: { readonly isMonotonic: boolean; readonly dataPoints: readonly SentPoint[] };
  readonly gauge?: { readonly dataPoints: readonly SentPoint[] };
  readonly histogram?: { readonly dataPoints: readonly SentPoint[] };
}

interface Sent {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeMetrics: readonly { readonly metrics: readonly SentMetric[] }[];
  }[];
}

/** A collector: it takes JSON and keeps it. */
const received: { readonly path: string; readonly body: Sent; readonly authorization: string | undefined }[] =
  [];
const collector = createServer((request, response) => {
  void json(request).then((body) => {
    received.push({
      path: request.url ?? "",
      body: body as Sent,
      authorization: request.headers.authorization,
    });
    response.writeHead(200, { "Content-Type": "application/json" }).end("{}");
  });
}).listen(0, "127.0.0.1");
await once(collector, "listening");
const ENDPOINT = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
after(() => collector.close());

/** The packages read the environment of this process. */
const set = new Set<string>();
function setEnv(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  for (const [name, value] of Object.entries(variables)) {
    process.env[name] = value;
    set.add(name);
  }
  return process.env;
}
afterEach(() => {
  for (const name of set) Reflect.deleteProperty(process.env, name);
  set.clear();
  received.length = 0;
});

/** What a collector gets of what `use` does. */
async function send(
  variables: Readonly<Record<string, string>>,
  options: TelemetryOptions,
  use: () => Promise<unknown>,
): Promise<Sent[]> {
  const env = setEnv({ OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, ...variables });
  const telemetry = await startTelemetry(env, options);
  assert.ok(telemetry);
  await use();
  await telemetry.stop();
  return received.map(({ body }) => body);
}

const spansOf = (sent: readonly Sent[]): SentSpan[] =>
  sent
    .flatMap(({ resourceSpans = [] }) => resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans);

const metricsOf = (sent: readonly Sent[]): SentMetric[] =>
  sent
    .flatMap(({ resourceMetrics = [] }) => resourceMetrics)
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics);

const plain = (attributes: readonly Attribute[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

const SECRET = "s3cret";
const JOB = { source: `https://me:${SECRET}@a.example/b.png?token=${SECRET}`, options: { width: 100 } };
const ask = (headers: Readonly<Record<string, string>> = {}) => ({
  method: "GET",
  target: `/${SECRET}/w:100/plain/https://a.example/b.png%3Ftoken=${SECRET}`,
  headers,
  peer: "203.0.113.9",
});

/** A request as handle.ts makes one. */
const picture = (headers?: Readonly<Record<string, string>>) =>
  span("request", { ask: ask(headers) }, async () => {
    await span("cache", { job: JOB }, () => Promise.resolve());
    await Promise.all([
      span("fetch", { job: JOB }, () => Promise.resolve({ bytes: new Uint8Array(42) })),
      span("wait", { job: JOB }, () => Promise.resolve()),
    ]);
    await span("render", { job: JOB }, () => Promise.resolve());
    return { reply: { status: 200 }, state: "miss", job: JOB };
  });

const PARENT = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

describe("traces", () => {
  it("are of steps within their request, without secrets", async () => {
    const sent = await send(
      { OTEL_SERVICE_NAME: "pics", OTEL_RESOURCE_ATTRIBUTES: "team=a" },
      { version: "1.2.3" },
      () => picture(),
    );
    const spans = spansOf(sent);
    assert.deepEqual(spans.map(({ name }) => name).sort(), ["cache", "fetch", "render", "request", "wait"]);
    const request = spans.find(({ name }) => name === "request");
    assert.ok(request);
    assert.equal(request.parentSpanId, undefined);
    assert.deepEqual(new Set(spans.map(({ traceId }) => traceId)), new Set([request.traceId]));
    for (const each of spans)
      if (each !== request) assert.equal(each.parentSpanId, request.spanId, each.name);
    assert.deepEqual(plain(request.attributes), {
      "http.request.method": "GET",
      "http.response.status_code": 200,
      "imgproxy.options": "w:100",
      "imgproxy.source_image_origin": "https://a.example",
      "imgproxy.source_image_url": "https://***@a.example/b.png",
      "tintype.state": "miss",
    });
    const fetch = spans.find(({ name }) => name === "fetch");
    assert.equal(plain(fetch?.attributes ?? [])["tintype.source_bytes"], 42);
    assert.equal(JSON.stringify(sent).includes(SECRET), false);
    assert.equal(received[0]?.path, "/v1/traces");
    const resource = plain(sent[0]?.resourceSpans?.[0]?.resource.attributes ?? []);
    assert.deepEqual(
      [resource["service.name"], resource["service.version"], resource.team],
      ["pics", "1.2.3", "a"],
    );
  });

  it("continue the trace of a traceparent header, if it is sound", async () => {
    const sound = `00-${PARENT.traceId}-${PARENT.spanId}-01`;
    const sent = await send({}, {}, async () => {
      await picture({ traceparent: sound, tracestate: "a=1" });
      for (const traceparent of [
        `00-${PARENT.traceId}-${PARENT.spanId}-01-more`,
        `ff-${PARENT.traceId}-${PARENT.spanId}-01`,
        `00-${"0".repeat(32)}-${PARENT.spanId}-01`,
        "nonsense",
      ])
        await picture({ traceparent });
    });
    const requests = spansOf(sent).filter(({ name }) => name === "request");
    assert.equal(requests.length, 5);
    assert.deepEqual([requests[0]?.traceId, requests[0]?.parentSpanId], [PARENT.traceId, PARENT.spanId]);
    for (const each of requests.slice(1)) {
      assert.notEqual(each.traceId, PARENT.traceId);
      assert.equal(each.parentSpanId, undefined);
    }
  });

  it("begin anew where the operator wants no propagation", async () => {
    const sent = await send({ OTEL_PROPAGATORS: "none" }, {}, () =>
      picture({ traceparent: `00-${PARENT.traceId}-${PARENT.spanId}-01` }),
    );
    assert.notEqual(spansOf(sent).at(-1)?.traceId, PARENT.traceId);
  });

  it("are sampled as the variables say", async () => {
    const sent = await send({ OTEL_TRACES_SAMPLER: "always_off" }, {}, () => picture());
    assert.deepEqual(spansOf(sent), []);
    await send({ OTEL_TRACES_SAMPLER: "parentbased_always_on" }, {}, () =>
      picture({ traceparent: `00-${PARENT.traceId}-${PARENT.spanId}-00` }),
    );
    assert.deepEqual(spansOf(received.map(({ body }) => body)), []);
  });

  it("tell what failed, and do not blame those who hung up", async () => {
    const sent = await send({}, {}, async () => {
      const fail = (error: unknown) => span("fetch", { job: JOB }, () => Promise.reject(error as Error));
      await fail(new HttpError("source_timeout", `expected ${JOB.source}, got none`)).catch(() => undefined);
      await fail(new HttpError("client_gone", "")).catch(() => undefined);
      assert.throws(
        () =>
          void span("render", {}, () => {
            throw new TypeError("at once");
          }),
      );
      const told = (error: HttpError) =>
        span("request", { ask: ask() }, () => Promise.resolve({ reply: { status: error.status }, error }));
      await told(new HttpError("bad_signature", "no"));
      await told(new HttpError("internal", "oops"));
    });
    const seen = spansOf(sent).map(({ name, status, attributes }) => [
      name,
      plain(attributes)["error.type"],
      status.code,
      status.message ?? "",
    ]);
    assert.deepEqual(seen, [
      ["fetch", "source_timeout", 2, "expected https://***@a.example/b.png?… got none"],
      ["fetch", "client_gone", 0, ""],
      ["render", "internal", 2, "at once"],
      ["request", "bad_signature", 0, ""],
      ["request", "internal", 2, "oops"],
    ]);
    assert.equal(JSON.stringify(sent).includes(SECRET), false);
  });

  it("end with the telemetry", async () => {
    await send({}, {}, () => picture());
    const before = received.length;
    assert.equal(await span("render", {}, () => Promise.resolve(7)), 7);
    assert.equal(received.length, before);
  });
});

describe("metrics over OTLP", () => {
  it("are those of the exposition, name by name and value by value", async () => {
    const metrics = createMetrics({ namespace: "pics", workers: 2, imagesInProgress: () => 1 });
    metrics.request()({ status: 200, cache: "hit", format: "webp", bytesIn: 100, bytesOut: 40 });
    metrics.span("queue", 0.03);
    metrics.span("queue", 99);
    const sent = metricsOf(
      await send({ OTEL_TRACES_EXPORTER: "none" }, { metrics }, () => Promise.resolve()),
    );
    const text = await metrics.text();
    metrics.close();
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]);
    assert.deepEqual(
      sent.map(({ name, sum, gauge }) => [name, sum ? "counter" : gauge ? "gauge" : "histogram"]).sort(),
      types.sort(),
    );
    const find = (name: string) => sent.find((metric) => metric.name === `pics_${name}`);
    const hit = find("cache_requests_total")?.sum;
    assert.equal(hit?.isMonotonic, true);
    assert.equal(hit.dataPoints.find(({ attributes }) => plain(attributes).state === "hit")?.asDouble, 1);
    assert.equal(find("bytes_saved_total")?.sum?.dataPoints[0]?.asDouble, 60);
    assert.equal(find("images_in_progress")?.gauge?.dataPoints[0]?.asDouble, 1);
    const spans = find("request_span_duration_seconds");
    const queue = spans?.histogram?.dataPoints.find(({ attributes }) => plain(attributes).span === "queue");
    assert.deepEqual([spans?.unit, queue?.count, queue?.sum], ["s", 2, 99.03]);
    assert.deepEqual(queue?.explicitBounds, [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]);
    assert.deepEqual(queue.bucketCounts, [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert.deepEqual(
      received.map(({ path }) => path),
      ["/v1/metrics"],
    );
  });

  it("are sent as often as the variables say, with the headers that they name", async () => {
    const metrics = createMetrics({ workers: 2, imagesInProgress: () => 1 });
    const variables = {
      OTEL_METRIC_EXPORT_INTERVAL: "50",
      OTEL_TRACES_EXPORTER: "none",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20x",
    };
    await send(variables, { metrics }, async () => {
      for (let tries = 0; tries < 200 && received.length < 3; tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 25));
    });
    metrics.close();
    assert.ok(received.length >= 3, `${received.length}`);
    assert.equal(received[0]?.authorization, "Bearer x");
  });
});
