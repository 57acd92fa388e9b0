import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Headers } from "../message.ts";
import { Jar, passCookies } from "./cookies.ts";

const BASE = "https://shop.example/";

describe("passCookies", () => {
  const cases: readonly (readonly [what: string, Parameters<typeof passCookies>, string | undefined])[] = [
    [
      "passes cookies of the base URL's host",
      [{ all: false, baseUrl: BASE }, { cookie: "a=1; b=2" }, "https://shop.example/x.jpg"],
      "a=1; b=2",
    ],
    [
      "does not care for port and scheme",
      [{ all: false, baseUrl: BASE }, { cookie: "a=1" }, "http://shop.example:8080/x.jpg"],
      "a=1",
    ],
    [
      "passes none to a subdomain, because a request's cookies do not tell their domain",
      [{ all: false, baseUrl: BASE }, { cookie: "a=1" }, "https://cdn.shop.example/x.jpg"],
      undefined,
    ],
    [
      "passes none to a parent",
      [{ all: false, baseUrl: "https://a.shop.example/" }, { cookie: "a=1" }, "https://shop.example/"],
      undefined,
    ],
    [
      "passes none to a stranger",
      [{ all: false, baseUrl: BASE }, { cookie: "a=1" }, "https://shop.example.evil.org/"],
      undefined,
    ],
    [
      "keeps to the path of the base URL",
      [
        { all: false, baseUrl: "https://shop.example/app/x" },
        { cookie: "a=1" },
        "https://shop.example/other/x",
      ],
      undefined,
    ],
    [
      "passes all to everybody where it is told to",
      [{ all: true, baseUrl: "" }, { cookie: "a=1; b=2" }, "https://stranger.example/"],
      "a=1; b=2",
    ],
    [
      "passes none to other schemes",
      [{ all: true, baseUrl: "" }, { cookie: "a=1" }, "s3://bucket/x"],
      undefined,
    ],
    ["has none to pass", [{ all: true, baseUrl: "" }, {}, BASE], undefined],
    [
      "takes the scope from Host",
      [{ all: false, baseUrl: "" }, { cookie: "a=1", host: "img.example:8080" }, "https://img.example/x"],
      "a=1",
    ],
    [
      "takes it from the forwarded headers first",
      [
        { all: false, baseUrl: "" },
        { cookie: "a=1", host: "internal", "x-forwarded-host": "img.example", "x-forwarded-proto": "https" },
        "https://img.example/x",
      ],
      "a=1",
    ],
    [
      "passes none where there is no scope",
      [{ all: false, baseUrl: "" }, { cookie: "a=1", host: "a b" }, "https://img.example/x"],
      undefined,
    ],
    ["passes none without a Host", [{ all: false, baseUrl: "" }, { cookie: "a=1" }, BASE], undefined],
    [
      "drops what is no cookie",
      [{ all: true, baseUrl: "" }, { cookie: 'a=1; ; b; =c; d="e f"; g=\u00e9; h=\r\ni; j=k=l' }, BASE],
      'a=1; d="e f"; j=k=l',
    ],
    [
      "passes cookies of a machine without a domain",
      [{ all: false, baseUrl: "" }, { cookie: "a=1", host: "localhost:8080" }, "http://localhost:9000/x"],
      "a=1",
    ],
    [
      "passes cookies of an address",
      [{ all: false, baseUrl: "" }, { cookie: "a=1", host: "127.0.0.1:8080" }, "http://127.0.0.1:9000/x"],
      "a=1",
    ],
    [
      "survives a source that is no URL",
      [{ all: false, baseUrl: BASE }, { cookie: "a=1" }, "http://["],
      undefined,
    ],
  ];
  for (const [what, [policy, headers, source], expected] of cases) {
    it(what, () => assert.equal(passCookies(policy, headers satisfies Headers, source), expected));
  }
});

describe("the jar of one request", () => {
  const page = new URL("https://img.example/a/x");

  it("gives back what a source has set, and lets it win over what was given", () => {
    const jar = new Jar();
    assert.equal(jar.header(page, "given=1"), "given=1");
    assert.equal(jar.header(page, undefined), undefined);
    jar.keep(["token=2; Path=/", "given=3; Path=/"], page);
    assert.equal(jar.header(page, "given=1; other=1"), "given=3; other=1; token=2");
  });

  it("keeps to domain, path, expiry and Secure", () => {
    const jar = new Jar();
    jar.keep(
      [
        "host=1",
        "site=1; Domain=img.example; Path=/",
        "foreign=1; Domain=other.example; Path=/",
        "suffix=1; Domain=example; Path=/",
        "else=1; Path=/else",
        "old=1; Path=/; Max-Age=0",
        "safe=1; Path=/; Secure",
      ],
      page,
    );
    const sent = (url: string): string[] => (jar.header(new URL(url), undefined) ?? "").split("; ").sort();
    assert.deepEqual(sent("https://img.example/a/y"), ["host=1", "safe=1", "site=1"]);
    assert.deepEqual(sent("https://img.example/b"), ["safe=1", "site=1"]);
    assert.deepEqual(sent("https://cdn.img.example/b"), ["site=1"]);
    assert.deepEqual(sent("http://img.example/b"), ["site=1"]);
    assert.deepEqual(sent("https://other.example/"), [""]);
  });

  it("does not stumble over nonsense", () => {
    const jar = new Jar();
    jar.keep(["", "=", ";", "a".repeat(10_000), "a=b; Domain=", "c=\u0000", "d=1; Expires=never"], page);
    assert.doesNotThrow(() => jar.header(page, ""));
  });
});
