import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertShows, eventually, get, inTurns, PROMPT } from "./client.ts";
import { startOrigin } from "./origin.ts";
import { busy, path, rested, startServer } from "./server.ts";
import { atWork, openFiles, withoutProc } from "./tree.ts";

/** What it does not have it never answers. */
const origin = await startOrigin(() => undefined);

/** A client that will not wait to the end. */
function leaver(url: string): { readonly leave: () => void; readonly left: Promise<unknown> } {
  const controller = new AbortController();
  const left = get(url, { signal: controller.signal }).catch((error: unknown) => error);
  return { leave: () => controller.abort(), left };
}

describe("clients that hang up", () => {
  it("give back their places in the line and in the renderer", async () => {
    const server = await startServer({ IMGPROXY_WORKERS: "1", IMGPROXY_REQUESTS_QUEUE_SIZE: "2" });
    const slow = (name: string) =>
      leaver(`${server.url}${path("w:400/q:90/f:avif", `${origin.url}/noise-${name}.jpg`)}`);
    const small = (color: string) => get(`${server.url}${path("w:24/f:png", `${origin.url}/${color}.png`)}`);
    const downloaded = (name: string) =>
      eventually(
        `a download of ${name}`,
        () => origin.hits(`/noise-${name}.jpg`) === 1 && origin.open() === 0,
      );

    const running = slow("running");
    await busy(server);
    const queued = [slow("second"), slow("third")];
    await downloaded("second");
    await downloaded("third");
    // What has come is in the line a moment later, which is longer where the machine has other things to do.
    await sleep(500);
    assert.equal((await small("010101")).status, 429);

    for (const { leave } of queued) leave();
    await Promise.all(queued.map(({ left }) => left));
    const gone = () => server.answered().filter(({ status }) => status === 499).length;
    await eventually("two who are known to have left", () => gone() === 2);
    // Where the line is free again, these two wait rather than being refused.
    const waiting = [small("aa0011"), small("00aa11")];
    await sleep(200);
    const startedAt = performance.now();
    running.leave();
    for (const [index, answer] of (await Promise.all(waiting)).entries())
      await assertShows(answer, 24, ["aa0011", "00aa11"][index] ?? "");
    assert.ok(performance.now() - startedAt < PROMPT, `${performance.now() - startedAt} ms`);
    await eventually("an idle server", async () => (await atWork(server.renderers())).length === 0);
    assert.equal(gone(), 3);
  });

  it("do not take the picture from those who asked for the same", async () => {
    const server = await startServer();
    const url = `${server.url}${path("w:100/q:90/f:avif", `${origin.url}/noise-shared.jpg`)}`;
    const [first, second] = [leaver(url), leaver(url)];
    await busy(server);
    const patient = get(url);
    await sleep(50);
    first.leave();
    second.leave();
    const { status, headers } = await patient;
    assert.deepEqual([status, headers["content-type"]], [200, "image/avif"]);
    assert.equal(origin.hits("/noise-shared.jpg"), 1);
  });

  it("leave no download behind", async () => {
    const server = await startServer();
    const leavers = [1, 2, 3].map((index) =>
      leaver(`${server.url}${path("w:24/f:png", `${origin.url}/never-${index}`)}`),
    );
    await eventually("three downloads", () => origin.open() === 3);
    for (const { leave } of leavers) leave();
    await eventually("no download", () => origin.open() === 0, PROMPT);
  });

  it("300 times at random moments, leave nothing behind", { skip: withoutProc }, async () => {
    const server = await startServer({ IMGPROXY_REQUESTS_QUEUE_SIZE: "64" });
    const small = (color: string) => get(`${server.url}${path("w:24/f:png", `${origin.url}/${color}.png`)}`);
    await inTurns(["aa0000", "bb0000", "cc0000", "dd0000"], 4, small);
    const before = openFiles(server.pid);

    const hangUps = Array.from({ length: 300 }, (_, index) => index);
    await inTurns(hangUps, 20, async (index) => {
      const color = (0x100000 + index).toString(16);
      const file = index % 25 === 0 ? `noise-leaver-${index}.jpg` : `${color}.png`;
      const { leave, left } = leaver(`${server.url}${path("w:90/q:90/f:avif", `${origin.url}/${file}`)}`);
      // Somewhere between the connection and the last byte; the same moments in each run.
      await sleep((index * 7919) % 60);
      leave();
      await left;
    });

    const startedAt = performance.now();
    await assertShows(await small("ee1177"), 24, "ee1177");
    assert.ok(performance.now() - startedAt < PROMPT, `${performance.now() - startedAt} ms`);
    await rested(server);
    assert.equal(origin.open(), 0);
    await eventually(`about ${before} open files`, () => openFiles(server.pid) <= before + 8);
    assert.deepEqual(
      server.lines.filter(({ msg }) => /fault|uncaught|unhandled/i.test(msg)),
      [],
    );
  });
});
