/** A Redis that is down, hangs, refuses, or is none: calls fail, nothing else does, and all is well when it is back. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { promisify } from "node:util";
import { assertSame } from "../../test/conformance/store.ts";
import { freePort } from "../../../../scripts/free-port.mjs";
import { startRedis, type RedisServer } from "../../test/fixtures/redis.ts";
import { allFail, calls, ENTRY, failure, KEY, PURGE, SECRET, writes } from "../../test/fixtures/trouble.ts";
import { needs, unless } from "../../test/needs.ts";
import { openRedis, type RedisCache, type RedisSettings } from "./redis.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(url: string, changes: Partial<RedisSettings> = {}): Promise<RedisCache> {
  const usual = { prefix: "t:", maxEntryBytes: 4 * 2 ** 20, keepSeconds: 60, connectTimeoutMs: 1000 };
  const cache = await openRedis({ url, ...usual, ...changes });
  closers.push(() => cache.close());
  return cache;
}

async function start(...settings: string[]): Promise<RedisServer> {
  const server = await startRedis(settings);
  closers.push(() => server.stop());
  return server;
}

/** Something that listens and is no Redis. */
async function listen(greet: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    greet(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`; // A TCP server has no other kind of address.
}

/** Waits until something holds, ten seconds at most. */
async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await holds());) {
    assert.ok(Date.now() < end, `expected ${what}`);
    await sleep(20);
  }
}

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

async function recovers({ store, board, lock }: RedisCache): Promise<void> {
  await eventually("the cache to recover", () => succeeds(store.set(KEY, ENTRY)));
  assertSame(await store.get(KEY), ENTRY);
  await board.post(PURGE);
  assert.deepEqual(await board.read(0), [PURGE]);
  const release = await lock.take("after", 1000);
  assert.ok(release);
  await release();
}

describe("a Redis in trouble", { skip: unless("redis") }, () => {
  it("that is down at first makes calls fail at once, and is found when it comes", async () => {
    const server = await start();
    await server.kill();
    const cache = await open(server.url);
    await allFail(calls(cache), /^expected Redis at 127\.0\.0\.1:\d+ to answer, got connect ECONNREFUSED/);
    await server.restart();
    await recovers(cache);
  });

  it("that is killed makes calls fail, those under way too, and is found when it is back", async () => {
    const server = await start();
    const cache = await open(server.url);
    await recovers(cache);
    server.pause();
    const underWay = allFail(calls(cache), /^expected Redis at /);
    await server.kill();
    await underWay;
    await allFail(calls(cache), /^expected Redis at /);
    await server.restart();
    assert.equal(await cache.store.get(KEY).catch(() => undefined), undefined);
    await recovers(cache);
  });

  it("that hangs makes calls fail in time, later ones at once, and is found when it goes on", async () => {
    const server = await start();
    const cache = await open(server.url, { connectTimeoutMs: 300 });
    await recovers(cache);
    server.pause();
    await allFail(calls(cache), /to answer, got .*Socket timeout/);
    // Longer than it takes to dial it and to give it up again.
    for (const end = Date.now() + 1000; Date.now() < end;) {
      const from = performance.now();
      await failure(() => cache.store.get(KEY));
      assert.ok(performance.now() - from < 150, "expected calls to fail at once");
      await sleep(20);
    }
    server.resume();
    await recovers(cache);
  });

  it("that hangs from the beginning is waited for once", async () => {
    const server = await start();
    server.pause();
    const cache = await open(server.url, { connectTimeoutMs: 300 });
    await allFail(calls(cache), /^expected Redis at /);
    server.resume();
    await recovers(cache);
  });

  it("that is full refuses what is written, and still answers", async () => {
    const { url, client } = await start("--maxmemory-policy", "noeviction");
    const cache = await open(url);
    await client.set("filling", Buffer.alloc(2 ** 20));
    await client.config("SET", "maxmemory", "1mb");
    const { store, board, lock } = cache;
    const growing = [() => store.set(KEY, ENTRY), () => board.post(PURGE), () => lock.take("key", 1000)];
    await allFail(growing, /OOM|EXECABORT/);
    assert.equal(await store.get(KEY), undefined);
    await store.delete(KEY);
    assert.deepEqual(await client.keys("*"), ["filling"]);
    await client.config("SET", "maxmemory", "0");
    await recovers(cache);
  });

  it("that may only be read refuses what is written, and is asked what it has", async () => {
    const main = await start("--repl-diskless-sync-delay", "0");
    const replica = await start("--replicaof", "127.0.0.1", `${main.port}`);
    await (await open(main.url)).store.set(KEY, ENTRY);
    const cache = await open(replica.url);
    await eventually(
      "the replica to follow",
      async () => (await replica.client.exists(`t:entry:${KEY}`)) === 1,
    );
    const dials = async (): Promise<number> =>
      Number(/total_connections_received:(\d+)/.exec(await replica.client.info("stats"))?.[1]);
    const dialled = await dials();
    const [first, ...rest] = await Promise.all(writes(cache).map(failure));
    assert.match(first ?? "", /READONLY|EXECABORT/);
    for (const message of rest) assert.match(message, /^expected Redis at /);
    // Its address may lead to another by now, but not at every call.
    await eventually("it to be dialled anew", async () => (await dials()) === dialled + 1);
    await eventually("it to answer again", () => succeeds(cache.store.get(KEY)));
    await allFail(writes(cache), /READONLY|EXECABORT/);
    assertSame(await cache.store.get(KEY), ENTRY);
    assert.equal(await dials(), dialled + 1);
    await replica.client.replicaof("NO", "ONE");
    await recovers(cache);
  });

  it("that wants another password never hears ours repeated", async () => {
    const server = await start("--requirepass", "another");
    const { port } = server;
    for (const who of [`:${SECRET}`, `me:${SECRET}`])
      await allFail(calls(await open(`redis://${who}@127.0.0.1:${port}`)), /WRONGPASS/);
    await allFail(calls(await open(server.url)), /NOAUTH/);
    const cache = await open(`redis://:another@127.0.0.1:${port}`);
    await recovers(cache);
  });

  it("knows users by their names", async () => {
    const server = await start(
      "--user",
      "me",
      "on",
      `>${SECRET}`,
      "~*",
      "+@all",
      "-info",
      "--user",
      "default",
      "off",
    );
    await recovers(await open(`redis://me:${SECRET}@127.0.0.1:${server.port}`));
  });

  it("keeps to the database that the URL names, and to none where there is no such", async () => {
    const { url, client } = await start();
    await recovers(await open(`${url}/3`));
    await allFail(calls(await open(`${url}/99`)), /^expected Redis at /);
    assert.match(await client.info("keyspace"), /# Keyspace\r\ndb3:keys=\d+,\S+\r\n$/);
  });

  it(
    "speaks TLS where its certificate is vouched for, and only there",
    { skip: unless("openssl") },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "tintype-tls-"));
      closers.push(() => rm(folder, { recursive: true }));
      const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
      const request =
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test";
      const names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert];
      await promisify(execFile)(needs("openssl") ?? "openssl", [...request.split(" "), ...names]);
      const tlsPort = await freePort();
      const tls = ["--tls-port", `${tlsPort}`, "--tls-cert-file", cert, "--tls-key-file", key];
      const server = await start(...tls, "--tls-auth-clients", "no", "--requirepass", SECRET);
      const url = `rediss://:${SECRET}@127.0.0.1:${tlsPort}`;
      await allFail(calls(await open(url)), /certificate/);
      await allFail(calls(await open(`rediss://:${SECRET}@127.0.0.1:${server.port}`)), /^expected Redis at /);
      const usual = getCACertificates("default");
      setDefaultCACertificates([...usual, await readFile(cert, "utf8")]);
      closers.push(() => {
        setDefaultCACertificates(usual);
        return Promise.resolve();
      });
      await recovers(await open(url));
    },
  );

  it("lets go of its connection when it is closed, in whatever state, and answers no more", async () => {
    const server = await start();
    for (const state of ["well", "hanging", "dead"]) {
      const cache = await open(server.url);
      await cache.lock.take("key", 10);
      if (state === "hanging") server.pause();
      if (state === "dead") await server.kill();
      const underWay = Promise.allSettled(calls(cache).map((call) => call()));
      await Promise.all([cache.close(), cache.store.close(), cache.board.close()]);
      const outcomes = await underWay;
      assert.ok(outcomes.every(({ status }) => status === "rejected"));
      await allFail(calls(cache), /^expected an open connection to Redis, got a closed one$/);
      server.resume();
    }
  });

  it("is let go of before it was reached", async () => {
    const cache = await open((await start()).url);
    const underWay = Promise.allSettled(calls(cache).map((call) => call()));
    await cache.close();
    assert.ok((await underWay).every(({ status }) => status === "rejected"));
  });
});

describe("what is no Redis", () => {
  const impostors: Readonly<Record<string, (socket: Socket) => void>> = {
    "an echo": (socket) => socket.pipe(socket),
    "a web server": (socket) =>
      socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")),
    "a server that speaks first": (socket) => socket.write("SSH-2.0-OpenSSH_9.2\r\n"),
    "a server that hangs up": (socket) => socket.end(),
    "a server that repeats what it does not know": (socket) =>
      socket.on("data", (bytes) => {
        const words = JSON.stringify(bytes.toString("latin1")).replaceAll(/[\r\n]/g, " ");
        socket.write(`-ERR unknown command, with args beginning with: ${words}\r\n`.repeat(3));
      }),
  };
  for (const [name, greet] of Object.entries(impostors))
    it(`${name} makes calls fail, one after another`, async () => {
      const url = new URL(await listen(greet));
      for (const password of ["", SECRET]) {
        url.password = password;
        const cache = await open(url.href, { connectTimeoutMs: 300 });
        for (const call of calls(cache)) assert.match(await failure(call), /^expected Redis /);
      }
    });
});

describe("openRedis", () => {
  it("refuses a URL that is none, and does not repeat it", async () => {
    assert.match(await failure(() => open(`redis//:${SECRET}@cache`)), /^expected a URL such as redis:/);
  });
});
