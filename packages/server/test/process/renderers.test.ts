import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { sign } from "@tintype/url/sign";
import { assertShows, eventually, get, inTurns, PROMPT, saidBy } from "./client.ts";
import { startOrigin } from "./origin.ts";
import { busy, busyAlone, path, rested, startServer } from "./server.ts";
import type { Running } from "./server.ts";
import { isRunning, withoutProc } from "./tree.ts";

const origin = await startOrigin();

/** Pictures that work as soon as they are asked for, each of its own colour. */
const small = (server: Running, color: string) =>
  get(`${server.url}${path("w:24/f:png", `${origin.url}/${color}.png`)}`);

const slow = (server: Running, name: string) =>
  get(`${server.url}${path("w:400/q:90/f:avif", `${origin.url}/noise-${name}.jpg`)}`);

/** Sends a signal to the renderer that works, and to any that has only begun to start; tells which. */
async function signalWorking(server: Running, signal: NodeJS.Signals): Promise<number[]> {
  const working = await busy(server);
  for (const pid of working) process.kill(pid, signal);
  return working;
}

const colors = (count: number, seed: number): string[] =>
  Array.from({ length: count }, (_, index) => ((index + 1) * seed).toString(16).padStart(6, "0").slice(-6));

describe("a renderer that is lost in the middle of a picture", async () => {
  const server = await startServer();

  for (const signal of ["SIGKILL", "SIGSEGV", "SIGABRT"] as const) {
    it(`${signal} costs that picture and no other, when it comes again at the second try`, async () => {
      await rested(server);
      const before = server.answered().length;
      const lost = slow(server, signal);
      await signalWorking(server, signal);
      await inTurns(colors(20, 0x0b5e1f), 4, async (color) =>
        assertShows(await small(server, color), 24, color),
      );
      await signalWorking(server, signal);
      const answer = await lost;

      assert.deepEqual(saidBy(answer), [500, "Internal error"]);
      assert.equal(answer.headers["cache-control"], "no-store");
      const startedAt = performance.now();
      await Promise.all(
        colors(2, 0x3a7c15).map(async (color) => assertShows(await small(server, color), 24, color)),
      );
      assert.ok(performance.now() - startedAt < PROMPT, "two renderers are there at once");
      const failed = server
        .answered()
        .slice(before)
        .filter(({ status }) => status !== 200);
      assert.deepEqual(
        failed.map(({ code }) => code),
        ["renderer_lost"],
      );
    });
  }

  it("costs nothing when the second try finds a renderer that lasts", async () => {
    await rested(server);
    const picture = get(`${server.url}${path("w:100/q:90/f:avif", `${origin.url}/noise-retried.jpg`)}`);
    // Whoever else is killed may be the one that the second try finds.
    process.kill(await busyAlone(server), "SIGKILL");
    const { status, headers } = await picture;
    assert.deepEqual([status, headers["content-type"]], [200, "image/avif"]);
    assert.ok(server.lines.some(({ msg }) => msg.startsWith("renderer ") && msg.includes(" ended: ")));
  });

  it("one kill after the other costs no more pictures than there were kills", async () => {
    let [answered, kills] = [0, 0];
    const answers = await inTurns(colors(200, 0x015f3d), 4, async (color) => {
      const answer = await small(server, color);
      if (answer.status === 200) await assertShows(answer, 24, color);
      answered += 1;
      if (answered % 20 === 0) {
        const victims = server.renderers();
        const victim = victims[kills % victims.length];
        if (victim !== undefined) process.kill(victim, "SIGKILL");
        kills += 1;
      }
      return answer.status;
    });
    const lost = answers.filter((status) => status !== 200);
    assert.ok(
      lost.every((status) => status === 500),
      lost.join(" "),
    );
    assert.equal(kills, 10);
    assert.ok(lost.length <= kills, `${lost.length} pictures and ${kills} kills`);
    assert.equal((await get(`${server.url}/health`)).status, 200);
  });
});

describe("a renderer that hangs", async () => {
  const server = await startServer({ IMGPROXY_TIMEOUT: "3" });

  it("stopped, costs its picture at the deadline and is replaced", async () => {
    await rested(server);
    const lost = slow(server, "stopped");
    const stopped = await signalWorking(server, "SIGSTOP");
    await inTurns(colors(20, 0x0c0ffe), 4, async (color) =>
      assertShows(await small(server, color), 24, color),
    );
    const answer = await lost;

    assert.deepEqual(saidBy(answer), [503, "Timeout"]);
    assert.ok(
      answer.milliseconds >= 2900 && answer.milliseconds < 3000 + PROMPT,
      `${answer.milliseconds} ms`,
    );
    await eventually("the end of the stopped process", () => !stopped.some(isRunning));
    const failed = server.answered().filter(({ status }) => status !== 200);
    assert.deepEqual(
      failed.map(({ code }) => code),
      ["timeout"],
    );
  });

  it("busy in native code, costs its picture at the deadline and is replaced", async () => {
    await rested(server);
    const renderers = server.renderers();
    const answer = await slow(server, "late");

    assert.deepEqual(saidBy(answer), [503, "Timeout"]);
    assert.equal(answer.headers["cache-control"], "no-store");
    await eventually("the end of one of them", () => renderers.filter(isRunning).length === 2);
    await assertShows(await small(server, "aa5500"), 24, "aa5500");
    await rested(server);
  });
});

describe("a renderer's environment", () => {
  it("holds nothing of the server's", { skip: withoutProc }, async () => {
    const [key, salt] = ["e1a0b57d3e8b2bd12c90aa5c33dd04b1", "77c1f2d4"];
    const server = await startServer({
      IMGPROXY_KEY: key,
      IMGPROXY_SALT: salt,
      IMGPROXY_SECRET: "open sesame",
      AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI",
      HOME: "/home/nobody",
    });
    const variables = server.renderers().map((pid) => readFileSync(`/proc/${pid}/environ`, "latin1"));
    assert.equal(variables.length, 3);
    for (const text of variables) {
      const names = text.split("\0").flatMap((line) => line.split("=", 1)[0] || []);
      assert.deepEqual(
        names.filter((name) => !/^(UV_|MALLOC_|VIPS_|LD_PRELOAD$|FONTCONFIG_|PWD$)/.test(name)),
        [],
      );
      for (const secret of [key, salt, "sesame", "wJal"]) assert.ok(!text.includes(secret));
    }

    const picture = `w:24/f:png/plain/${origin.url}/123456.png`;
    const headers = { authorization: "Bearer open sesame" };
    const signed = `${server.url}/${sign(picture, { key, salt })}/${picture}`;
    await assertShows(await get(signed, { headers }), 24, "123456");
    assert.equal((await get(`${server.url}/unsafe/${picture}`, { headers })).status, 403);
  });
});
