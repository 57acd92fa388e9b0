import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "node:test";
import { read, refusal, wish } from "../../test/fixtures/fetching.ts";
import type { Answer } from "./answer.ts";
import { bodiless, bucketSource, type BucketSettings, type Located, type Store } from "./bucket.ts";

const SETTINGS: BucketSettings = {
  querySeparator: "?",
  allowedBuckets: [],
  deniedBuckets: [],
  downloadTimeoutSeconds: 5,
  connectTimeoutSeconds: 2,
};

const answer = (): Answer => ({
  statusCode: 200,
  headers: {},
  body: Readable.from([Buffer.from("the object")]),
});

function sourceOf(settings: Partial<BucketSettings>, ask: Store["ask"]) {
  return bucketSource(
    { ...SETTINGS, ...settings },
    { names: (name) => name !== "", ask, close: () => Promise.resolve() },
  );
}

/** What a store is asked for, or the code of the refusal. */
async function locate(url: string, settings: Partial<BucketSettings> = {}): Promise<Located | string> {
  let located: Located | undefined;
  const { fetch } = sourceOf(settings, (asked) => {
    located = asked;
    return Promise.resolve(answer());
  });
  const code = await refusal(fetch(url, wish()).then(read));
  return located ?? code;
}

describe("what a URL names", () => {
  for (const [url, bucket, key, query] of [
    ["s3://b/k", "b", "k", ""],
    ["s3://B.b_b-b/K", "B.b_b-b", "K", ""],
    ["S3://b///a//b/", "b", "a//b/", ""],
    ["s3://b/%41%2F+ #&\\", "b", "%41%2F+ #&\\", ""],
    ["s3://b/a/../b/./..c/...", "b", "a/../b/./..c/...", ""],
    ["s3://b/k?1?2", "b", "k", "1?2"],
    ["s3://b/k?", "b", "k", ""],
    ["s3://b/日\n本", "b", "日\n本", ""],
  ] as const)
    it(JSON.stringify(url), async () => assert.deepEqual(await locate(url), { bucket, key, query }));

  it("is split by the separator of the settings, or not at all", async () => {
    const url = "s3://b/k?1--2--3";
    assert.deepEqual(await locate(url, { querySeparator: "--" }), { bucket: "b", key: "k?1", query: "2--3" });
    assert.deepEqual(await locate(url, { querySeparator: "" }), { bucket: "b", key: "k?1--2--3", query: "" });
  });

  for (const url of ["s3://", "s3:///", "s3:///k", "s3://b", "s3://b/", "s3://b//", "s3://b/?v", "b/k", ""])
    it(`is nothing in ${JSON.stringify(url)}`, async () =>
      assert.equal(await locate(url), "source_unreachable"));

  for (const key of [
    "..",
    ".",
    "../",
    "./",
    "../c/k",
    "a/..",
    "a/../",
    "a/../../c/k",
    "a//../../c",
    "./../c",
  ])
    it(`does not lead out of its bucket by ${key}`, async () =>
      assert.equal(await locate(`s3://b/${key}`), "source_unreachable"));
});

describe("lists of buckets", () => {
  for (const [allowedBuckets, deniedBuckets, expected] of [
    [[], [], "none"],
    [["b"], [], "none"],
    [["a", "c"], [], "source_unreachable"],
    [["B"], [], "source_unreachable"],
    [[], ["b"], "source_unreachable"],
    [["b"], ["b"], "source_unreachable"],
    [[], ["a"], "none"],
  ] as const)
    it(`allowed ${allowedBuckets.join() || "any"}, denied ${deniedBuckets.join() || "none"}: ${expected}`, async () => {
      const located = await locate("s3://b/k", { allowedBuckets, deniedBuckets });
      assert.equal(typeof located === "string" ? located : "none", expected);
    });
});

describe("a store that misbehaves", () => {
  it("is left when the time is up, whether it heeds the signal or not", async () => {
    const { fetch } = sourceOf({ downloadTimeoutSeconds: 0.05 }, () => new Promise(() => undefined));
    assert.equal(await refusal(fetch("s3://b/k", wish())), "source_timeout");
  });

  it("has its late answer let go", async () => {
    const late = answer();
    const { fetch } = sourceOf({ downloadTimeoutSeconds: 0.05 }, () => sleep(150, late));
    assert.equal(await refusal(fetch("s3://b/k", wish())), "source_timeout");
    await sleep(200);
    assert.ok(late.body.destroyed);
  });

  it("is left when nobody waits any more", async () => {
    const { fetch } = sourceOf({}, () => new Promise(() => undefined));
    for (const [signal, code] of [
      [AbortSignal.abort(), "client_gone"],
      [AbortSignal.timeout(50), "timeout"],
    ] as const)
      assert.equal(await refusal(fetch("s3://b/k", wish({ signal }))), code);
  });

  it("cannot be reached, with its own words for the log", async () => {
    const { fetch } = sourceOf({}, () => Promise.reject(new Error("the dog ate it")));
    const work = fetch("s3://b/k", wish());
    assert.equal(await refusal(work), "source_unreachable");
    await assert.rejects(work, /the dog ate it/);
  });

  it("has its body destroyed where its answer is none", async () => {
    const big: Answer = { ...answer(), headers: { "content-length": "1000" } };
    const { fetch } = sourceOf({}, () => Promise.resolve(big));
    assert.equal(await refusal(fetch("s3://b/k", wish({ maxBytes: 999 }))), "source_too_big");
    assert.ok(big.body.destroyed);
  });
});

describe("bodiless", () => {
  it("says nothing of a body that nobody sees", async () => {
    const headers = {
      etag: '"a"',
      "content-length": "9",
      "content-type": "text/xml",
      "content-encoding": "gzip",
    };
    const { fetch } = sourceOf({}, () => Promise.resolve(bodiless(304, headers)));
    const original = await fetch("s3://b/k", wish({ mode: "relay" }));
    assert.deepEqual([original.status, original.headers, await read(original)], [304, { etag: '"a"' }, ""]);
  });
});
