import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { parts, talk } from "../../test/fixtures/socket.ts";
import type { Ask } from "../message.ts";
import { listen } from "./node.ts";
import type { Door, DoorEvent } from "./node.ts";

const HEAD = "HTTP/1.1\r\nHost: pictures.test\r\n";
const get = (target: string, more = ""): string => `GET ${target} ${HEAD}${more}\r\n`;
const headers = (count: number): string =>
  Array.from({ length: count }, (_, index) => `X-${index}: y\r\n`).join("");

/** What reaches the handler, and as which target. */
const ADMITTED: readonly (readonly [string, string, string])[] = [
  ["dot segments", get("/x/plain/http://a/b/../c/./%2e%2e/d"), "/x/plain/http://a/b/../c/./%2e%2e/d"],
  ["double slashes", get("//x//y"), "//x//y"],
  ["odd but visible characters", get('/"<>\\^`{|}'), '/"<>\\^`{|}'],
  ["a broken escape in the query", get("/a?b=%zz"), "/a?b=%zz"],
  ["our own authority", get("http://Pictures.test/x/../y?z"), "/x/../y?z"],
  ["our own authority without a path", get("http://pictures.test?z"), "/?z"],
  ["a target of 8 KB", get(`/${"a".repeat(8191)}`), `/${"a".repeat(8191)}`],
  ["a header of 10 KB", get("/x", `Cookie: ${"a".repeat(10_000)}\r\n`), "/x"],
  ["a hundred headers", get("/x", headers(99)), "/x"],
  ["HTTP/1.0 without a Host", "GET /x HTTP/1.0\r\n\r\n", "/x"],
  ["a Host with a port", "GET /x HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", "/x"],
  ["an upgrade, as if not asked", get("/x", "Connection: upgrade\r\nUpgrade: websocket\r\n"), "/x"],
  ["an empty body", get("/x", "Content-Length: 0\r\n"), "/x"],
  ["100-continue", get("/x", "Expect: 100-continue\r\n"), "/x"],
  ["a POST with its body", `POST /x ${HEAD}Content-Length: 3\r\n\r\nabc`, "/x"],
];

const REFUSED: readonly (readonly [string, string, number])[] = [
  ["a broken escape", get("/a%zz"), 400],
  ["a cut escape", get("/a%2"), 400],
  ["a raw space", get("/a b"), 400],
  ["a raw tab", get("/a\tb"), 400],
  ["a control byte", get("/a\x01b"), 400],
  ["a zero byte", get("/a\0b"), 400],
  ["raw UTF-8", get("/\xc3\xa9"), 400],
  ["a fragment", get("/a#b"), 400],
  ["an asterisk", `OPTIONS * ${HEAD}\r\n`, 400],
  ["no slash", get("x"), 400],
  ["another authority", get("http://other.test/x"), 400],
  ["an authority with userinfo", get("http://u@pictures.test/x"), 400],
  ["another scheme", get("ftp://pictures.test/x"), 400],
  ["CONNECT", `CONNECT pictures.test:80 ${HEAD}\r\n`, 400],
  ["TRACE", `TRACE /x ${HEAD}\r\n`, 400],
  ["an unknown method", `FROB /x ${HEAD}\r\n`, 400],
  ["two Hosts", get("/x", "Host: pictures.test\r\n"), 400],
  ["no Host", "GET /x HTTP/1.1\r\n\r\n", 400],
  ["an empty Host", "GET /x HTTP/1.1\r\nHost:\r\n\r\n", 400],
  ["a Host that is none", "GET /x HTTP/1.1\r\nHost: a/b\r\n\r\n", 400],
  ["a Host with userinfo", "GET /x HTTP/1.1\r\nHost: u@a\r\n\r\n", 400],
  ["a GET with a body", get("/x", "Content-Length: 3\r\n").concat("abc"), 400],
  ["a HEAD with a body", `HEAD /x ${HEAD}Content-Length: 3\r\n\r\nabc`, 400],
  ["a chunked GET", get("/x", "Transfer-Encoding: chunked\r\n").concat("0\r\n\r\n"), 400],
  ["both kinds of length", get("/x", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), 400],
  ["a folded header", get("/x", "X: a\r\n b\r\n"), 400],
  ["bare line feeds", "GET /x HTTP/1.1\nHost: a\n\n", 400],
  ["HTTP/0.9", "GET /x\r\n\r\n", 400],
  ["HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  ["a TLS hello", "\x16\x03\x01\x02\x00\x01\x00", 400],
  ["a target over 8 KB", get(`/${"a".repeat(8192)}`), 414],
  ["a target of 100 KB", get(`/${"a".repeat(100_000)}`), 414],
  ["headers over 16 KB", get("/x", `Cookie: ${"a".repeat(16_400)}\r\n`), 431],
  ["headers of 100 KB", get("/x", `Cookie: ${"a".repeat(100_000)}\r\n`), 431],
  ["a hundred and one headers", get("/x", headers(100)), 431],
  ["3,000 headers", get("/x", headers(3000)), 431],
  ["another expectation", get("/x", "Expect: the-best\r\n"), 417],
];

const BODIES: Readonly<Record<number, string>> = {
  400: "400 Bad Request",
  414: "URI Too Long",
  417: "Expectation Failed",
  431: "Request Header Fields Too Large",
};

describe("what the door admits", () => {
  let door: Door;
  const asks: Ask[] = [];
  const events: DoorEvent[] = [];

  before(async () => {
    door = await listen(
      (ask) => {
        asks.push(ask);
        return Promise.resolve({ status: 200, headers: {}, body: "ok" });
      },
      { bind: "127.0.0.1:0", headers: { Server: "tintype" }, report: (event) => events.push(event) },
    );
  });
  after(() => door.close({ graceSeconds: 0 }));

  for (const [name, bytes, target] of ADMITTED) {
    it(`lets through ${name}`, async () => {
      asks.length = 0;
      const answer = parts(await talk(door.port, bytes, { until: /ok$/ }));
      assert.equal(answer.status, 200);
      assert.deepEqual(
        asks.map((ask) => ask.target),
        [target],
      );
    });
  }

  for (const [name, bytes, status] of REFUSED) {
    it(`refuses ${name}`, async () => {
      asks.length = 0;
      events.length = 0;
      const { text, closed } = await talk(door.port, bytes);
      const answer = parts({ text, closed });
      assert.equal(answer.status, status);
      assert.equal(answer.body, bytes.startsWith("HEAD") ? "" : BODIES[status]);
      assert.equal(answer.headers.get("content-type"), "text/plain; charset=utf-8");
      assert.equal(answer.headers.get("connection"), "close");
      assert.equal(answer.headers.get("server"), "tintype");
      assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
      assert.match(answer.headers.get("content-security-policy") ?? "", /^default-src 'none';/);
      assert.equal(closed, true);
      assert.equal(asks.length, 0);
      assert.deepEqual(
        events.map((event) => (event.kind === "refused" ? event.status : event.kind)),
        [status],
      );
    });
  }
});
