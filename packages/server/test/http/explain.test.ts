/** What `GET /explain` says of a target: the same that becomes of it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ask } from "../fixtures/ask.ts";
import { useOrigin } from "../fixtures/origin.ts";
import { pages } from "../fixtures/pictures.ts";
import { useServer } from "../fixtures/server.ts";
import { loadConfig } from "../../src/config/load.ts";
import { listen } from "../../src/http/node.ts";
import { createLog } from "../../src/observe/log.ts";
import { createMetrics } from "../../src/observe/metrics.ts";
import { createStats } from "../../src/observe/stats.ts";
import { operatorHandle } from "../../src/watching.ts";

const origin = useOrigin(() => pages("png", "jpeg"));

describe("an explanation", () => {
  const server = useServer({
    TINTYPE_CACHE_MEMORY: String(2 ** 24),
    IMGPROXY_AUTO_WEBP: "true",
    IMGPROXY_ENABLE_CLIENT_HINTS: "true",
    IMGPROXY_PRESETS: "default=q:70,sharp=sh:1/w:5",
    IMGPROXY_ALLOWED_SOURCES: "http://127.0.0.1:*/png,http://127.0.0.1:*/nothing",
  });
  const explain = (target: string, headers: Readonly<Record<string, string>> = {}) =>
    server.app.explain(target, headers);

  it("says who set each option", async () => {
    const { options = [] } = await explain(origin.target("/png", "pr:sharp/h:4"), { dpr: "2" });
    const from = Object.fromEntries(options.map(({ name, from: by }) => [name, by]));
    assert.deepEqual(from, {
      height: "URL",
      width: "preset sharp",
      sharpen: "preset sharp",
      quality: "preset default",
      dpr: "client hints",
    });
  });

  it("foresees format, size and every rectangle, as they then come out", async () => {
    const target = origin.target("/png", "rs:fill:3:2/ex:1");
    const told = await explain(target, { accept: "image/webp" });
    assert.deepEqual(
      told.checks.map(({ verdict }) => verdict),
      Array(7).fill("passed"),
    );
    assert.deepEqual(told.format, { chosen: "webp", why: "the client accepts it, and the server offers it" });
    assert.deepEqual(told.plan?.size, { width: 3, height: 2 });
    assert.ok(told.plan.scaled.width >= 3);
    const { headers } = await server.get(target, { Accept: "image/webp" });
    assert.equal(headers["content-type"], "image/webp");
  });

  it("says where the picture is, and what it took to make it", async () => {
    const target = origin.target("/png", "w:2/bl:1");
    assert.deepEqual((await explain(target)).tiers, { memory: "missing" });
    await server.get(target);
    const told = await explain(target);
    assert.deepEqual(told.tiers, { memory: "fresh" });
    assert.ok(told.lastRender && told.lastRender.render > 0);
    await server.app.purge({ kind: "all" });
    assert.deepEqual((await explain(target)).tiers, { memory: "missing" });
  });

  it("says which check refuses, and why; what comes after it is not reached", async () => {
    const refusals = [
      ["/_/w:x/plain/http://a/b", "options", "invalid_option", 404],
      [origin.target("/jpeg", "w:2"), "source", "source_not_allowed", 404],
      [origin.target("/nothing", "w:2"), "original", "source_refused", 404],
      ["/", "path", "invalid_path", 404],
    ] as const;
    for (const [target, check, code, status] of refusals) {
      const { checks } = await explain(target);
      const at = checks.findIndex((each) => each.verdict === "refused");
      const found = checks.find((each) => each.verdict === "refused");
      assert.ok(found, target);
      assert.equal(found.check, check, target);
      assert.deepEqual([found.code, found.status], [code, status]);
      assert.ok(found.reason);
      assert.ok(checks.slice(0, at).every(({ verdict }) => verdict === "passed"));
      assert.ok(checks.slice(at + 1).every(({ verdict }) => verdict === "not reached"));
      assert.equal((await server.get(target === "/" ? "/_" : target)).status, status);
    }
  });

  it("is given to operators only, with purges and figures", async () => {
    const { config } = loadConfig({ env: { TINTYPE_OPERATOR_TOKEN: "secret" } });
    const metrics = createMetrics({ workers: 1, imagesInProgress: () => 0 });
    const log = createLog({ level: "error", write: () => undefined });
    const parts = { app: server.app, metrics, stats: createStats(), log };
    const door = await listen(operatorHandle(config, parts), {
      bind: "127.0.0.1:0",
      headers: {},
      report: () => undefined,
    });
    try {
      const target = origin.target("/png", "w:3");
      const headers = { Authorization: "Bearer secret" };
      await server.get(target);
      const explained = await ask(door.port, `/explain${target}`, { headers });
      assert.equal((JSON.parse(explained.text) as { target: string }).target, target);
      assert.equal((await ask(door.port, `/explain${target}`)).status, 401);
      const query = `/cache?source=${encodeURIComponent(origin.url("/png"))}`;
      assert.equal((await ask(door.port, query, { method: "DELETE" })).status, 401);
      const purged = await ask(door.port, query, { method: "DELETE", headers });
      assert.equal((JSON.parse(purged.text) as { removed: number }).removed, 1);
      assert.match(await metrics.text(), /purges_total\{kind="source"\} 1/);
      assert.equal((await ask(door.port, "/stats", { headers })).status, 200);
      assert.match((await ask(door.port, "/metrics")).text, /requests_total/);
    } finally {
      metrics.close();
      await door.close({ graceSeconds: 0 });
    }
  });
});
