/** Several servers behind a balancer, which share what they keep in a real Redis, a real S3, or both. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { Head } from "../../src/cache/store.ts";
import { ACCOUNT } from "../fixtures/amazon.ts";
import { startBucket, type BucketServer } from "../fixtures/bucket.ts";
import { freePort } from "../../../../scripts/free-port.mjs";
import { startRedis, type RedisServer } from "../fixtures/redis.ts";
import { until } from "../fixtures/until.ts";
import { unless } from "../needs.ts";
import { get, type Answer } from "./client.ts";
import type { Original } from "./originals.ts";
import { balance } from "./round-robin.ts";
import { startServer, type Running } from "./server.ts";
import { bucketShelf, redisShelf, type Shelf } from "./shelves.ts";

type Env = Readonly<Record<string, string>>;

const TOKEN = "let me in";

export interface Replica extends Running {
  /** Address of the operator's listener. */
  readonly operator: string;
}

async function startReplica(env: Env): Promise<Replica> {
  const operator = `127.0.0.1:${await freePort()}`;
  const running = await startServer({
    IMGPROXY_WORKERS: "1",
    // Trying it out takes longer than most of what is tested, and changes nothing of what is kept.
    TINTYPE_RENDER_SANDBOX: "0",
    TINTYPE_CACHE_MEMORY: String(16 * 1024 ** 2),
    TINTYPE_OPERATOR_BIND: operator,
    TINTYPE_OPERATOR_TOKEN: TOKEN,
    // Other tests run beside, and an emulator in JavaScript is no S3.
    TINTYPE_CACHE_PATIENCE: "2000",
    AWS_ACCESS_KEY_ID: ACCOUNT.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ACCOUNT.secretAccessKey,
    ...env,
  });
  return { ...running, operator: `http://${operator}` };
}

export interface Setting {
  readonly name: string;
  readonly count: number;
  readonly uses: readonly ("redis" | "s3")[];
}

export const SETTINGS: readonly Setting[] = [
  { name: "one server with Redis and S3", count: 1, uses: ["redis", "s3"] },
  { name: "two servers with S3", count: 2, uses: ["s3"] },
  { name: "three servers with Redis", count: 3, uses: ["redis"] },
];

/** A balancer, the servers behind it, and what they share. */
export interface House extends Setting {
  readonly balancer: string;
  readonly replicas: readonly Replica[];
  readonly redis: RedisServer | undefined;
  readonly bucket: BucketServer | undefined;
  /** What is kept of a source in each store that they share. */
  readonly shelved: (source: string) => Promise<readonly (readonly Head[])[]>;
  /** Asks every server at the same time. */
  readonly everywhere: (target: string, headers?: Env) => Promise<Answer[]>;
}

export interface Furniture {
  /** Settings of every server. */
  readonly env?: Env;
  /** Where each server has a disk of its own to keep things on; nowhere by default. */
  readonly hasDisk?: (setting: Setting) => boolean;
}

async function build(setting: Setting, { env, hasDisk = () => false }: Furniture): Promise<House> {
  const { count, uses } = setting;
  const redis = uses.includes("redis") ? await startRedis() : undefined;
  const bucket = uses.includes("s3") ? await startBucket() : undefined;
  const disks = hasDisk(setting) ? await mkdtemp(join(tmpdir(), "tintype-replicas-")) : undefined;
  const start = (index: number): Promise<Replica> =>
    startReplica({
      ...(redis && { TINTYPE_CACHE_REDIS_URL: redis.url }),
      ...(bucket && {
        TINTYPE_CACHE_S3_BUCKET: bucket.bucket,
        TINTYPE_CACHE_S3_ENDPOINT: bucket.url,
        TINTYPE_CACHE_S3_REGION: "us-east-1",
      }),
      ...(disks !== undefined && { TINTYPE_CACHE_DIR: join(disks, String(index)) }),
      ...env,
    });
  const replicas: Replica[] = [];
  // One by one: where other tests run beside, all at once would take longer than renderers may.
  while (replicas.length < count) replicas.push(await start(replicas.length));
  after(async () => {
    for (const { process } of replicas) process.kill("SIGTERM");
    await Promise.all(replicas.map(({ ended }) => ended));
    await redis?.stop();
    await bucket?.close();
    if (disks !== undefined) await rm(disks, { recursive: true, force: true });
  });
  const shelves: Shelf[] = [...(redis ? [redisShelf(redis)] : []), ...(bucket ? [bucketShelf(bucket)] : [])];
  return {
    ...setting,
    balancer: await balance(replicas.map(({ url }) => url)),
    replicas,
    redis,
    bucket,
    shelved: (source) => Promise.all(shelves.map((shelf) => shelf(source))),
    everywhere: (target, headers = {}) =>
      Promise.all(replicas.map(({ url }) => get(`${url}${target}`, { headers }))),
  };
}

/** Builds a house of each setting that this machine has all for; they end with the tests of the file. */
export async function openHouses(furniture: Furniture = {}): Promise<House[]> {
  const houses: House[] = [];
  for (const setting of SETTINGS)
    if (!setting.uses.includes("redis") || unless("redis") === false)
      houses.push(await build(setting, furniture));
  return houses;
}

/**
 * Asks one server of a house, and waits until what it has learned lies in all that the house shares: then the others find
 * it as well.
 */
export async function spread(
  { shelved }: House,
  { url: server }: Replica,
  { url, path }: Original,
  options?: string,
): Promise<Answer> {
  const since = Date.now();
  const answer = await get(`${server}${path(options)}`);
  const isNew = ({ askedAt }: Head): boolean => askedAt >= since;
  await until(async () => (await shelved(url)).every((heads) => heads.some(isNew)));
  return answer;
}

/** What the cache did for a request: `HIT`, for instance. */
export const stateOf = ({ headers }: Answer): string => String(headers["x-cache"]);

/** Fails unless each answer has that state, is the same picture as `like`, and has what is said of its headers. */
export function assertServe(
  answers: readonly Answer[],
  state: string,
  like: Pick<Answer, "headers" | "body">,
  said: Readonly<Record<string, string>> = {},
): void {
  const { etag, "content-type": type } = like.headers;
  for (const answer of answers) {
    assert.deepEqual([answer.status, stateOf(answer)], [200, state]);
    assert.ok(answer.body.equals(like.body));
    for (const [name, value] of Object.entries({ etag, "content-type": type, ...said }))
      assert.equal(answer.headers[name], value, name);
  }
}

/** Has a server forget what the query means, and all others through it. */
export async function purge({ operator }: Replica, query: string): Promise<{ readonly removed: number }> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const answer = await fetch(`${operator}/cache?${query}`, { method: "DELETE", headers });
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()) as { removed: number };
}

/** What each tier of a server has of a target, by name. The server asks for the original as well, if it may. */
export async function tiersOf({ operator }: Replica, target: string): Promise<Record<string, string>> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const answer = await fetch(`${operator}/explain${target}`, { headers });
  return ((await answer.json()) as { tiers: Record<string, string> }).tiers;
}
