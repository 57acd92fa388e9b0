/** Several servers behind a balancer, which share what they keep in a real Redis, a real S3, or both. */
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startBucket, type BucketServer } from "../fixtures/bucket.ts";
import { ACCOUNT } from "../fixtures/amazon.ts";
import { Changing } from "../fixtures/changing.ts";
import { startOrigin } from "../fixtures/origin.ts";
import { picture } from "../fixtures/pictures.ts";
import { freePort, startRedis, type RedisServer } from "../fixtures/redis.ts";
import { until } from "../fixtures/until.ts";
import { unless } from "../needs.ts";
import { get, type Answer } from "./client.ts";
import { balance } from "./round-robin.ts";
import { startServer, type Running } from "./server.ts";

const TOKEN = "let me in";
const VARIANTS = Array.from({ length: 12 }, (_, index) => `w:${index + 2}`);

interface Replica extends Running {
  readonly operator: string;
}

async function startReplica(shared: Readonly<Record<string, string>>): Promise<Replica> {
  const operator = `127.0.0.1:${await freePort()}`;
  const running = await startServer({
    IMGPROXY_WORKERS: "1",
    TINTYPE_CACHE_MEMORY: String(16 * 1024 ** 2),
    TINTYPE_OPERATOR_BIND: operator,
    TINTYPE_OPERATOR_TOKEN: TOKEN,
    // Other tests run beside, and an emulator in JavaScript is no S3.
    TINTYPE_CACHE_PATIENCE: "2000",
    AWS_ACCESS_KEY_ID: ACCOUNT.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ACCOUNT.secretAccessKey,
    ...shared,
  });
  return { ...running, operator: `http://${operator}` };
}

const stateOf = ({ headers }: Answer): string => String(headers["x-cache"]);

async function purge({ operator }: Replica, query: string): Promise<{ removed: number }> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const answer = await fetch(`${operator}/cache?${query}`, { method: "DELETE", headers });
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()) as { removed: number };
}

interface Setting {
  readonly name: string;
  readonly count: number;
  readonly uses: readonly ("redis" | "s3")[];
}

const SETTINGS: readonly Setting[] = [
  { name: "one server with Redis and S3", count: 1, uses: ["redis", "s3"] },
  { name: "two servers with S3", count: 2, uses: ["s3"] },
  { name: "three servers with Redis", count: 3, uses: ["redis"] },
];

/** A balancer, the servers behind it, and what they share. */
interface House {
  readonly balancer: string;
  readonly replicas: readonly Replica[];
  readonly redis: RedisServer | undefined;
  readonly bucket: BucketServer | undefined;
}

async function build({ count, uses }: Setting): Promise<House> {
  const redis = uses.includes("redis") ? await startRedis() : undefined;
  const bucket = uses.includes("s3") ? await startBucket() : undefined;
  const shared = {
    ...(redis && { TINTYPE_CACHE_REDIS_URL: redis.url }),
    ...(bucket && {
      TINTYPE_CACHE_S3_BUCKET: bucket.bucket,
      TINTYPE_CACHE_S3_ENDPOINT: bucket.url,
      TINTYPE_CACHE_S3_REGION: "us-east-1",
    }),
  };
  const replicas = await Promise.all(Array.from({ length: count }, () => startReplica(shared)));
  after(async () => {
    for (const { process } of replicas) process.kill("SIGTERM");
    await Promise.all(replicas.map(({ ended }) => ended));
    await redis?.stop();
    await bucket?.close();
  });
  return { balancer: await balance(replicas.map(({ url }) => url)), replicas, redis, bucket };
}

const pages: Record<string, Changing> = {};
const origin = await startOrigin(new Proxy({}, { get: (_, path) => pages[String(path)]?.page }));
after(() => origin.close());
let made = 0;

const possible = SETTINGS.filter(({ uses }) => !uses.includes("redis") || unless("redis") === false);
const houses: (readonly [Setting, House])[] = [];
// All of them first: the runner takes a pause between two suites for the end of the file.
for (const setting of possible) houses.push([setting, await build(setting)]);

it("needs a Redis", { skip: unless("redis") }, () => assert.equal(possible.length, SETTINGS.length));

for (const [{ name, count, uses }, { balancer, replicas, redis, bucket }] of houses) {
  describe(name, () => {
    async function source(headers: Readonly<Record<string, string>> = {}) {
      const path = `/${(made += 1)}.png`;
      const page = (pages[path] = new Changing(await picture("png"), headers));
      const url = origin.url(path);
      return { page, url, path: (options: string) => `/_/${options}/plain/${url}` };
    }
    const everywhere = (target: string): Promise<Answer[]> =>
      Promise.all(replicas.map(({ url }) => get(`${url}${target}`)));
    const rendersOf = (url: string): number =>
      replicas
        .flatMap(({ lines }) => lines as readonly { readonly image_url?: string; readonly state?: string }[])
        .filter((line) => line.image_url === url && line.state === "miss").length;

    it("make each picture once, whoever is asked for it later", async () => {
      const { url, path } = await source();
      for (const each of VARIANTS) assert.equal((await get(`${balancer}${path(each)}`)).status, 200);
      await until(async () =>
        (await Promise.all(VARIANTS.map((each) => everywhere(path(each)))))
          .flat()
          .every((answer) => stateOf(answer) === "HIT"),
      );
      const bodies = await everywhere(path("w:2"));
      for (const { body, headers } of bodies) {
        assert.ok(body.equals(bodies[0]!.body));
        assert.equal(headers["etag"], bodies[0]!.headers["etag"]);
      }
      // What is asked for again before it has reached the shared store may be made twice; after that, never.
      assert.ok(
        rendersOf(url) >= VARIANTS.length && rendersOf(url) <= VARIANTS.length + 2,
        String(rendersOf(url)),
      );
    });

    it("ask a source again after a purge, each of them, within five seconds", async () => {
      const { page, url, path } = await source({ "Cache-Control": "max-age=3600" });
      for (const each of VARIANTS) await everywhere(path(each));
      const old = await Promise.all(VARIANTS.map((each) => get(`${balancer}${path(each)}`)));
      const before = page.served.whole;
      page.body = await picture("jpeg");
      const { removed } = await purge(replicas[0]!, `source=${encodeURIComponent(url)}`);
      const purgedAt = performance.now();
      assert.ok(removed >= VARIANTS.length, String(removed));
      const isNew = async (target: string, index: number): Promise<boolean> =>
        (await everywhere(target)).every(
          ({ status, body }) => status === 200 && !body.equals(old[index]!.body),
        );
      for (const [index, each] of VARIANTS.entries()) await until(() => isNew(path(each), index));
      const seconds = (performance.now() - purgedAt) / 1000;
      assert.ok(seconds < 5, `expected all to be new within 5 s, got ${seconds}`);
      assert.ok(page.served.whole > before);
    });

    it("forget by tag, prefix and everything, on every one", async () => {
      const { url, path } = await source();
      for (const query of ["tag=red", `prefix=${encodeURIComponent(url)}`, "all=true"]) {
        for (let round = 0; round < 2; round += 1) await everywhere(path("w:3/ct:red"));
        await until(async () => (await everywhere(path("w:3"))).every((answer) => stateOf(answer) === "HIT"));
        const before = rendersOf(url);
        await purge(replicas.at(-1)!, query);
        await until(async () => {
          await everywhere(path("w:3"));
          return rendersOf(url) > before;
        });
      }
    });

    if (uses.includes("redis") && count > 1)
      it("take turns at one picture: a herd at all of them costs one render", async () => {
        // What others keep within a second of a purge is forgotten as well, since clocks differ: the test before has purged.
        await sleep(1200);
        const { url, path, page } = await source();
        const answers = await Promise.all(Array.from({ length: 8 }, () => everywhere(path("w:5/bl:2"))));
        assert.ok(answers.flat().every(({ status }) => status === 200));
        await until(() => rendersOf(url) > 0);
        assert.equal(rendersOf(url), 1);
        assert.equal(page.asked, 1);
      });

    it("lose no request where the shared store hangs, dies and comes back", async () => {
      const shared = redis ?? bucket!;
      const { path } = await source();
      const statuses = async (first: number): Promise<number[]> => {
        const targets = Array.from({ length: 6 }, (_, index) => path(`w:${first + index}`));
        return (await Promise.all(targets.map((target) => get(`${balancer}${target}`)))).map(
          ({ status }) => status,
        );
      };
      shared.pause();
      assert.deepEqual(await statuses(20), Array(6).fill(200));
      assert.deepEqual(await statuses(20), Array(6).fill(200));
      shared.resume();
      await redis?.kill();
      assert.deepEqual(await statuses(40), Array(6).fill(200));
      await redis?.restart();
      assert.deepEqual(await statuses(60), Array(6).fill(200));
    });
  });
}
