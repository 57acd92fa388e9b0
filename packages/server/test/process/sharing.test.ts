import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertShows, eventually, get } from "./client.ts";
import { plain, startOrigin } from "./origin.ts";
import { path, startServer } from "./server.ts";
import type { Line } from "./server.ts";

/** Requests for originals that wait to be released. */
const held: ServerResponse[] = [];
const origin = await startOrigin((response) => held.push(response));
// What turned out to be no picture is to be asked for again at once.
const server = await startServer({ TINTYPE_HTTP_ERROR_TTL: "0" });

const states = (lines: readonly Line[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { state = "none" } of lines) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
};

/** Answers what waits at the origin, once there is something and everyone else has had time to ask. */
async function release(bytes: Buffer): Promise<void> {
  await eventually("a request at the origin", () => held.length > 0);
  await sleep(500);
  for (const response of held.splice(0)) response.end(bytes);
}

describe("one original", () => {
  it("is fetched and rendered once for 200 clients that ask for the same", async () => {
    const url = `${server.url}${path("w:30/f:png", `${origin.url}/same.png`)}`;
    const asking = Promise.all(Array.from({ length: 200 }, () => get(url)));
    await release(await plain("2b8a3e", "png"));
    const answers = await asking;

    assert.equal(origin.hits("/same.png"), 1);
    const [first] = answers;
    assert.ok(first);
    await assertShows(first, 30, "2b8a3e");
    for (const { status, body, headers } of answers) {
      assert.equal(status, 200);
      assert.equal(headers.etag, first.headers.etag);
      assert.ok(body.equals(first.body));
    }
    await eventually("a line for each", () => server.answered().length === 200);
    assert.deepEqual(states(server.answered()), { miss: 1, shared: 199 });
  });

  it("is rendered once for those who come while it is drawn", async () => {
    const url = `${server.url}${path("w:100/q:90/f:avif", `${origin.url}/noise-late.jpg`)}`;
    const before = server.answered().length;
    const first = get(url);
    await eventually(
      "a finished download",
      () => origin.hits("/noise-late.jpg") === 1 && origin.open() === 0,
    );
    await sleep(200);
    const [one, ...others] = await Promise.all([first, ...Array.from({ length: 50 }, () => get(url))]);
    assert.equal(one.status, 200);
    assert.ok(others.every(({ status, body }) => status === 200 && body.equals(one.body)));
    assert.equal(origin.hits("/noise-late.jpg"), 1);
    await eventually("a line for each", () => server.answered().length === before + 51);
    assert.deepEqual(states(server.answered().slice(before)), { miss: 1, shared: 50 });
  });

  it("is fetched once for ten sizes", async () => {
    const sizes = Array.from({ length: 10 }, (_, index) => 10 + 3 * index);
    const asking = Promise.all(
      sizes.map((size) => get(`${server.url}${path(`w:${size}/f:png`, `${origin.url}/sizes.png`)}`)),
    );
    await release(await plain("e8590c", "png"));
    const answers = await asking;
    assert.equal(origin.hits("/sizes.png"), 1);
    for (const [index, answer] of answers.entries())
      await assertShows(answer, sizes[index] ?? Number.NaN, "e8590c");
  });

  it("fails for all who wait, and is asked for again by the next", async () => {
    const url = `${server.url}${path("w:30/f:png", `${origin.url}/broken.png`)}`;
    const asking = Promise.all(Array.from({ length: 20 }, () => get(url)));
    await release(Buffer.from("no picture"));
    assert.deepEqual(new Set((await asking).map(({ status }) => status)), new Set([422]));
    assert.equal(origin.hits("/broken.png"), 1);

    const again = get(url);
    await release(await plain("0b7285", "png"));
    await assertShows(await again, 30, "0b7285");
    assert.equal(origin.hits("/broken.png"), 2);
  });
});
