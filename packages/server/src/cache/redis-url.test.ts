import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseRedisUrl } from "./redis-url.ts";

const USUAL = { host: "cache", port: 6379, tls: false, username: "", password: "", db: 0 };

describe("parseRedisUrl", () => {
  for (const [url, expected] of [
    ["redis://cache", {}],
    ["redis://cache/", {}],
    ["redis://cache:7000/15", { port: 7000, db: 15 }],
    ["rediss://cache", { tls: true }],
    ["redis://:s%40crét%2F@cache", { password: "s@crét/" }],
    ["redis://me:secret@cache/1", { username: "me", password: "secret", db: 1 }],
    ["redis://10.0.0.1:6380", { host: "10.0.0.1", port: 6380 }],
    ["redis://[::1]:6380/2", { host: "::1", port: 6380, db: 2 }],
  ] as const)
    it(`reads ${url}`, () => assert.deepEqual(parseRedisUrl(url), { ...USUAL, ...expected }));

  for (const url of [
    "",
    "cache:6379",
    "http://me:secret@cache",
    "redis://",
    "redis:///1",
    "redis://me:secret@cache/one",
    "redis://me:secret@cache/1/2",
    "redis://me:secret@cache/-1",
    "redis://me:secret@cache?db=2",
    "redis://me:secret@cache#1",
    "redis://me:secret%@cache",
    "redis://me:secret@cache:70000",
  ])
    it(`refuses ${JSON.stringify(url)}, and does not repeat it`, () => {
      assert.throws(
        () => parseRedisUrl(url),
        (error: Error & { input?: unknown }) =>
          error.message.startsWith("expected a URL such as redis://") &&
          !error.message.includes("secret") &&
          error.input === undefined &&
          error.cause === undefined,
      );
    });
});
