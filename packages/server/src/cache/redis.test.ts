import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { conformsAsBoard } from "../../test/conformance/board.ts";
import { assertSame, conformsAsStore, entryOf, keyOf } from "../../test/conformance/store.ts";
import { startRedis, type RedisServer } from "../../test/fixtures/redis.ts";
import { gather } from "../../test/fixtures/trouble.ts";
import { unless } from "../../test/needs.ts";
import { HEAD_LIMIT } from "./entry.ts";
import { BOARD_DAYS, type Purge } from "./purge.ts";
import { openRedis, type RedisCache, type RedisSettings } from "./redis.ts";

const PREFIX = "t[1]*:";
const DAY = 86_400_000;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(url: string, changes: Partial<RedisSettings> = {}): Promise<RedisCache> {
  const cache = await openRedis({
    url,
    prefix: PREFIX,
    maxEntryBytes: 4 * 2 ** 20,
    keepSeconds: 60,
    connectTimeoutMs: 2000,
    ...changes,
  });
  closers.push(() => cache.close());
  return cache;
}

async function start(...settings: string[]): Promise<RedisServer> {
  const server = await startRedis(settings);
  closers.push(() => server.stop());
  return server;
}

const nameOf = (key: string): string => `${PREFIX}entry:${key}`;
const indexOf = (key: string): string => `${PREFIX}source:${key.slice(0, 24)}`;

const skip = unless("redis");

if (skip === false) {
  conformsAsStore("Redis", async () => {
    const server = await startRedis();
    const { store } = await openRedis({
      url: server.url,
      prefix: PREFIX,
      maxEntryBytes: 4 * 2 ** 20,
      keepSeconds: 60,
      connectTimeoutMs: 2000,
    });
    const read = async (key: string): Promise<Buffer> =>
      (await server.client.getBuffer(nameOf(key))) ?? assert.fail("nothing is kept");
    return {
      store,
      corrupt: async (key) => {
        const bytes = await read(key);
        bytes[bytes.length - 100]! ^= 1; // The body lies there, before its checksum.
        await server.client.set(nameOf(key), bytes);
      },
      misplace: async (from, to) => {
        await server.client.set(nameOf(to), await read(from));
      },
      close: async () => {
        await store.close();
        await server.stop();
      },
    };
  });

  conformsAsBoard("Redis", async () => {
    const server = await startRedis();
    const settings = {
      url: server.url,
      prefix: PREFIX,
      maxEntryBytes: 4 * 2 ** 20,
      keepSeconds: 60,
      connectTimeoutMs: 2000,
    };
    const { board } = await openRedis(settings);
    return {
      board,
      another: async () => (await openRedis(settings)).board,
      scribble: async (text, at) => {
        await server.client.zadd(`${PREFIX}purges`, at, text);
      },
      close: async () => {
        await board.close();
        await server.stop();
      },
    };
  });
}

describe("entries in Redis", { skip }, () => {
  it("expire, and so does what is known of their source", async () => {
    const { url, client } = await start();
    const { store } = await open(url, { keepSeconds: 30 });
    const key = keyOf("expiring");
    await store.set(key, entryOf("expiring"));
    for (const name of [nameOf(key), indexOf(key)]) {
      const left = await client.pttl(name);
      assert.ok(left > 20_000 && left <= 30_000, `${name} has ${left} ms left`);
    }
  });

  it("that are too large are not kept, and the one before is not kept either", async () => {
    const { url, client } = await start();
    const { store } = await open(url, { maxEntryBytes: 5000 });
    const key = keyOf("growing");
    await store.set(key, entryOf("growing", 100));
    assertSame(await store.get(key), entryOf("growing", 100));
    await store.set(key, entryOf("growing", 5000));
    assert.equal(await store.get(key), undefined);
    assert.equal(await client.exists(nameOf(key)), 0);
  });

  it("that another kept and are too large here are dropped without being read whole", async () => {
    const { url, client } = await start();
    const key = keyOf("large elsewhere");
    await (await open(url)).store.set(key, entryOf("large elsewhere", 2 ** 20));
    const { store } = await open(url, { maxEntryBytes: 5000 });
    await client.config("RESETSTAT");
    assert.equal(await store.get(key), undefined);
    const sent = Number(/total_net_output_bytes:(\d+)/.exec(await client.info("stats"))?.[1]);
    assert.ok(sent > 0 && sent < 10_000, `${sent} bytes were sent`);
    assert.equal(await client.exists(nameOf(key)), 0);
  });

  it("give their head from the first bytes alone", async () => {
    const { url, client } = await start();
    const { store } = await open(url);
    const key = keyOf("headed");
    await store.set(key, entryOf("headed", 2 ** 20));
    await client.config("RESETSTAT");
    assert.deepEqual(await store.head(key), entryOf("headed").head);
    const sent = Number(/total_net_output_bytes:(\d+)/.exec(await client.info("stats"))?.[1]);
    assert.ok(sent > 0 && sent < 2 * HEAD_LIMIT, `${sent} bytes were sent`);
  });

  it("that are no text at all are dropped", async () => {
    const { url, client } = await start();
    const { store } = await open(url);
    for (const ask of [store.get, store.head]) {
      const key = keyOf("a list");
      await client.lpush(nameOf(key), "one", "two");
      assert.equal(await ask(key), undefined);
      assert.equal(await client.exists(nameOf(key)), 0);
    }
  });

  it("of one source are found without a look at the rest", async () => {
    const { url, client } = await start();
    const { store } = await open(url);
    const [key, other] = [keyOf("indexed"), keyOf("indexed", "expired")];
    for (const each of [key, other]) await store.set(each, entryOf("indexed"));
    await client.del(nameOf(other));
    await client.config("RESETSTAT");
    assert.deepEqual(await gather(store, `${key.slice(0, 24)}-`), [key]);
    const counts = await client.info("commandstats");
    assert.match(counts, /cmdstat_sscan:calls=1,/);
    assert.doesNotMatch(counts, /cmdstat_(?:scan|keys):/);
    assert.deepEqual(await client.smembers(indexOf(key)), [key]);
  });

  it("are listed from among 5,000 other things, and what only looks like them is not", async () => {
    const { url, client } = await start();
    const { store } = await open(url);
    const key = keyOf("among others");
    await store.set(key, entryOf("among others"));
    await client.mset(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`other:${i}`, "x"])));
    await client.mset({
      [nameOf("no key")]: "x",
      [`t1:entry:${keyOf("alike")}`]: "x",
      [`${nameOf(key)}0`]: "x",
    });
    assert.deepEqual(await gather(store, ""), [key]);
    assert.deepEqual(await gather(store, key.slice(0, 5)), [key]);
    assert.deepEqual(await gather(store, "*"), []);
  });
});

describe("the board in Redis", { skip }, () => {
  it("forgets after some weeks, and never before", async () => {
    const { url, client } = await start();
    const { board } = await open(url);
    const purge = (id: string, at: number): Purge => ({ id, at, by: "me", scope: { kind: "all" } });
    const now = Date.now();
    const [old, kept, young] = [
      purge("old", now - BOARD_DAYS * DAY - 1000),
      purge("kept", now - BOARD_DAYS * DAY + 60_000),
      purge("young", now),
    ];
    await client.zadd(`${PREFIX}purges`, old.at, JSON.stringify(old));
    for (const each of [kept, young]) await board.post(each);
    assert.deepEqual(await board.read(0), [kept, young]);
    assert.equal(await client.zcard(`${PREFIX}purges`), 2);
    assert.equal(await client.ttl(`${PREFIX}purges`), -1);
  });
});

describe("locks in Redis", { skip }, () => {
  it("are given to one of two, and to the other after the first has let go", async () => {
    const { url } = await start();
    const [one, other] = [await open(url), await open(url)];
    const takes = await Promise.all([one, other].map(({ lock }) => lock.take("key", 10_000)));
    const [release, none] = takes.toSorted((a, b) => Number(!a) - Number(!b));
    assert.ok(release);
    assert.equal(none, undefined);
    assert.ok(await other.lock.take("another key", 10_000));
    await release();
    assert.ok(await other.lock.take("key", 10_000));
  });

  it("fall by themselves, and a stranger cannot let go of them", async () => {
    const { url, client } = await start();
    const { lock } = await open(url);
    const late = (await lock.take("key", 50)) ?? assert.fail("expected a lock");
    let again = await lock.take("key", 10_000);
    for (const end = Date.now() + 5000; !again && Date.now() < end;) again = await lock.take("key", 10_000);
    assert.ok(again, "expected the lock to fall");
    await late();
    assert.equal(await lock.take("key", 10_000), undefined);
    const left = await client.pttl(`${PREFIX}lock:key`);
    assert.ok(left > 5000 && left <= 10_000, `${left} ms are left`);
    await again();
    assert.equal(await client.exists(`${PREFIX}lock:key`), 0);
  });

  it("are let go of quietly where the server is gone", async () => {
    const server = await start();
    const { lock } = await open(server.url);
    const release = (await lock.take("key", 10_000)) ?? assert.fail("expected a lock");
    await server.kill();
    await release();
    await assert.rejects(lock.take("key", 10_000), /^Error: expected Redis at /);
  });
});
