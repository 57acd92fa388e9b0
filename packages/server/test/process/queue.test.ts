import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertShows, eventually, get } from "./client.ts";
import { startOrigin } from "./origin.ts";
import { pulse, quantile } from "./pulse.ts";
import { path, startServer } from "./server.ts";
import { busyCount } from "./tree.ts";

const origin = await startOrigin();

describe("one renderer and a line of two", async () => {
  const server = await startServer({
    IMGPROXY_WORKERS: "1",
    IMGPROXY_REQUESTS_QUEUE_SIZE: "2",
    IMGPROXY_TIMEOUT: "8",
    TINTYPE_RENDER_QUEUE_TIMEOUT: "2",
  });
  const ask = (options: string, file: string) =>
    get(`${server.url}${path(options, `${origin.url}/${file}`)}`);

  /** Resolves when a request for the file has left the origin behind, and so waits or works. */
  const fetched = (file: string) =>
    eventually(`a download of ${file}`, () => origin.hits(`/${file}`) === 1 && origin.open() === 0);

  it("serves those who wait as soon as it can", async () => {
    const working = ask("w:100/q:90/f:avif", "noise-1.jpg");
    await eventually("a renderer at work", async () => (await busyCount(server.renderers())) > 0);
    const waiting = [ask("w:24/f:png", "aa0000.png"), ask("w:24/f:png", "00aa00.png")];
    const [first, ...others] = await Promise.all([working, ...waiting]);
    assert.equal(first.status, 200);
    for (const [index, answer] of others.entries())
      await assertShows(answer, 24, ["aa0000", "00aa00"][index] ?? "");
  });

  it("refuses the others at once, lets nobody wait for ever, and recovers", async () => {
    const working = ask("w:400/q:90/f:avif", "noise-2.jpg");
    await eventually("a renderer at work", async () => (await busyCount(server.renderers())) > 0);
    const waiting = ["111111.png", "222222.png"].map((file) => ask("w:24/f:png", file));
    await fetched("111111.png");
    await fetched("222222.png");
    // Downloads are counted when they have left the origin; the line is reached a moment later.
    await pulse(`${server.url}/health`, 20);

    const refused = await Promise.all(
      Array.from({ length: 10 }, (_, index) => ask("w:24/f:png", `33330${index}.png`)),
    );
    for (const { status, headers, body } of refused) {
      assert.deepEqual([status, body.toString()], [429, "Too many requests"]);
      assert.equal(headers["cache-control"], "no-store");
      const seconds = Number(headers["retry-after"]);
      assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 30, `retry after ${seconds}`);
    }
    const times = refused.map(({ milliseconds }) => milliseconds).toSorted((one, other) => one - other);
    assert.ok(quantile(times, 0.5) < 200, `${times.join(" ")} ms`);

    for (const { status, body, milliseconds } of await Promise.all(waiting)) {
      assert.deepEqual([status, body.toString()], [503, "Timeout"]);
      assert.ok(milliseconds >= 1900 && milliseconds < 4000, `${milliseconds} ms`);
    }
    const late = await working;
    assert.deepEqual([late.status, late.body.toString()], [503, "Timeout"]);
    assert.ok(late.milliseconds < 10_000, `${late.milliseconds} ms`);
    await assertShows(await ask("w:24/f:png", "445566.png"), 24, "445566");
  });
});
