import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { ACCOUNT } from "../../test/fixtures/amazon.ts";
import { startBucket, type BucketServer } from "../../test/fixtures/bucket.ts";
import { serve } from "../../test/fixtures/fetching.ts";
import { allFail, calls, ENTRY, gather, KEY, reads, SECRET } from "../../test/fixtures/trouble.ts";
import { conformsAsBoard } from "../../test/conformance/board.ts";
import { assertSame, conformsAsStore, keyOf } from "../../test/conformance/store.ts";
import { encodeEntry, HEAD_LIMIT } from "./entry.ts";
import { BOARD_DAYS, type Purge } from "./purge.ts";
import { openS3, type S3Cache, type S3CacheSettings } from "./s3.ts";

const DAY = 86_400_000;
const PREFIX = "some/where/";

/** Where Amazon's usual chain of credentials looks first. */
const become = ({ accessKeyId, secretAccessKey }: { accessKeyId: string; secretAccessKey: string }): void => {
  process.env["AWS_ACCESS_KEY_ID"] = accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = secretAccessKey;
};
become(ACCOUNT);
beforeEach(() => become(ACCOUNT));

const settingsOf = (endpoint: string): S3CacheSettings => ({
  bucket: "kept",
  prefix: PREFIX,
  region: "us-east-1",
  endpoint,
  endpointUsePathStyle: true,
  assumeRoleArn: "",
  assumeRoleExternalId: "",
  connectTimeoutSeconds: 2,
  ignoreTls: false,
});

const nameOf = (key: string): string => `${PREFIX}entries/${key.replace("-", "/")}`;

conformsAsStore("S3", async () => {
  const server = await startBucket();
  const { store } = await openS3(settingsOf(server.url));
  const place = { Bucket: server.bucket };
  return {
    store,
    corrupt: async (key) => {
      const Key = nameOf(key);
      const { Body } = await server.client.send(new GetObjectCommand({ ...place, Key }));
      const bytes = (await Body?.transformToByteArray()) ?? assert.fail("nothing is kept");
      bytes[bytes.length - 100]! ^= 1; // The body lies there, before its checksum.
      await server.client.send(new PutObjectCommand({ ...place, Key, Body: bytes }));
    },
    misplace: async (from, to) => {
      const CopySource = `${server.bucket}/${nameOf(from)}`;
      await server.client.send(new CopyObjectCommand({ ...place, CopySource, Key: nameOf(to) }));
    },
    close: async () => {
      await store.close();
      await server.close();
    },
  };
});

conformsAsBoard("S3", async () => {
  const server = await startBucket();
  const { board } = await openS3(settingsOf(server.url));
  let count = 0;
  return {
    board,
    another: async () => (await openS3(settingsOf(server.url))).board,
    scribble: async (text, at) => {
      count += 1;
      const Body = Buffer.from(text);
      const Key = `${PREFIX}purges/${String(at).padStart(14, "0")}-scribble${count}.json`;
      await server.client.send(new PutObjectCommand({ Bucket: server.bucket, Key, Body }));
    },
    close: async () => {
      await board.close();
      await server.close();
    },
  };
});

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(endpoint: string, changes: Partial<S3CacheSettings> = {}): Promise<S3Cache> {
  const cache = await openS3({ ...settingsOf(endpoint), ...changes });
  closers.push(() => cache.close());
  return cache;
}

const purgeOf = (id: string, at: number): Purge => ({ id, at, by: "me", scope: { kind: "all" } });

describe("objects in S3", () => {
  let server: BucketServer;
  before(async () => {
    server = await startBucket();
  });
  after(() => server.close());
  const put = (Key: string, Body: Uint8Array | string): Promise<unknown> =>
    server.client.send(new PutObjectCommand({ Bucket: server.bucket, Key, Body }));
  const names = async (Prefix: string): Promise<string[]> => {
    const { Contents = [] } = await server.client.send(
      new ListObjectsV2Command({ Bucket: server.bucket, Prefix }),
    );
    return Contents.flatMap(({ Key }) => Key ?? []);
  };

  it("lie below the prefix, by their source, and are bytes to whoever looks", async () => {
    const { store, board } = await open(server.url, { prefix: "tidy/" });
    await store.set(KEY, ENTRY);
    await board.post(purgeOf("an-id", 1_750_000_000_000 + Date.now()));
    const [entry = "", purge = "", ...others] = await names("tidy/");
    assert.match(entry, /^tidy\/entries\/[\da-f]{24}\/[\da-f]{40}$/);
    assert.match(purge, /^tidy\/purges\/0\d{13}-an-id\.json$/);
    assert.deepEqual(others, []);
    const head = await server.client.send(new HeadObjectCommand({ Bucket: server.bucket, Key: entry }));
    assert.equal(head.ContentType, "application/octet-stream");
  });

  for (const [what, bytes] of [
    ["empty", Buffer.alloc(0)],
    ["text", Buffer.from("no entry")],
    ["cut short", Buffer.concat(encodeEntry(KEY, ENTRY)).subarray(0, -1)],
    ["too long", Buffer.concat([...encodeEntry(KEY, ENTRY), Buffer.from("!")])],
  ] as const)
    it(`that are ${what} are dropped`, async () => {
      const { store } = await open(server.url);
      await put(nameOf(KEY), bytes);
      assert.equal(await store.get(KEY), undefined);
      assert.deepEqual(await names(nameOf(KEY)), []);
    });

  it("that only look like entries are not listed", async () => {
    const { store } = await open(server.url, { prefix: "alike/" });
    await store.set(KEY, ENTRY);
    const name = `alike/entries/${KEY.replace("-", "/")}`;
    for (const other of [`alike/entries/${KEY}`, `${name}0`, `${name}/x`, "alike/entries/x", `alike/${KEY}`])
      await put(other, "x");
    assert.deepEqual(await gather(store, ""), [KEY]);
    assert.deepEqual(await gather(store, KEY.slice(0, 24)), [KEY]);
    assert.deepEqual(await gather(store, "/"), []);
  });

  it("are listed beyond the thousand that one answer has", async () => {
    const { store } = await open(server.url, { prefix: "many/" });
    const keys = Array.from({ length: 1003 }, (_, i) => keyOf(`one of many ${i}`)).sort();
    await server.lay(keys.map((key) => `many/entries/${key.replace("-", "/")}`));
    assert.deepEqual(await gather(store, ""), keys);
  });

  it("of the board are removed after some weeks, when somebody posts or sees them", async () => {
    const { board } = await open(server.url, { prefix: "old/" });
    const now = Date.now();
    const [old, kept] = [
      purgeOf("old", now - BOARD_DAYS * DAY - 1000),
      purgeOf("kept", now - BOARD_DAYS * DAY + 60_000),
    ];
    const lay = (): Promise<unknown> => put(`old/purges/0${old.at}-old.json`, JSON.stringify(old));
    await lay();
    await board.post(kept);
    const left = [`old/purges/0${kept.at}-kept.json`];
    assert.deepEqual(await names("old/"), left);
    await lay();
    assert.deepEqual(await board.read(0), [kept]);
    assert.deepEqual(await names("old/"), left);
  });

  it("of the board are not posted under a time that has no name", async () => {
    const { board } = await open(server.url, { prefix: "timeless/" });
    for (const at of [-1, 10 ** 14])
      await assert.rejects(board.post(purgeOf("odd", at)), /^Error: expected a time/);
    assert.deepEqual(await names("timeless/"), []);
  });
});

describe("an S3 in trouble", () => {
  let server: BucketServer;
  before(async () => {
    server = await startBucket();
  });
  after(() => server.close());

  it("without the bucket makes calls fail", async () => {
    await allFail(
      calls(await open(server.url, { bucket: "missing" })),
      /^expected S3 to answer for bucket "missing", got 404 NoSuchBucket/,
    );
  });

  it("that does not know us makes calls fail, and hears no secret repeated", async () => {
    become({ accessKeyId: "NOBODY", secretAccessKey: SECRET });
    await allFail(calls(await open(server.url)), /^expected S3 to answer for bucket "kept", got 403 /);
  });

  it("that is not there makes calls fail", async () => {
    const gone = await startBucket();
    await gone.close();
    await allFail(
      calls(await open(gone.url)),
      /^expected S3 to answer for bucket "kept", got .*ECONNREFUSED/,
    );
  });

  it("that hangs holds calls until it goes on, or the cache is closed", async () => {
    const [cache, other] = [await open(server.url), await open(server.url)];
    await cache.store.set(KEY, ENTRY);
    server.pause();
    const read = cache.store.get(KEY);
    const underWay = Promise.allSettled(reads(other).map((call) => call()));
    await other.close();
    for (const outcome of await underWay)
      assert.match(
        String(outcome.status === "rejected" && outcome.reason),
        /got expected an open bucket, got a closed one/,
      );
    await allFail(calls(other), /^expected an open bucket, got a closed one$/);
    server.resume();
    assertSame(await read, ENTRY);
  });

  it("that hangs for too long makes calls fail", async () => {
    const cache = await open(server.url, { callTimeoutMs: 200 });
    await cache.store.set(KEY, ENTRY);
    server.pause();
    await allFail(reads(cache), /^expected S3 to answer for bucket "kept", got nothing within 200 ms$/);
    server.resume();
    assertSame(await (await open(server.url)).store.get(KEY), ENTRY);
  });

  const answers: Readonly<Record<string, (incoming: IncomingMessage, response: ServerResponse) => void>> = {
    fails: (_, response) => void response.writeHead(500).end("<Error><Code>InternalError</Code></Error>"),
    refuses: (_, response) => void response.writeHead(403).end("<Error><Code>AccessDenied</Code></Error>"),
    "breaks off": (_, response) => {
      response.writeHead(200, { "content-length": "5000" }).write("the beginning");
      response.socket?.end();
    },
  };
  for (const [what, answer] of Object.entries(answers))
    it(`that ${what} makes reads fail, and loses nothing`, async () => {
      const { url, asks } = await serve(answer);
      const { store } = await open(url);
      for (const ask of [store.get, store.head])
        await assert.rejects(ask(KEY), /^Error: expected S3 to answer for bucket "kept", got /);
      assert.ok(asks.every(({ method }) => method === "GET"));
    });

  it("that sends without end is not heard to the end", async () => {
    const whole = Buffer.concat(encodeEntry(KEY, ENTRY));
    const { url, asks } = await serve((_, response) => {
      const more = (): void => {
        while (response.write(Buffer.alloc(65_536)));
      };
      response.write(whole);
      response.on("drain", more);
      more();
    });
    const { store } = await open(url);
    assert.deepEqual(await store.head(KEY), ENTRY.head);
    assert.equal(asks[0]?.headers.range, `bytes=0-${HEAD_LIMIT - 1}`);
    assert.equal(asks.length, 1);
  });
});
