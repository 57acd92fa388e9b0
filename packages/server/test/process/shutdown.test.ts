import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertShows, eventually, get, PROMPT } from "./client.ts";
import { startOrigin } from "./origin.ts";
import { busy, path, startServer } from "./server.ts";
import type { Running } from "./server.ts";
import { isRunning } from "./tree.ts";

const origin = await startOrigin();

/** A picture that takes five seconds at least (`w:250`), or fifteen (`w:400`). */
async function busyWith(server: Running, options: "w:250" | "w:400") {
  const answer = get(`${server.url}${path(`${options}/q:90/f:avif`, `${origin.url}/noise-${options}.jpg`)}`);
  // Whoever ends the server expects this to fail, and looks at it later.
  answer.catch(() => undefined);
  await busy(server);
  return { answer };
}

const gone = (pids: readonly number[], milliseconds: number) =>
  eventually("no renderer", () => !pids.some(isRunning), milliseconds);

const isRefused = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ECONNREFUSED" || error.code === "ECONNRESET");

describe("SIGTERM", () => {
  it("fails readiness at once, serves on, closes the door, finishes what runs, and ends well", async () => {
    const server = await startServer({
      TINTYPE_HTTP_LAME_DUCK_DELAY: "3",
      IMGPROXY_GRACEFUL_STOP_TIMEOUT: "50",
    });
    const renderers = server.renderers();
    assert.equal((await get(`${server.url}/ready`)).status, 200);
    const { answer: working } = await busyWith(server, "w:250");

    const signalledAt = performance.now();
    server.process.kill("SIGTERM");
    await eventually("/ready to fail", async () => (await get(`${server.url}/ready`)).status === 503, 1000);
    assert.equal((await get(`${server.url}/health`)).status, 200);
    const picture = await get(`${server.url}${path("w:24/f:png", `${origin.url}/5f3dc4.png`)}`);
    await assertShows(picture, 24, "5f3dc4");
    const isShut = () =>
      get(`${server.url}/health`).then(
        () => false,
        (error: unknown) => isRefused(error),
      );
    await eventually("a closed door", isShut);
    assert.ok(performance.now() - signalledAt >= 2900, "the door stays open for the delay");
    assert.ok(isRunning(server.pid), "the picture still has to be made");

    const { status, headers } = await working;
    assert.deepEqual([status, headers["content-type"], headers.connection], [200, "image/avif", "close"]);
    assert.deepEqual(await server.ended, { code: 0, signal: null });
    await gone(renderers, PROMPT);
  });

  it("does not wait for pictures longer than it was told", async () => {
    const server = await startServer({ IMGPROXY_GRACEFUL_STOP_TIMEOUT: "1" });
    const renderers = server.renderers();
    const { answer } = await busyWith(server, "w:400");
    const signalledAt = performance.now();
    server.process.kill("SIGTERM");
    await assert.rejects(answer, isRefused);
    assert.deepEqual(await server.ended, { code: 0, signal: null });
    const milliseconds = performance.now() - signalledAt;
    assert.ok(milliseconds >= 900 && milliseconds < 1000 + PROMPT, `${milliseconds} ms`);
    await gone(renderers, PROMPT);
  });

  for (const [second, code] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const) {
    it(`followed by ${second} ends the server now`, async () => {
      const server = await startServer();
      const renderers = server.renderers();
      const { answer } = await busyWith(server, "w:400");
      server.process.kill("SIGTERM");
      await sleep(300);
      assert.ok(isRunning(server.pid), "one signal waits for the picture");
      const signalledAt = performance.now();
      server.process.kill(second);
      assert.deepEqual(await server.ended, { code, signal: null });
      assert.ok(performance.now() - signalledAt < PROMPT);
      await assert.rejects(answer, isRefused);
      await gone(renderers, 2000);
    });
  }
});

describe("SIGKILL of the server", () => {
  it("leaves no renderer behind, however busy, and no port taken", async () => {
    const server = await startServer();
    const renderers = server.renderers();
    assert.equal(renderers.length, 3);
    await busyWith(server, "w:400");
    server.process.kill("SIGKILL");
    assert.deepEqual(await server.ended, { code: null, signal: "SIGKILL" });
    await gone(renderers, 2000);
    const next = await startServer({ IMGPROXY_BIND: new URL(server.url).host });
    assert.equal(next.url, server.url);
  });
});
