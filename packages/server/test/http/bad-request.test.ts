/** Requests that are none: what the door itself says, before any route (contract url.md, 1.1; security.md, HTTP-1 and 2). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useOrigin } from "../fixtures/origin.ts";
import { pages } from "../fixtures/pictures.ts";
import { useServer } from "../fixtures/server.ts";
import { parts, talk } from "../fixtures/socket.ts";

const origin = useOrigin(() => pages("png"));
const HOST = "Host: a\r\n";
const get = (target: string, headers = HOST): string => `GET ${target} HTTP/1.1\r\n${headers}\r\n`;

const BAD: readonly (readonly [name: string, bytes: string, status: number])[] = [
  ["a broken escape", get("/_/plain/a%zz"), 400],
  ["half an escape", get("/_/plain/a%2"), 400],
  ["a lone percent sign", get("/%"), 400],
  ["a raw space", get("/_/plain/a b"), 400],
  ["a control character", get("/_/plain/a\u0001"), 400],
  ["a DEL", get("/_/plain/a\u007f"), 400],
  ["a byte beyond ASCII", get("/_/plain/\u00e9"), 400],
  ["a fragment", get("/_/plain/a#b"), 400],
  ["a star", get("*"), 400],
  ["another authority", get("http://b/"), 400],
  ["no slash", get("health"), 400],
  ["no Host", get("/", ""), 400],
  ["two Hosts", get("/", "Host: a\r\nHost: b\r\n"), 400],
  ["a Host that is none", get("/", "Host: a b/c\r\n"), 400],
  ["a body with GET", `${get("/", `${HOST}Content-Length: 2\r\n`)}ab`, 400],
  ["a chunked body with GET", `${get("/", `${HOST}Transfer-Encoding: chunked\r\n`)}0\r\n\r\n`, 400],
  ["two lengths", get("/", `${HOST}Content-Length: 1\r\nContent-Length: 2\r\n`), 400],
  ["a length and chunks", get("/", `${HOST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n`), 400],
  ["TRACE", `TRACE / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["CONNECT", `CONNECT a:443 HTTP/1.1\r\n${HOST}\r\n`, 400],
  ["HTTP/2", `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`, 400],
  ["HTTP/9.9", `GET / HTTP/9.9\r\n${HOST}\r\n`, 400],
  ["a folded header", get("/", `${HOST}X: a\r\n b\r\n`), 400],
  ["a header with a space before its colon", get("/", `${HOST}X : a\r\n`), 400],
  ["noise", "\u0016\u0003\u0001\u0002\u0000\u0001", 400],
  ["a target of 9000 bytes", get(`/${"a".repeat(9000)}`), 414],
  ["a header of 30000 bytes", get("/", `${HOST}X: ${"a".repeat(30_000)}\r\n`), 431],
  ["200 headers", get("/", HOST + "X: a\r\n".repeat(200)), 431],
  ["an expectation", get("/", `${HOST}Expect: miracles\r\n`), 417],
];

describe("bad requests", { concurrency: 4 }, () => {
  const server = useServer();

  for (const [name, bytes, status] of BAD)
    it(`${name}: ${status}`, async () => {
      const said = await talk(server.port, bytes, { milliseconds: 2500 });
      const answer = parts(said);
      assert.equal(answer.status, status);
      assert.ok(said.closed, "expected the connection to be closed");
      assert.equal(answer.headers.get("content-type"), "text/plain; charset=utf-8");
      assert.equal(answer.headers.get("connection"), "close");
      assert.equal(answer.headers.get("cache-control"), "no-store");
      assert.equal(answer.headers.get("server"), "tintype");
      if (status === 400) assert.equal(answer.body, "400 Bad Request");
      assert.ok(answer.body.length < 60);
    });

  it("are told of in the log, not answered by a route", () => {
    assert.ok(server.events.filter(({ kind }) => kind === "refused").length > 0);
    assert.deepEqual(server.log(), []);
  });
});

describe("odd requests that are good", { concurrency: 4 }, () => {
  const server = useServer();

  for (const [name, bytes] of [
    ["HTTP/1.0 without Host", "GET /health HTTP/1.0\r\n\r\n"],
    ["our own authority", get("http://a/health")],
    ["a broken escape in the query", get("/health?%zz")],
    ["an empty query", get("/health?")],
    ["a body of no bytes", get("/health", `${HOST}Content-Length: 0\r\n`)],
  ] as const)
    it(name, async () => {
      const answer = parts(await talk(server.port, bytes, { until: /running/ }));
      assert.deepEqual([answer.status, answer.body], [200, "imgproxy is running"]);
    });

  it("dot segments reach the source as they are written", async () => {
    const target = origin.target("/a/../png");
    const [line = ""] = (await talk(server.port, get(target), { until: /\r\n\r\n/ })).text.split("\r\n");
    assert.match(line, /^HTTP\/1\.1 404 /);
    assert.equal(origin.count("/a/../png"), 1);
  });

  it("several on one connection are answered in their order", async () => {
    const all = [origin.target("/png", "w:2"), "/health", "/_/nope:1/plain/a"]
      .map((target) => get(target))
      .join("");
    const { text } = await talk(server.port, all, { until: /Invalid URL/ });
    assert.deepEqual(
      [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status),
      ["200", "200", "404"],
    );
  });
});
