/** deploy/nginx as it ships: HTTP through it is what HTTP is without it. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "../fixtures/ask.ts";
import { sign, startTwin } from "../fixtures/twin.ts";
import { unless } from "../needs.ts";

describe("HTTP through nginx", { skip: unless("nginx") || unless("nginx-js") }, async () => {
  const twin = await startTwin({ env: { TINTYPE_HTTP_TRUST_FORWARDED: "127.0.0.1" } });
  const direct = (target: string, headers: Record<string, string> = {}) =>
    ask(Number(new URL(twin.server.url).port), target, { headers });

  it("answers HEAD with what GET has, and keeps one picture for both", async () => {
    const target = sign("w:20/plain/local:///photo.jpg");
    const head = await twin.get(target, {}, "HEAD");
    const whole = await twin.get(target);
    assert.deepEqual([head.status, head.body.length, head.headers["x-cache"]], [200, 0, "MISS"]);
    assert.equal(whole.headers["x-cache"], "HIT");
    for (const name of ["content-type", "content-length", "etag", "cache-control", "vary"])
      assert.equal(head.headers[name], whole.headers[name], name);
    assert.equal(String(whole.body.length), head.headers["content-length"]);
  });

  it("answers with parts, of what is kept and of what is not yet", async () => {
    const target = sign("w:21/plain/local:///photo.jpg");
    for (const state of ["MISS", "HIT"]) {
      const part = await twin.get(target, { Range: "bytes=2-5" });
      assert.deepEqual([part.status, part.headers["x-cache"]], [206, state]);
      const { body } = await direct(target);
      assert.deepEqual(part.body, body.subarray(2, 6));
      assert.equal(part.headers["content-range"], `bytes 2-5/${body.length}`);
    }
    const whole = await twin.get(target);
    assert.equal(whole.status, 200, "a part is never kept as the whole");
    const { headers } = whole;
    const other = await twin.get(target, { Range: "bytes=0-3", "If-Range": '"other"' });
    assert.equal(other.status, 200);
    const same = await twin.get(target, { Range: "bytes=0-3", "If-Range": headers["etag"] ?? "" });
    assert.equal(same.status, 206);
    assert.equal((await twin.get(target, { Range: "bytes=999999-" })).status, 416);
  });

  it("answers 304 where the client has the picture, kept or not, and nobody else gets that 304", async () => {
    const target = sign("w:22/plain/local:///photo.jpg");
    const { etag = "" } = (await direct(target)).headers;
    for (const state of ["MISS", "HIT"]) {
      const { status, body, headers } = await twin.get(target, { "If-None-Match": etag });
      assert.deepEqual([status, body.length, headers["x-cache"]], [304, 0, state]);
      assert.equal(headers["vary"], "Accept");
    }
    assert.equal((await twin.get(target)).status, 200);
    assert.equal((await twin.get(target, { "If-None-Match": '"other"' })).status, 200);
  });

  it("asks the server whether an old picture has changed, and does not fetch it again", async () => {
    const target = sign("w:23/cttl:1/plain/local:///photo.jpg");
    const { etag } = (await twin.get(target)).headers;
    await sleep(2100);
    await twin.get(target);
    await sleep(300);
    const { headers, status } = twin.turnstile.passed.at(-1) ?? {};
    assert.deepEqual([headers?.["if-none-match"], status], [etag, 304]);
  });

  it("counts the age of what it keeps", async () => {
    const target = sign("w:24/plain/local:///photo.jpg");
    await twin.get(target);
    await sleep(2100);
    const { headers } = await twin.get(target);
    const age = Number(headers["age"]);
    assert.ok(age >= 2 && age < 10, `${age}`);
    assert.equal(headers["server-timing"], "cache;desc=HIT");
  });

  it("takes a URL of six kilobytes", async () => {
    const target = sign(`${"w:20/".repeat(1200)}plain/local:///photo.jpg`);
    assert.ok(target.length > 6000);
    for (const state of ["MISS", "HIT"]) {
      const { status, headers } = await twin.get(target);
      assert.deepEqual([status, headers["x-cache"]], [200, state]);
    }
  });

  it("tells the server who asks, whatever the client says", async () => {
    await twin.get(sign("w:25/plain/local:///photo.jpg"), {
      "X-Viewer-IP": "192.0.2.1",
      "X-Forwarded-For": "192.0.2.2",
    });
    const { headers } = twin.turnstile.passed.at(-1) ?? {};
    assert.deepEqual([headers?.["x-viewer-ip"], headers?.["x-forwarded-for"]], ["127.0.0.1", "127.0.0.1"]);
  });

  it("passes nothing on that is not in the key", async () => {
    await twin.get(sign("w:26/plain/local:///photo.jpg"), {
      Cookie: "a=b",
      Authorization: "Bearer c",
      Width: "100",
      "Sec-CH-DPR": "2",
      "X-Forwarded-Host": "evil.example",
    });
    const names = Object.keys(twin.turnstile.passed.at(-1)?.headers ?? {}).sort();
    assert.deepEqual(names, [
      "accept",
      "host",
      "x-forwarded-for",
      "x-forwarded-proto",
      "x-request-id",
      "x-viewer-ip",
    ]);
  });

  it("gives the server's log and the client one name for a request", async () => {
    const { headers } = await twin.get(sign("w:27/plain/local:///photo.jpg"));
    assert.equal(headers["x-request-id"], twin.turnstile.passed.at(-1)?.headers["x-request-id"]);
    assert.notEqual(
      (await twin.get(sign("w:27/plain/local:///photo.jpg"))).headers["x-request-id"],
      headers["x-request-id"],
    );
  });

  it("hides what is no picture, and has a health check of its own", async () => {
    const already = twin.originHits();
    for (const path of ["/", "/health", "/ready", "/gallery", "/playground", "/health?x"])
      assert.equal((await twin.get(path)).status, 404, path);
    const { status, text: said } = await twin.get("/edge-health");
    assert.deepEqual([status, said], [200, "ready"]);
    assert.equal(twin.originHits(), already);
  });

  it("answers other methods itself", async () => {
    const already = twin.originHits();
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const { status, headers } = await twin.get(sign("w:28/plain/local:///photo.jpg"), {}, method);
      assert.deepEqual([method, status, headers["allow"]], [method, 405, "GET, HEAD"]);
    }
    assert.equal(twin.originHits(), already);
  });

  it("passes no second request on that hides behind a first one", async () => {
    const already = twin.originHits();
    const socket = connect(twin.nginx.port, "127.0.0.1");
    const head = "Host: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\nConnection: close";
    socket.end(
      `GET ${sign("w:29/plain/local:///photo.jpg")} HTTP/1.1\r\n${head}\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n`,
    );
    assert.match(await text(socket), /^HTTP\/1.1 400 /);
    assert.equal(twin.originHits(), already);
  });

  it("announces no body that it does not pass on, for which the server would wait", async () => {
    for (const body of [
      "Content-Length: 3\r\n\r\nabc",
      "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    ]) {
      const socket = connect(twin.nginx.port, "127.0.0.1");
      const target = sign(`w:${body.length}/plain/local:///photo.jpg`);
      socket.write(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${body}`);
      assert.match(await text(socket), /^HTTP\/1.1 200 /);
      const names = Object.keys(twin.turnstile.passed.at(-1)?.headers ?? {});
      assert.ok(!names.some((name) => /^(?:content-length|transfer-encoding)$/.test(name)), names.join());
    }
  });

  it("takes HTTP/1.0 without a Host, as the server does", async () => {
    const socket = connect(twin.nginx.port, "127.0.0.1");
    socket.write(`GET ${sign("w:30/plain/local:///photo.jpg")} HTTP/1.0\r\n\r\n`);
    assert.match(await text(socket), /^HTTP\/1.1 200 /);
  });

  it("keeps connections to the server open", async () => {
    for (let i = 0; i < 5; i++) await twin.get(sign(`w:${40 + i}/plain/local:///photo.jpg`));
    assert.ok(twin.turnstile.connections() <= 3, `${twin.turnstile.connections()}`);
  });
});
