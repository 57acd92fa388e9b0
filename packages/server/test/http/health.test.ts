/** Whether the server lives, and whether it wants requests: two questions (contract http.md, sections 1 and 10). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useServer } from "../fixtures/server.ts";
import { until } from "../fixtures/until.ts";

describe("health and readiness", () => {
  const server = useServer({ IMGPROXY_HEALTH_CHECK_MESSAGE: "fine" });
  const ready = async (): Promise<readonly [number, string]> => {
    const { status, text } = await server.get("/ready");
    return [status, text];
  };
  const health = async (): Promise<readonly [number, string]> => {
    const { status, text } = await server.get("/health");
    return [status, text];
  };

  it("are both good once the server has started", async () => {
    assert.deepEqual(await ready(), [200, "ready"]);
    assert.deepEqual(await health(), [200, "fine"]);
  });

  it("differ while no renderer lives: alive, but not ready", async () => {
    for (const pid of server.app.pool.pids()) process.kill(pid, "SIGKILL");
    await until(() => !server.app.pool.ready);
    const answer = await server.get("/ready");
    assert.deepEqual([answer.status, answer.headers["cache-control"]], [503, "no-cache"]);
    assert.deepEqual(await health(), [200, "fine"]);
    await until(() => server.app.pool.ready);
    assert.deepEqual(await ready(), [200, "ready"]);
  });

  it("differ while the server drains, which still answers", async () => {
    server.readiness.drain();
    assert.deepEqual(await ready(), [503, "draining"]);
    assert.deepEqual(await health(), [200, "fine"]);
  });
});
