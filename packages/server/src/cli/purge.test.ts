import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { serve } from "../../test/fixtures/fetching.ts";
import { createOperatorHandle, type OperatorParts, type PurgeReport } from "../operator/door.ts";
import type { Scope } from "../scope.ts";
import { UsageError } from "./command.ts";
import type { FindOperator } from "./operator.ts";
import { purge } from "./purge.ts";

const TOKEN = "corréct-horse";
const REPORT: PurgeReport = { removed: 3, tiers: { memory: 1, disk: 2 }, complete: true, edges: {} };

/** A server with an operator's listener that purges what it is told. */
async function open(parts: Partial<OperatorParts> = {}) {
  const scopes: Scope[] = [];
  const handle = createOperatorHandle({
    token: TOKEN,
    metrics: undefined,
    purge: (scope) => {
      scopes.push(scope);
      return Promise.resolve(REPORT);
    },
    explain: () => Promise.reject(new Error("not what was asked")),
    stats: () => undefined,
    ...parts,
  });
  const origin = await serve((incoming, response) => {
    const { method = "", url: target = "", headers } = incoming;
    void handle({ method, target, headers, peer: "", signal: new AbortController().signal }).then((reply) => {
      response.writeHead(reply.status, reply.headers).end(reply.body);
    });
  });
  return { ...origin, scopes };
}

async function call(args: readonly string[], find: FindOperator) {
  const out: string[] = [];
  const app = (): never => assert.fail("no server is started");
  const code = await purge(find).run({ args, out: (line) => out.push(line), app });
  return { code, out };
}

const nobody: FindOperator = () => assert.fail("the configuration is not needed");

describe("tintype purge", () => {
  for (const [args, scopes] of [
    [["--source", "https://a/b.jpg?x=1&y=+ü"], [{ kind: "source", value: "https://a/b.jpg?x=1&y=+ü" }]],
    [
      ["--source=a", "--source=b"],
      [
        { kind: "source", value: "a" },
        { kind: "source", value: "b" },
      ],
    ],
    [["--prefix", "s3://a/"], [{ kind: "prefix", value: "s3://a/" }]],
    [["--tag", "summer sale"], [{ kind: "tag", value: "summer sale" }]],
    [["--all"], [{ kind: "all" }]],
  ] as const)
    it(`${args.join(" ")} reaches the server as it was written`, async () => {
      const server = await open();
      const { code } = await call([...args, "--server", server.url, "--token", TOKEN], nobody);
      assert.equal(code, 0);
      assert.deepEqual(server.scopes, scopes);
    });

  it("prints what was removed from where", async () => {
    const { url } = await open();
    const find = () => ({ server: url, token: TOKEN });
    assert.deepEqual(await call(["--tag", "a"], find), {
      code: 0,
      out: ["tag a: 3 removed (memory 1, disk 2)"],
    });
    assert.deepEqual(await call(["--source", "a", "--source", "b\u001b[2J"], find), {
      code: 0,
      out: [
        "source a: 3 removed (memory 1, disk 2)",
        "source b\\u001b[2J: 3 removed (memory 1, disk 2)",
        "6 removed in all",
      ],
    });
  });

  it("takes as many requests as a long list needs", async () => {
    const server = await open();
    const sources = Array.from(
      { length: 300 },
      (_, index) => `https://example.com/${"ü".repeat(20)}/${index}`,
    );
    const args = sources.flatMap((source) => ["--source", source]);
    const { code, out } = await call([...args, "--server", `${server.url}/`, "--token", TOKEN], nobody);
    assert.equal(code, 0);
    assert.equal(out.at(-1), "900 removed in all");
    assert.deepEqual(
      server.scopes,
      sources.map((value) => ({ kind: "source", value })),
    );
    assert.ok(server.asks.length > 1);
    for (const { url = "" } of server.asks) assert.ok(url.length < 8192, String(url.length));
  });

  it("ends with 1 where a CDN or a part of the cache was not reached", async () => {
    const reports: PurgeReport[] = [
      { removed: 0, tiers: {}, complete: false, edges: {} },
      {
        removed: 1,
        tiers: {},
        complete: true,
        edges: { fastly: "told", cloudflare: "expected it, got 403" },
      },
    ];
    const { url } = await open({ purge: () => Promise.resolve(reports.shift() ?? REPORT) });
    const find = () => ({ server: url, token: TOKEN });
    assert.deepEqual(await call(["--all"], find), {
      code: 1,
      out: ["everything: 0 removed", "  not everywhere: a part of the cache could not be reached"],
    });
    assert.deepEqual(await call(["--all"], find), {
      code: 1,
      out: ["everything: 1 removed", "  fastly: told", "  cloudflare: expected it, got 403"],
    });
  });
});

describe("tintype purge, misunderstood", () => {
  for (const [args, message] of [
    [[], "expected one of --source, --prefix, --tag and --all, got none"],
    [["--tag", "a", "--all"], "expected one of --source, --prefix, --tag and --all, got --tag and --all"],
    [["--all=false"], 'expected --all without a value, got "false"'],
    [["--source="], "expected a value behind --source, got nothing"],
    [["--source"], "expected a value behind --source, got nothing"],
    [["a"], 'expected flags only, got "a"'],
    [["--al"], "--al is not a flag of this command; is --all meant?"],
    [["--all", "--server", "there"], 'expected an http(s) URL behind --server, got "there"'],
  ] as const)
    it(`${args.join(" ")}: ${message}`, async () => {
      await assert.rejects(
        call(args, () => ({ token: "" })),
        (error) => {
          assert.ok(error instanceof UsageError);
          assert.equal(error.message, message);
          return true;
        },
      );
    });
});

describe("tintype purge in trouble", () => {
  for (const [token, message] of [
    ["", /^the server answered 401: .* \(give --token or set TINTYPE_OPERATOR_TOKEN\)$/],
    ["other", /^the server answered 401: /],
  ] as const)
    it(`says what to do about the token ${JSON.stringify(token)}`, async () => {
      const server = await open();
      await assert.rejects(
        call(["--all"], () => ({ server: server.url, token })),
        { message },
      );
      assert.deepEqual(server.scopes, []);
    });

  it("passes on what the server says", async () => {
    const { url } = await open({ token: "" });
    await assert.rejects(
      call(["--all"], () => ({ server: url, token: TOKEN })),
      { message: /^the server answered 403: .*TINTYPE_OPERATOR_TOKEN/ },
    );
  });

  it("says that nobody listens", async () => {
    const { url, server } = await open();
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(
      call(["--all"], () => ({ server: url, token: TOKEN })),
      { message: `expected an answer from ${url}, got nobody that listens there (ECONNREFUSED)` },
    );
  });

  it("recognises who is no operator's listener", async () => {
    const { url } = await serve((_, response) => response.writeHead(404).end("Invalid URL"));
    await assert.rejects(
      call(["--all"], () => ({ server: url, token: TOKEN })),
      { message: `expected an answer in JSON, got status 404: is ${url} the operator's listener?` },
    );
  });

  it("carries the token nowhere else", async () => {
    const thief = await open();
    const { url } = await serve((_, response) => response.writeHead(307, { location: thief.url }).end());
    await assert.rejects(
      call(["--all"], () => ({ server: url, token: TOKEN })),
      { message: /got status 307/ },
    );
    assert.equal(thief.asks.length, 0);
  });

  it("recognises an answer that breaks off", async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { "content-length": "100" }).write('{"purged":');
      setImmediate(() => response.destroy());
    });
    await assert.rejects(
      call(["--all"], () => ({ server: url, token: TOKEN })),
      { message: /^expected a(?:n| whole) answer from / },
    );
  });
});
