/** Too much, too slow, too late: what is refused, with which words, and who is not harmed by it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import sharp from "sharp";
import { late, silent, stuck, useOrigin } from "../fixtures/origin.ts";
import { look, pages, picture } from "../fixtures/pictures.ts";
import { assertRefused } from "../fixtures/refusal.ts";
import { useServer, type TestServer } from "../fixtures/server.ts";
import { until } from "../fixtures/until.ts";

/** A picture that keeps a renderer busy for half a second or more as AVIF. */
const hard = (): Promise<Buffer> =>
  sharp({
    create: {
      width: 1100,
      height: 900,
      channels: 3,
      background: "#888",
      noise: { type: "gaussian", mean: 128, sigma: 60 },
    },
  })
    .png({ compressionLevel: 1 })
    .toBuffer();

const HARD = "f:avif";

const origin = useOrigin(async () => ({
  ...(await pages("png", "jpeg")),
  "/hard": await hard(),
  "/deadly": await hard(),
  "/silent": silent,
  "/stuck": stuck(await picture("jpeg"), 100),
  "/late": late(300, await picture("png")),
  "/later": late(1500, await picture("png")),
}));

/** Whoever waits here waits for as long as it takes. */
const PATIENT = { IMGPROXY_TIMEOUT: "60", TINTYPE_RENDER_QUEUE_TIMEOUT: "60" };

const isRendering = (server: TestServer) => () => server.app.queue.running > 0;

describe("a full line", () => {
  const server = useServer({ ...PATIENT, IMGPROXY_REQUESTS_QUEUE_SIZE: "1" });

  it("is refused at once with 429 and Retry-After, and nothing of it is kept", async () => {
    const first = server.get(origin.target("/hard", HARD));
    await until(isRendering(server));
    const second = server.get(origin.target("/png", "w:2"));
    await until(() => origin.count("/png") === 1);
    await sleep(50);
    const startedAt = performance.now();
    const refusal = {
      status: 429,
      body: "Too many requests",
      code: "queue_full",
      detail: /a line of at most 1/,
    };
    const answer = await assertRefused(server, origin.target("/png", "w:3"), refusal, {
      also: ["retry-after"],
    });
    assert.ok(performance.now() - startedAt < 500);
    assert.equal(origin.count("/png"), 1, "nothing is downloaded for it");
    assert.match(answer.headers["retry-after"] ?? "", /^([1-9]|[12]\d|30)$/);
    assert.deepEqual([(await first).status, (await second).status], [200, 200]);
  });

  it("does not hold up health checks and refusals", async () => {
    const busy = server.get(origin.target("/hard", `${HARD}/q:1`));
    await until(isRendering(server));
    const startedAt = performance.now();
    const answers = await Promise.all([
      server.get("/health"),
      server.get("/ready"),
      server.get("/_/nope:1/plain/a"),
    ]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 404],
    );
    assert.ok(performance.now() - startedAt < 300);
    assert.equal((await busy).status, 200);
  });
});

describe("a line without a limit (IMGPROXY_REQUESTS_QUEUE_SIZE=0)", () => {
  const server = useServer({ ...PATIENT, IMGPROXY_REQUESTS_QUEUE_SIZE: "0" });

  it("lets everyone wait", async () => {
    const targets = Array.from({ length: 40 }, (_, i) => origin.target("/jpeg", `w:${i + 1}`));
    const answers = await Promise.all(targets.map((target) => server.get(target)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  });
});

describe("time", { concurrency: true }, () => {
  const server = useServer({
    IMGPROXY_TIMEOUT: "1",
    IMGPROXY_DOWNLOAD_TIMEOUT: "5",
    IMGPROXY_REQUESTS_QUEUE_SIZE: "0",
  });
  const impatient = useServer({ IMGPROXY_DOWNLOAD_TIMEOUT: "1" });

  const timeout = {
    status: 503,
    body: "Timeout",
    code: "timeout",
    detail: /within 1000 ms|in time/,
  } as const;
  const slow = {
    status: 504,
    body: "Source is unreachable",
    code: "source_timeout",
    detail: /the whole source within 1 s/,
    cache: "short",
  } as const;

  for (const path of ["/silent", "/stuck", "/later"])
    it(`of the request ends while ${path} downloads: 503`, async () => {
      await assertRefused(server, origin.target(path), timeout);
    });

  for (const path of ["/silent", "/stuck", "/later"])
    it(`of the download ends at ${path}: 504`, async () => {
      await assertRefused(impatient, origin.target(path), slow);
    });

  it("ends a picture that takes too long: 503, and the next one is made at once", async () => {
    const refusal = { status: 503, body: "Timeout", code: "timeout", detail: /within \d+(\.\d+)? ms/ };
    await assertRefused(server, origin.target("/hard", `${HARD}/w:4000/el:1`), refusal);
    const startedAt = performance.now();
    const answer = await server.get(origin.target("/png"));
    assert.equal(answer.status, 200);
    assert.ok(performance.now() - startedAt < 900);
  });
});

describe("renderers and clients that come and go", () => {
  const server = useServer(PATIENT);

  it("a picture that costs renderers again and again is refused, 500, and then 422 unseen", async () => {
    const victim = server.get(origin.target("/deadly", HARD));
    const { pool } = server.app;
    const killing = setInterval(() => {
      if (pool.busy > 0) for (const pid of pool.pids()) process.kill(pid, "SIGKILL");
    }, 20);
    const answer = await victim.finally(() => clearInterval(killing));
    assert.deepEqual([answer.status, answer.text], [500, "Internal error"]);
    assert.equal(answer.headers["cache-control"], "no-store");
    const [line = {}] = server.logOf(answer);
    assert.deepEqual([line["code"], line["level"]], ["renderer_lost", "ERROR"]);
    assert.match(String(line["stack"]), /renderer/);
    const again = await server.get(origin.target("/deadly", HARD));
    assert.deepEqual([again.status, again.text], [422, "Broken or unsupported image"]);
    assert.equal((await server.get(origin.target("/png"))).status, 200);
  });

  it("a client that leaves is logged as 499, and the renderer is free again", async () => {
    const leaving = new AbortController();
    const target = origin.target("/hard", `${HARD}/w:1500`);
    const asked = server.ask(target, { signal: leaving.signal });
    asked.catch(() => undefined);
    await until(isRendering(server));
    leaving.abort();
    await assert.rejects(asked);
    await until(() => server.log().some((line) => line["status"] === 499));
    const line = server.log().find((candidate) => candidate["status"] === 499);
    assert.deepEqual([line?.["code"], line?.["level"]], ["client_gone", "WARNING"]);
    await until(() => server.app.queue.running === 0);
    assert.equal((await server.get(origin.target("/png"))).status, 200);
  });

  it("a client that leaves does not take the picture from those who stay", async () => {
    const target = origin.target("/late", "w:3");
    const leaving = new AbortController();
    const gone = server.ask(target, { signal: leaving.signal });
    gone.catch(() => undefined);
    const stays = server.get(target);
    await until(() => origin.count("/late") === 1);
    leaving.abort();
    assert.equal((await stays).status, 200);
    await assert.rejects(gone);
    assert.equal(origin.count("/late"), 1);
  });

  it("many who want the same share one download and one render", async () => {
    const target = origin.target("/late", "w:4");
    const before = origin.count("/late");
    const answers = await Promise.all(Array.from({ length: 12 }, () => server.get(target)));
    assert.equal(origin.count("/late"), before + 1);
    const states = answers.map((answer) => server.logOf(answer)[0]?.["state"]);
    assert.deepEqual(states.toSorted(), ["miss", ...new Array<string>(11).fill("shared")]);
    for (const { body } of answers) assert.ok(body.equals(answers[0]?.body ?? Buffer.alloc(0)));
  });

  it("many who want the same under other names share it too, and each gets its name", async () => {
    const before = origin.count("/late");
    const names = ["a", "b", "c"];
    const answers = await Promise.all(
      names.map((name) => server.get(origin.target("/late", `w:6/fn:${name}`))),
    );
    assert.equal(origin.count("/late"), before + 1);
    assert.deepEqual(answers.map((answer) => server.logOf(answer)[0]?.["state"]).toSorted(), [
      "miss",
      "shared",
      "shared",
    ]);
    assert.deepEqual(
      answers.map(({ headers }) => headers["content-disposition"]),
      names.map((name) => `inline; filename="${name}.png"`),
    );
  });

  it("many who want the same source share the download where only the options differ", async () => {
    const before = origin.count("/late");
    const widths = [2, 3, 5];
    const answers = await Promise.all(
      widths.map((width) => server.get(origin.target("/late", `w:${width}/cb:x`))),
    );
    assert.equal(origin.count("/late"), before + 1);
    const sizes = await Promise.all(answers.map(({ body }) => look(body)));
    assert.deepEqual(
      sizes.map(({ width }) => width),
      widths,
    );
  });
});
