/** The log: one line for a request, whatever is in it (contract http.md, section 12; security.md, HTTP-8). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { base64, plain } from "../fixtures/ask.ts";
import { useOrigin } from "../fixtures/origin.ts";
import { pages, picture } from "../fixtures/pictures.ts";
import { useServer, type TestServer } from "../fixtures/server.ts";
import { talk } from "../fixtures/socket.ts";
import { until } from "../fixtures/until.ts";

const origin = useOrigin(async () => ({ ...(await pages("jpeg")), "/500": { status: 500 } }));

const FAKE = '\n{"level":"INFO","msg":"Completed in 1ms /forged","status":200}\n';
const ANSI = "\u001b[2K\u001b[1A\u0007";
const BIDI = "\u202e\u2028\u2029\u0085\ufeff";

/** Targets that would like to be more than one line, or another one. */
const FORGERIES: readonly string[] = [
  `/_/${base64(`http://127.0.0.1:1/${FAKE}`)}`,
  `/_/plain/http://127.0.0.1:1/${encodeURIComponent(FAKE)}`,
  `/_/plain/http://127.0.0.1:1/${encodeURIComponent(ANSI + BIDI)}`,
  `/_/${base64(ANSI + BIDI)}`,
  `/_/pr:${encodeURIComponent(FAKE)}/plain/a`,
  `/_/fn:${base64(`x${FAKE}`)}:1/plain/http://127.0.0.1:1/a`,
  `/_/nope:%22%0A%7B%7D/plain/a`,
  `/_/plain/http://127.0.0.1:1/%ff%fe%c0%80`,
  `/_/${base64("ftp://a/\r\nlevel=ERROR")}`,
  `/_/cb:${"x".repeat(5000)}/plain/a`,
  `/_/nope:1/plain/a?${encodeURIComponent(FAKE)}`,
];

/** Code points that a terminal or a viewer acts upon. */
const ACTIVE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\ufeff]/;

describe("the log", { concurrency: 4 }, () => {
  const server = useServer();

  it("has one line for a picture, with all that is known of it", async () => {
    const target = origin.target("/jpeg", "w:20/fn:x");
    const answer = await server.get(target);
    const [line = {}, ...more] = server.logOf(answer);
    assert.deepEqual(more, []);
    const { time, msg, duration_ms, fetch_ms, wait_ms, render_ms, request_id, ...rest } = line;
    assert.ok(Math.abs(Date.parse(String(time)) - Date.now()) < 60_000);
    assert.match(String(msg), /^Completed in [\d.]+(ns|µs|ms|s) \/_\/w:20\/fn:x\/plain\/http/);
    assert.ok(String(msg).endsWith(target));
    for (const number of [duration_ms, fetch_ms, wait_ms, render_ms]) assert.ok(Number(number) >= 0);
    assert.equal(request_id, answer.headers["x-request-id"]);
    assert.deepEqual(rest, {
      level: "INFO",
      method: "GET",
      status: 200,
      client_ip: "127.0.0.1",
      state: "miss",
      image_url: origin.url("/jpeg"),
      processing_options: "w:20/fn:x",
      bytes_in: (await picture("jpeg")).length,
      bytes_out: answer.body.length,
    });
  });

  for (const [level, status, target] of [
    ["WARNING", 404, "/_/nope:1/plain/a"],
    ["WARNING", 404, "/elsewhere"],
    ["ERROR", 502, "/500"],
  ] as const)
    it(`calls ${status} ${level}`, async () => {
      const refused = status === 502 ? await failing(server) : await server.get(target);
      const [line = {}, ...more] = server.logOf(refused);
      assert.deepEqual([refused.status, line["level"], more.length], [status, level, 0]);
      assert.equal("stack" in line, status >= 500);
    });

  for (const target of FORGERIES)
    it(`is not forged by ${target.slice(0, 60)}`, async () => {
      const answer = await server.get(target);
      assert.ok(answer.status >= 400 && answer.status < 500);
      assert.equal(server.logOf(answer).length, 1);
      const raw = server.lines.filter((line) => line.includes(answer.headers["x-request-id"] ?? "none"));
      assert.equal(raw.length, 1);
      const [text = ""] = raw;
      assert.equal(text.indexOf("\n"), text.length - 1);
      assert.doesNotMatch(text, ACTIVE);
      assert.ok(text.length < 40_000);
    });

  it("is not forged by headers", async () => {
    const answer = await server.get("/_/nope:1/plain/a", {
      "X-Request-ID": 'x","level":"INFO',
      "X-Forwarded-For": '1.2.3.4","status":200,"x":"',
      "User-Agent": "%0a{}",
      "CF-Connecting-IP": "5.6.7.8",
    });
    const [line = {}] = server.logOf(answer);
    assert.deepEqual([line["client_ip"], line["level"], line["status"]], ["127.0.0.1", "WARNING", 404]);
  });

  it("has no line for what came before a request was one", async () => {
    const fake = FAKE.replace("forged", "smuggled");
    const { text } = await talk(server.port, `GET /\n${fake} HTTP/1.1\r\nHost: a\r\n\r\n`, {
      milliseconds: 500,
    });
    assert.match(text, /^HTTP\/1\.1 400 /);
    assert.ok(!server.lines.some((line) => line.includes("smuggled")));
  });

  for (const url of [
    "http://user:hunter2@127.0.0.1:1/a.png",
    "http://127.0.0.1:1/a.png?X-Amz-Signature=hunter2&b=c",
    "http://127.0.0.1:1/a.png?access_token=hunter2",
  ])
    it(`hides what is secret of ${url}`, async () => {
      for (const source of [plain(url), base64(url)]) {
        const answer = await server.get(`/_/${source}`);
        const [line = {}] = server.logOf(answer);
        assert.equal(answer.status, 404);
        assert.ok(!JSON.stringify(line).includes("hunter2"), JSON.stringify(line));
        assert.ok(!JSON.stringify(line).includes(base64("hunter2").slice(0, 8)));
      }
    });
});

/** A request that fails at the source. */
async function failing(server: TestServer) {
  return server.get(`/_/${plain(origin.url("/500"))}`);
}

describe("the log behind a proxy that is trusted", () => {
  const server = useServer({
    TINTYPE_HTTP_TRUST_FORWARDED: "127.0.0.0/8",
    IMGPROXY_LOG_FORMAT: "gcp",
    IMGPROXY_LOG_LEVEL: "warn",
  });

  for (const [headers, ip] of [
    [{ "X-Forwarded-For": "1.2.3.4, 5.6.7.8" }, "1.2.3.4"],
    [{ "X-Forwarded-For": "1.2.3.4", "CF-Connecting-IP": "9.9.9.9" }, "9.9.9.9"],
    [{ "X-Real-IP": "2001:db8::1" }, "2001:db8::1"],
    [{ "X-Forwarded-For": "not an address" }, "127.0.0.1"],
    [{}, "127.0.0.1"],
  ] as const)
    it(`names ${ip} for ${JSON.stringify(headers)}`, async () => {
      const answer = await server.get("/_/nope:1/plain/a", headers);
      const [line = {}] = server.logOf(answer);
      assert.equal(line["client_ip"], ip);
      assert.match(String(line["message"]), /^Completed in /);
      assert.equal(line["severity"], "WARNING");
    });

  it("has no line below its level", async () => {
    assert.deepEqual(server.logOf(await server.get(origin.target("/jpeg"))), []);
  });
});

describe("the log for people", () => {
  const server = useServer({ IMGPROXY_LOG_FORMAT: "pretty" });

  it("has one line for a request too, and nothing in it that moves a cursor", async () => {
    for (const target of FORGERIES) {
      const before = server.lines.length;
      await server.get(target);
      const lines = server.lines.slice(before);
      assert.equal(lines.length, 1);
      const text = (lines[0] ?? "").replace(/\u001b\[\d*m/g, "");
      assert.equal(text.indexOf("\n"), text.length - 1);
      assert.doesNotMatch(text, ACTIVE);
      assert.match(text, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[WRN\] Completed in /);
    }
  });
});

describe("the log in a flood of refusals", () => {
  const server = useServer({ TINTYPE_OBSERVE_REFUSAL_LINES: "2" });

  it("has a burst of them, then a few, and says how many were left out; pictures have their lines", async () => {
    const said = () => server.log().filter(({ code }) => code === "invalid_option");
    for (let i = 0; i < 60; i += 1) assert.equal((await server.get(`/_/nope:${i}/plain/a`)).status, 404);
    const before = said();
    assert.ok(before.length >= 20 && before.length < 60, String(before.length));
    await until(async () => {
      await server.get("/_/nope:more/plain/a");
      return said().some(({ left_out: left }) => typeof left === "number" && left > 0);
    });
    const answer = await server.get(origin.target("/jpeg", "w:21"));
    assert.equal(server.logOf(answer).length, 1);
  });
});
