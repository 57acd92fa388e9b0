/** Metrics on a listener of their own (contract http.md, 11.1). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { plain } from "../fixtures/ask.ts";
import { useOrigin } from "../fixtures/origin.ts";
import { pages } from "../fixtures/pictures.ts";
import { useServer, type TestServer } from "../fixtures/server.ts";

const origin = useOrigin(async () => ({ ...(await pages("png", "noise")), "/500": { status: 500 } }));

/** All samples of the page, by name and labels as they are written. */
async function samples(server: TestServer): Promise<ReadonlyMap<string, number>> {
  const { text } = await server.metrics();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
}

describe("metrics", () => {
  const server = useServer();

  it("count what was asked, how it was answered and what failed", async () => {
    const before = await samples(server);
    for (const target of [
      origin.target("/png", "w:2"),
      origin.target("/png", "raw:1"),
      origin.target("/noise"),
      origin.target("/500"),
      `/_/raw:1/${plain("http://127.0.0.1:1/")}`,
      "/_/nope:1/plain/a",
      `/_/${plain("https://unlisted.example/")}`,
    ])
      await server.get(target);
    const now = await samples(server);
    const grown = (name: string): number => (now.get(name) ?? 0) - (before.get(name) ?? 0);
    const counted: Readonly<Record<string, number>> = {
      requests_total: 7,
      'status_codes_total{status="200"}': 2,
      'status_codes_total{status="422"}': 1,
      'status_codes_total{status="502"}': 1,
      'status_codes_total{status="404"}': 3,
      'errors_total{type="download"}': 2,
      'errors_total{type="streaming"}': 1,
      'errors_total{type="path_parsing"}': 1,
      'errors_total{type="security"}': 1,
      'errors_total{type="unexpected"}': 0,
      request_duration_seconds_count: 7,
      'request_span_duration_seconds_count{span="downloading_source_image"}': 3,
      'request_span_duration_seconds_count{span="queue"}': 1,
      'request_span_duration_seconds_count{span="processing_image"}': 1,
    };
    assert.deepEqual(Object.fromEntries(Object.keys(counted).map((name) => [name, grown(name)])), counted);
  });

  it("do not count health checks, pages, HEAD, OPTIONS and nothing", async () => {
    const before = (await samples(server)).get("requests_total");
    for (const [target, method] of [
      ["/health", "GET"],
      ["/ready", "GET"],
      ["/", "GET"],
      ["/favicon.ico", "GET"],
      [origin.target("/png"), "HEAD"],
      [origin.target("/png"), "OPTIONS"],
      [origin.target("/png"), "POST"],
    ] as const)
      await server.ask(target, { method });
    assert.equal((await samples(server)).get("requests_total"), before);
  });

  it("know the gauges, and have every error type from the start", async () => {
    const all = await samples(server);
    for (const [name, value] of [
      ["workers", 1],
      ["requests_in_progress", 0],
      ["images_in_progress", 0],
      ["workers_utilization", 0],
      ['errors_total{type="queue"}', 0],
      ['errors_total{type="timeout"}', 0],
    ] as const)
      assert.equal(all.get(name), value, name);
    for (const name of ["vips_memory_bytes", "vips_max_memory_bytes", "vips_allocs"])
      assert.ok(all.has(name), name);
    for (const name of ["process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds"])
      assert.ok((all.get(name) ?? 0) > 0, name);
  });

  it("are there on any path of their own listener", async () => {
    for (const path of ["/", "/metrics", "/a/b?c"]) {
      const { status, headers, text } = await server.metrics(path);
      assert.equal(status, 200);
      assert.match(headers["content-type"] ?? "", /^text\/plain; version=0\.0\.4/);
      assert.match(text, /^requests_total \d+$/m);
    }
  });

  it("are nowhere on the public one", async () => {
    for (const path of ["/metrics", "/debug/pprof"]) {
      const { status, text } = await server.get(path);
      assert.equal(status, 404);
      assert.doesNotMatch(text, /requests_total/);
    }
  });

  it("have few label values, none of them of a stranger's", async () => {
    await server.get("/_/w:1/plain/http://tracked.example/private");
    const { text } = await server.metrics();
    assert.doesNotMatch(text, /example|127\.0\.0\.1/);
    assert.ok(text.split("\n").length < 500);
  });
});

describe("metrics with a namespace", () => {
  const server = useServer({ IMGPROXY_PROMETHEUS_NAMESPACE: "pictures" });

  it("begin with it, but for those of the process", async () => {
    const names = [...(await samples(server)).keys()];
    assert.ok(names.includes("pictures_requests_total"));
    for (const name of names) assert.match(name, /^(pictures_|process_)/);
  });
});
