import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { listen } from "../http/node.ts";
import type { Headers } from "../message.ts";
import type { Scope } from "../scope.ts";
import { createOperatorHandle, type OperatorParts, type PurgeReport } from "./door.ts";

const TOKEN = "corréct-horse";
/** As a client on a terminal sends it: UTF-8, which HTTP takes for Latin-1. */
const BEARER = { authorization: `Bearer ${Buffer.from(TOKEN).toString("latin1")}` };

const REPORT: PurgeReport = {
  removed: 3,
  tiers: { memory: 1, disk: 2 },
  complete: true,
  edges: { fastly: "told" },
};

const closers: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closers) await close();
});

/** A listener of its own over a real socket, and what its parts were asked. */
async function open(parts: Partial<OperatorParts> = {}) {
  const scopes: Scope[] = [];
  const explained: [string, Headers][] = [];
  const faults: unknown[] = [];
  const handle = createOperatorHandle({
    token: TOKEN,
    metrics: () =>
      Promise.resolve({ status: 200, headers: { "Content-Type": "text/plain" }, body: "up 1\n" }),
    purge: (scope) => {
      scopes.push(scope);
      return Promise.resolve(REPORT);
    },
    explain: (target, headers) => {
      explained.push([target, headers]);
      return Promise.resolve({ source: "s3://a/b" });
    },
    stats: () => ({ queue: 0 }),
    onFault: (error) => faults.push(error),
    ...parts,
  });
  const door = await listen(handle, { bind: "127.0.0.1:0", maxTargetBytes: 32_768, report: () => undefined });
  closers.push(() => door.close({ graceSeconds: 0 }));
  const ask = async (method: string, target: string, headers: Record<string, string> = BEARER) => {
    const reply = await fetch(`${door.url}${target}`, { method, headers });
    const text = await reply.text();
    return { status: reply.status, headers: reply.headers, text };
  };
  return { ask, scopes, explained, faults };
}

const errorIn = (text: string) =>
  (JSON.parse(text) as { readonly error: { readonly code: string; readonly message: string } }).error;

describe("DELETE /cache", () => {
  for (const [query, expected] of [
    [
      "source=https%3A%2F%2Fa%2Fb.jpg%3Fx%3D1%26y%3D%2B",
      [{ kind: "source", value: "https://a/b.jpg?x=1&y=+" }],
    ],
    ["source=https://a/b.jpg?x=1", [{ kind: "source", value: "https://a/b.jpg?x=1" }]],
    ["prefix=s3://%C3%BC", [{ kind: "prefix", value: "s3://ü" }]],
    ["tag=a%20b", [{ kind: "tag", value: "a b" }]],
    [
      "source=a&source=b",
      [
        { kind: "source", value: "a" },
        { kind: "source", value: "b" },
      ],
    ],
    ["all=true", [{ kind: "all" }]],
    ["everything", [{ kind: "all" }]],
    ["everything=true&all=true", [{ kind: "all" }]],
  ] as const)
    it(`purges by ${query}`, async () => {
      const { ask, scopes } = await open();
      const { status, headers, text } = await ask("DELETE", `/cache?${query}`);
      assert.equal(status, 200);
      assert.deepEqual(
        [headers.get("content-type"), headers.get("cache-control")],
        ["application/json", "no-store"],
      );
      assert.deepEqual(scopes, expected);
      assert.deepEqual(JSON.parse(text), {
        purged: expected.map((scope) => ({ scope, ...REPORT })),
        removed: 3 * expected.length,
      });
    });

  for (const [query, message] of [
    ["", /^expected source=, prefix=, tag= or all=true in the query, got nothing$/],
    ["?", /got nothing$/],
    ["?source=a&tag=b", /^expected scopes of one kind, got source and tag$/],
    ["?source=a&all=true", /got source and all$/],
    ["?source=", /^expected a value behind source=, got nothing$/],
    ["?tag", /^expected a value behind tag=, got nothing$/],
    ["?all=false", /^expected all=true, got "all=false"$/],
    ["?all", /^expected all=true, got "all"$/],
    ["?everything=1", /^expected everything=true/],
    ["?constructor=a", /got "constructor"/],
    ["?source=a&width=3", /got "width" \(an ampersand inside of a value is written %26\)$/],
    ["?source=%", /^expected percent-encoded UTF-8 in source, got a broken escape$/],
    ["?source=%FF", /got a broken escape$/],
    ["?source=a+b", /^expected %2B for a plus or %20 for a space in source, got a bare plus$/],
    [`?source=${"a".repeat(8193)}`, /^expected at most 8192 bytes in source, got 8193$/],
    [`?prefix=${"%C3%BC".repeat(4097)}`, /^expected at most 8192 bytes in prefix, got 8194$/],
    ["?tag=a%0Ab", /^expected a tag without control characters/],
    ["?tag=a%C2%85b", /^expected a tag without control characters/],
  ] as const)
    it(`refuses ${query.slice(0, 40)}`, async () => {
      const { ask, scopes } = await open();
      const { status, text } = await ask("DELETE", `/cache${query}`);
      assert.equal(status, 400);
      assert.equal(errorIn(text).code, "bad_purge");
      assert.match(errorIn(text).message, message);
      assert.deepEqual(scopes, []);
    });

  it("takes values of up to 8192 bytes", async () => {
    const { ask, scopes } = await open();
    assert.equal((await ask("DELETE", `/cache?source=${"a".repeat(8192)}`)).status, 200);
    assert.equal(scopes.length, 1);
  });

  it("tells who asked nothing of the inside where a purge fails", async () => {
    const fault = new Error("redis://:password@10.0.0.1");
    const { ask, faults } = await open({ purge: () => Promise.reject(fault) });
    const { status, text } = await ask("DELETE", "/cache?all=true");
    assert.equal(status, 500);
    assert.deepEqual(errorIn(text), {
      code: "internal",
      message: "The purge failed, and what it was about may still be served: the log has the cause.",
    });
    assert.deepEqual(faults, [fault]);
  });
});

describe("GET /explain", () => {
  it("hands the target on as it was sent, and the headers without the token", async () => {
    const { ask, explained } = await open();
    const target = "/sig/w:3/plain/https%3A//a%2Fb//c.jpg@webp?x=%zz";
    const { status, text } = await ask("GET", `/explain${target}`, { ...BEARER, accept: "image/avif" });
    assert.deepEqual([status, text], [200, '{\n  "source": "s3://a/b"\n}\n']);
    const [[got, headers] = ["", {}]] = explained;
    assert.equal(got, target);
    assert.equal(headers["accept"], "image/avif");
    assert.equal(headers["authorization"], undefined);
  });

  for (const target of ["/explain", "/explain?x"])
    it(`expects a target, got ${target}`, async () => {
      const { ask, explained } = await open();
      const { status, text } = await ask("GET", target);
      assert.deepEqual([status, errorIn(text).code, explained], [400, "bad_target", []]);
    });

  it("says nothing of a fault", async () => {
    const { ask, faults } = await open({ explain: () => Promise.reject(new Error("inside")) });
    const { status, text } = await ask("GET", "/explain/a");
    assert.equal(status, 500);
    assert.doesNotMatch(text, /inside/);
    assert.equal(faults.length, 1);
  });
});

describe("GET /stats", () => {
  it("answers with JSON, and HEAD with its headers alone", async () => {
    const { ask } = await open();
    const { status, headers, text } = await ask("GET", "/stats");
    assert.deepEqual([status, JSON.parse(text)], [200, { queue: 0 }]);
    const head = await ask("HEAD", "/stats");
    assert.deepEqual([head.status, head.text], [200, ""]);
    assert.equal(head.headers.get("content-length"), headers.get("content-length"));
  });

  it("takes nothing for an answer", async () => {
    const { ask } = await open({ stats: () => undefined });
    assert.equal((await ask("GET", "/stats")).text, "null\n");
  });
});

describe("metrics", () => {
  for (const target of ["/metrics", "/", "/anything", "/cache/", "/explained", "/stats/x"])
    it(`are at ${target} without a token`, async () => {
      const { ask } = await open({ token: "" });
      const { status, text } = await ask("GET", target, {});
      assert.deepEqual([status, text], [200, "up 1\n"]);
      assert.equal((await ask("HEAD", target, {})).status, 200);
    });

  it("are nowhere where there are none", async () => {
    const { ask } = await open({ metrics: undefined });
    for (const target of ["/metrics", "/", "/constructor"]) {
      const { status, headers, text } = await ask("GET", target);
      assert.deepEqual([status, errorIn(text).code], [404, "not_found"]);
      assert.equal(headers.get("cache-control"), "no-store");
    }
  });
});

describe("who may ask", () => {
  const GUARDED = [
    ["DELETE", "/cache?all=true"],
    ["GET", "/explain/a"],
    ["GET", "/stats"],
  ] as const;

  for (const [method, target] of GUARDED) {
    it(`${method} ${target}: nobody without a configured token`, async () => {
      const { ask, scopes, explained } = await open({ token: "" });
      for (const authorization of ["", "Bearer ", "Bearer x"]) {
        const { status, text } = await ask(method, target, { authorization });
        assert.equal(status, 403);
        assert.equal(errorIn(text).code, "no_token");
        assert.match(errorIn(text).message, /TINTYPE_OPERATOR_TOKEN/);
      }
      assert.deepEqual([scopes, explained], [[], []]);
    });

    it(`${method} ${target}: nobody with another token`, async () => {
      const { ask, scopes, explained } = await open();
      const right = BEARER.authorization;
      for (const given of [
        "",
        "Bearer x",
        `${right}x`,
        right.slice(0, -1),
        right.replace("Bearer", "Basic"),
      ]) {
        const { status, headers, text } = await ask(
          method,
          target,
          given === "" ? {} : { authorization: given },
        );
        assert.deepEqual([status, errorIn(text).code], [401, "bad_token"]);
        assert.equal(headers.get("www-authenticate"), "Bearer");
        assert.equal(headers.get("cache-control"), "no-store");
      }
      assert.deepEqual([scopes, explained], [[], []]);
    });
  }

  it("the scheme's case does not matter", async () => {
    const { ask } = await open();
    const authorization = BEARER.authorization.replace("Bearer", "bearer");
    assert.equal((await ask("GET", "/stats", { authorization })).status, 200);
  });
});

describe("methods", () => {
  for (const [method, target, allow] of [
    ["GET", "/cache?all=true", "DELETE"],
    ["POST", "/cache?all=true", "DELETE"],
    ["DELETE", "/stats", "GET, HEAD"],
    ["PUT", "/explain/a", "GET, HEAD"],
    ["DELETE", "/metrics", "GET, HEAD"],
  ] as const)
    it(`${method} ${target} is refused`, async () => {
      const { ask, scopes } = await open();
      const { status, headers, text } = await ask(method, target);
      assert.deepEqual([status, headers.get("allow")], [405, allow]);
      assert.equal(errorIn(text).code, "wrong_method");
      assert.deepEqual(scopes, []);
    });
});
