import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { describe, it } from "node:test";
import { assertShows, eventually, get, PROMPT, saidBy } from "./client.ts";
import { plain, startOrigin } from "./origin.ts";
import { path, startServer } from "./server.ts";

const picture = await plain("d6336c", "png", 512);

/** Sends a byte now and then, so that the connection is never idle, until the client leaves. */
function drip(response: ServerResponse): void {
  response.writeHead(200, { "content-length": picture.length });
  let at = 0;
  const dripping = setInterval(() => response.write(picture.subarray(at, (at += 1))), 100);
  response.on("close", () => clearInterval(dripping));
}

/** Sends a head and nothing else. */
function stall(response: ServerResponse): void {
  response.writeHead(200, { "content-length": picture.length });
  response.flushHeaders();
}

const SERVE: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "/drip": drip,
  "/stall": stall,
  "/silent": () => undefined,
};

const origin = await startOrigin((response, asked) => SERVE[asked.replace(/-\d+$/, "")]?.(response));

describe("an origin that takes too long", () => {
  const cases = [
    {
      whose: "the download's time",
      settings: { IMGPROXY_DOWNLOAD_TIMEOUT: "1", IMGPROXY_TIMEOUT: "10" },
      expected: [504, "Source is unreachable"],
    },
    {
      whose: "the request's time",
      settings: { IMGPROXY_DOWNLOAD_TIMEOUT: "10", IMGPROXY_TIMEOUT: "1" },
      expected: [503, "Timeout"],
    },
  ] as const;
  for (const { whose, settings, expected } of cases) {
    it(`is given ${whose} and answered with ${expected.join(" ")}`, async () => {
      const server = await startServer(settings);
      const answers = await Promise.all(
        Object.keys(SERVE).map((name) => get(`${server.url}${path("w:24/f:png", `${origin.url}${name}`)}`)),
      );
      for (const answer of answers) {
        assert.deepEqual(saidBy(answer), expected);
        const { milliseconds } = answer;
        assert.ok(milliseconds >= 900 && milliseconds < 1000 + PROMPT, `${milliseconds} ms`);
      }
      await eventually("no open download", () => origin.open() === 0, PROMPT);
      await assertShows(
        await get(`${server.url}${path("w:24/f:png", `${origin.url}/1c7ed6.png`)}`),
        24,
        "1c7ed6",
      );
    });
  }
});

describe("originals that take their time", () => {
  it("hold up no renderer and no place in the line", async () => {
    const server = await startServer({ IMGPROXY_WORKERS: "1", IMGPROXY_REQUESTS_QUEUE_SIZE: "1" });
    // One fewer than may be fetched from one host at a time.
    const waiting = Array.from({ length: 7 }, (_, index) =>
      get(`${server.url}${path("w:24/f:png", `${origin.url}/stall-${index}`)}`).catch(() => undefined),
    );
    await eventually("stalled downloads", () => origin.open() === 7);
    const startedAt = performance.now();
    await assertShows(
      await get(`${server.url}${path("w:24/f:png", `${origin.url}/37b24d.png`)}`),
      24,
      "37b24d",
    );
    assert.ok(performance.now() - startedAt < PROMPT);
    server.process.kill("SIGKILL");
    await Promise.all(waiting);
  });
});
