import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertShows, eventually, get, PROMPT, saidBy } from "./client.ts";
import { startOrigin } from "./origin.ts";
import { pulse, quantile } from "./pulse.ts";
import { busy, path, startServer } from "./server.ts";
import type { Running } from "./server.ts";

const origin = await startOrigin();

const ONE = { IMGPROXY_WORKERS: "1", IMGPROXY_REQUESTS_QUEUE_SIZE: "2" };

const ask = (server: Running, options: string, file: string) =>
  get(`${server.url}${path(options, `${origin.url}/${file}`)}`);

/** Resolves when a file has left the origin behind, so whoever asked for it waits or works. */
const fetched = (file: string) =>
  eventually(`a download of ${file}`, () => origin.hits(`/${file}`) === 1 && origin.open() === 0);

describe("one renderer and a line of two", () => {
  it("serves those who wait as soon as it can", async () => {
    const server = await startServer(ONE);
    const working = ask(server, "w:100/q:90/f:avif", "noise-1.jpg");
    await busy(server);
    const waiting = ["aa0000", "00aa00"].map(async (color) =>
      assertShows(await ask(server, "w:24/f:png", `${color}.png`), 24, color),
    );
    assert.equal((await working).status, 200);
    await Promise.all(waiting);
  });

  it("refuses the others at once, lets nobody wait for ever, and recovers", async () => {
    const server = await startServer({ ...ONE, IMGPROXY_TIMEOUT: "8", TINTYPE_RENDER_QUEUE_TIMEOUT: "3" });
    const working = ask(server, "w:400/q:90/f:avif", "noise-2.jpg");
    await busy(server);
    const waiting = ["111111.png", "222222.png"].map((file) => ask(server, "w:24/f:png", file));
    await fetched("111111.png");
    await fetched("222222.png");
    // Downloads are counted when they have left the origin; the line is reached a moment later.
    await pulse(`${server.url}/health`, 20);

    const refused = await Promise.all(
      Array.from({ length: 10 }, (_, index) => ask(server, "w:24/f:png", `33330${index}.png`)),
    );
    for (const answer of refused) {
      assert.deepEqual(saidBy(answer), [429, "Too many requests"]);
      const { headers } = answer;
      assert.equal(headers["cache-control"], "no-store");
      const seconds = Number(headers["retry-after"]);
      assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 30, `retry after ${seconds}`);
    }
    const times = refused.map(({ milliseconds }) => milliseconds).toSorted((one, other) => one - other);
    assert.ok(quantile(times, 0.5) < 200, `${times.join(" ")} ms`);

    for (const answer of await Promise.all(waiting)) {
      assert.deepEqual(saidBy(answer), [503, "Timeout"]);
      const { milliseconds } = answer;
      assert.ok(milliseconds >= 2900 && milliseconds < 3000 + PROMPT, `${milliseconds} ms`);
    }
    const late = await working;
    assert.deepEqual(saidBy(late), [503, "Timeout"]);
    assert.ok(late.milliseconds < 8000 + PROMPT, `${late.milliseconds} ms`);
    await assertShows(await ask(server, "w:24/f:png", "445566.png"), 24, "445566");
  });
});
