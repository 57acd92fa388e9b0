import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { eventually, get } from "./client.ts";
import { startOrigin } from "./origin.ts";
import { pulse, quantile } from "./pulse.ts";
import { path, startServer } from "./server.ts";
import { atWork } from "./tree.ts";

const origin = await startOrigin();
const server = await startServer();

describe("while all renderers encode", () => {
  it("the health check answers in milliseconds", async () => {
    let finished = 0;
    for (const name of [1, 2, 3, 4]) {
      const slow = path("w:400/q:90/f:avif", `${origin.url}/noise-${name}.jpg`);
      // They are still at it when the server ends; its end is their failure.
      get(`${server.url}${slow}`).then(
        () => (finished += 1),
        () => undefined,
      );
    }
    await eventually("two renderers at work", async () => (await atWork(server.renderers())).length >= 2);

    // The machine has other things to do as well: what holds for the better of two series is the server's doing.
    const series = [await pulse(`${server.url}/health`, 300)];
    if (quantile(series[0] ?? [], 0.99) > 20) series.push(await pulse(`${server.url}/health`, 300));
    const best = (share: number): number => Math.min(...series.map((trips) => quantile(trips, share)));
    // Behind an encoder it would wait for a second and more.
    assert.ok(best(0.5) < 20, `median ${best(0.5)} ms`);
    assert.ok(best(0.99) <= 100, `99th percentile ${best(0.99)} ms`);
    assert.equal((await get(`${server.url}/ready`)).status, 200);

    assert.equal(finished, 0, "the renderers had nothing left to do");
    assert.ok((await atWork(server.renderers())).length >= 2);
  });
});
