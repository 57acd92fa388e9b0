import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assertShows, get } from "./client.ts";
import { plain, startOrigin } from "./origin.ts";
import { pulse, quantile } from "./pulse.ts";
import { path, startServer } from "./server.ts";

const BYTES = 25 * 1024 * 1024;

/** A small picture in a large file: decoders stop where the picture ends. */
const large = async (color: string): Promise<Buffer> =>
  Buffer.concat([await plain(color, "png"), Buffer.alloc(BYTES, "padding ")], BYTES);

const original = await large("f08c00");
const origin = await startOrigin((response) => response.end(original));
const server = await startServer();

describe("while originals of 25 MB stream through", () => {
  it("the health check answers in milliseconds", async () => {
    let [relayed, rendered] = [0, 0];
    let enough = false;
    const relaying = async (): Promise<void> => {
      for (; !enough; relayed += 1) {
        const answer = await get(`${server.url}${path("raw:1", `${origin.url}/relayed-${relayed}.png`)}`);
        assert.deepEqual([answer.status, answer.body.length], [200, BYTES]);
        assert.ok(answer.body.equals(original));
      }
    };
    const rendering = async (): Promise<void> => {
      for (; !enough; rendered += 1) {
        const answer = await get(
          `${server.url}${path("w:24/f:png", `${origin.url}/rendered-${rendered}.png`)}`,
        );
        await assertShows(answer, 24, "f08c00");
      }
    };
    const streaming = Promise.all([relaying(), relaying(), rendering()]);
    const series = [await pulse(`${server.url}/health`, 300)];
    if (quantile(series[0] ?? [], 0.99) > 100) series.push(await pulse(`${server.url}/health`, 300));
    enough = true;
    await streaming;

    const best = (share: number): number => Math.min(...series.map((trips) => quantile(trips, share)));
    // Two cores relay, decode and test at once; who had to wait for a whole original would wait for longer.
    assert.ok(best(0.5) < 50, `median ${best(0.5)} ms`);
    assert.ok(best(0.99) <= 250, `99th percentile ${best(0.99)} ms`);
    assert.ok(relayed >= 2 && rendered >= 1, `${relayed} relayed, ${rendered} rendered`);
  });
});
