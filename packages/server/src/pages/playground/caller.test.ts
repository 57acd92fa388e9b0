import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Ask } from "../../message.ts";
import { isHere, isOwn } from "./caller.ts";

const ask = (headers: Ask["headers"], peer = "127.0.0.1"): Ask => ({
  method: "PUT",
  target: "/playground/sign",
  headers,
  peer,
  signal: new AbortController().signal,
});
const isLoopback = (address: string): boolean => address === "127.0.0.1" || address === "::1";

describe("a caller of the playground", () => {
  for (const host of [
    "localhost:8080",
    "localhost",
    "app.localhost:3000",
    "127.0.0.1:1",
    "127.1.2.3",
    "[::1]:80",
  ])
    it(`is here when it calls ${host} from this machine`, () => {
      assert.ok(isHere(ask({ host }), isLoopback));
      assert.ok(isHere(ask({ host }, "::1"), isLoopback));
      assert.ok(!isHere(ask({ host }, "192.168.1.7"), isLoopback));
      assert.ok(!isHere(ask({ host }, ""), isLoopback));
    });

  for (const host of [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "10.0.0.1",
    "",
    "[::2]",
  ])
    it(`is not when it calls ${JSON.stringify(host)}, whose name may lead here`, () => {
      assert.ok(!isHere(ask({ host }), isLoopback));
    });

  for (const name of ["forwarded", "x-forwarded-for", "x-real-ip", "cf-connecting-ip"])
    it(`is not when a proxy says so in ${name}`, () => {
      assert.ok(!isHere(ask({ host: "localhost", [name]: "127.0.0.1" }), isLoopback));
    });

  const host = "localhost:8080";
  const own = { host, origin: "http://localhost:8080" };
  it("is our own page when its origin is ours", () => {
    assert.ok(isOwn(ask(own)));
    assert.ok(isOwn(ask({ ...own, "sec-fetch-site": "same-origin" })));
  });

  for (const [what, headers] of [
    ["another port", { host, origin: "http://localhost:3000" }],
    ["another site", { host, origin: "https://evil.example" }],
    ["no origin", { host }],
    ["the origin of a file or a sandbox", { host, origin: "null" }],
    ["an origin that only begins alike", { host, origin: "http://localhost:8080.evil.example" }],
    ["a browser that calls it cross-site", { ...own, "sec-fetch-site": "cross-site" }],
    ["a browser that calls it same-site", { ...own, "sec-fetch-site": "same-site" }],
  ] as const)
    it(`is not with ${what}`, () => assert.ok(!isOwn(ask(headers))));
});
