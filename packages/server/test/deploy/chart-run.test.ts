/** The server itself, started with the environment that the chart gives its pods. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { freePort } from "../../../../scripts/free-port.mjs";
import { LAUNCHER, spawnServer, type Spawned } from "../fixtures/process.ts";
import { readCase } from "./chart-cases.ts";
import { environmentOf } from "./chart-configuration.ts";
import { all, one } from "./chart-documents.ts";

const { documents } = readCase("custom-metric");
const cache = await mkdtemp(join(tmpdir(), "tintype-chart-"));
after(() => rm(cache, { recursive: true, force: true }));
const metrics = `127.0.0.1:${await freePort()}`;

const start = (): Promise<Spawned> =>
  spawnServer({
    // What servers of tests are told otherwise.
    IMGPROXY_BIND: "",
    IMGPROXY_WORKERS: "",
    ...environmentOf(documents),
    // Of what a pod has to itself, this machine has its own.
    TINTYPE_HTTP_BIND: "127.0.0.1:0",
    TINTYPE_HTTP_LAME_DUCK_DELAY: "0",
    TINTYPE_OBSERVE_PROMETHEUS_BIND: metrics,
    TINTYPE_CACHE_DIR: cache,
  });

describe("a server with the chart's environment", { skip: LAUNCHER !== undefined }, async () => {
  if (LAUNCHER !== undefined) return;
  const server = await start();

  it("answers each probe with 200, once its renderers are up", async () => {
    const { startupProbe, readinessProbe, livenessProbe } = one(documents, "Deployment").spec.template.spec
      .containers[0];
    for (const { httpGet, failureThreshold, periodSeconds } of [
      startupProbe,
      livenessProbe,
      readinessProbe,
    ]) {
      const until = performance.now() + failureThreshold * periodSeconds * 1000;
      let status = 0;
      while (status !== 200 && performance.now() < until)
        status = (await fetch(`${server.url}${httpGet?.path ?? ""}`)).status;
      assert.equal(status, 200, httpGet?.path);
    }
  });

  it("shows the metrics that the autoscaler and the alerts ask for, where the monitor looks", async () => {
    const text = await (await fetch(`http://${metrics}/metrics`)).text();
    const scaler = one(documents, "HorizontalPodAutoscaler").spec.metrics;
    const rules = all(documents, "PrometheusRule").flatMap(({ spec }) =>
      spec.groups.flatMap((group) => group.rules),
    );
    const names = [
      ...scaler.flatMap(({ pods }) => pods?.metric.name ?? []),
      ...rules.flatMap(({ expr }) => [...expr.matchAll(/(\w+)\{/g)].map(([, name = ""]) => name)),
    ];
    assert.ok(names.length > 6);
    const kinds = new Map([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, kind]) => [name, kind]));
    const unknown = names.filter(
      (name) => !kinds.has(name) && kinds.get(name.replace(/_bucket$/, "")) !== "histogram",
    );
    assert.deepEqual(unknown, []);
  });

  it("shows no metrics where pictures are", async () =>
    assert.equal((await fetch(`${server.url}/metrics`)).status, 404));

  it("ends well when it is told to", async () => assert.equal((await server.stop()).code, 0));
});
