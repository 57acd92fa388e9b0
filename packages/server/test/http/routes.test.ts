/** Which answer a path gets (contract http.md, section 1), and what HEAD, OPTIONS and other methods get there. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useOrigin } from "../fixtures/origin.ts";
import { pages } from "../fixtures/pictures.ts";
import { leaks, useServer } from "../fixtures/server.ts";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

const origin = useOrigin(() => pages("png", "jpeg"));

describe("routes", { concurrency: 4 }, () => {
  const server = useServer({ IMGPROXY_HEALTH_CHECK_PATH: "/up", IMGPROXY_ALLOW_ORIGIN: "https://a.example" });

  it("/ is a page of ours", async () => {
    const { status, headers, text } = await server.get("/");
    assert.equal(status, 200);
    assert.match(headers["content-type"] ?? "", /^text\/html/);
    assert.match(text, /Tintype/);
    assert.match(headers["content-security-policy"] ?? "", /default-src 'none'/);
    assert.equal(headers["access-control-allow-origin"], undefined);
  });

  for (const path of ["/health", "/up", "/health?deep=1"])
    it(`${path} tells that the server runs, without CORS and without a log line`, async () => {
      const answer = await server.get(path);
      assert.deepEqual([answer.status, answer.text], [200, "imgproxy is running"]);
      assert.equal(answer.headers["content-type"], "text/plain");
      assert.equal(answer.headers["cache-control"], "no-cache");
      assert.equal(answer.headers["content-security-policy"], POLICY);
      assert.equal(answer.headers["access-control-allow-origin"], undefined);
      assert.deepEqual(server.logOf(answer), []);
    });

  for (const [path, logged] of [
    ["/favicon.ico", 0],
    ["/.well-known/security.txt", 0],
    ["/.well-known/", 0],
  ] as const)
    it(`${path} is nothing`, async () => {
      const answer = await server.get(path);
      assert.deepEqual([answer.status, answer.text], [404, " "]);
      assert.equal(answer.headers["content-type"], "text/plain");
      assert.equal(server.logOf(answer).length, logged);
    });

  for (const method of ["POST", "PUT", "DELETE", "PATCH", "PROPFIND"])
    it(`${method} is nothing, and logged`, async () => {
      const answer = await server.ask(origin.target("/png"), { method });
      assert.deepEqual(
        [answer.status, answer.text, answer.headers["content-type"]],
        [404, " ", "text/plain"],
      );
      assert.equal(answer.headers["cache-control"], "no-store");
      assert.equal(server.logOf(answer)[0]?.["method"], method);
      assert.deepEqual(leaks(answer), []);
    });

  it("a health path in front of more is a picture's path", async () => {
    assert.equal((await server.get("/health/")).text, "Invalid URL");
  });

  it("OPTIONS is answered without work, with CORS", async () => {
    const answer = await server.ask(origin.target("/unasked"), { method: "OPTIONS" });
    assert.deepEqual([answer.status, answer.text, answer.headers["content-type"]], [200, " ", "text/plain"]);
    assert.equal(answer.headers["access-control-allow-origin"], "https://a.example");
    assert.equal(answer.headers["access-control-allow-methods"], "GET, OPTIONS");
    assert.equal(answer.headers["cache-control"], "max-age=31536000, public");
    assert.equal(origin.count("/unasked"), 0);
    assert.equal(server.logOf(answer).length, 1);
  });

  for (const [name, target] of [
    ["a picture", origin],
    ["a landing page", "/"],
    ["a health check", "/health"],
    ["a refusal", "/_/nope:1/plain/a"],
    ["a missing source", "/nothing"],
    ["nothing", "/favicon.ico"],
  ] as const)
    it(`HEAD of ${name} has the status and headers of GET, and no body`, async () => {
      const path = typeof target !== "string" ? target.target("/png", "w:3") : target;
      const asked = path === "/nothing" ? origin.target(path) : path;
      const [get, head] = [await server.get(asked), await server.ask(asked, { method: "HEAD" })];
      const { date: _a, "x-request-id": _b, "server-timing": _e, ...of } = get.headers;
      const { date: _c, "x-request-id": _d, "server-timing": _f, ...at } = head.headers;
      assert.deepEqual(at, of);
      assert.deepEqual([head.status, head.body.length], [get.status, 0]);
      assert.equal(Number(head.headers["content-length"]), get.body.length);
    });
});

describe("routes behind a prefix", () => {
  const server = useServer({ IMGPROXY_PATH_PREFIX: "/img", IMGPROXY_HEALTH_CHECK_PATH: "/up" });

  for (const path of ["/img", "/img/", "/img/health", "/img/up"])
    it(`${path} is there`, async () => {
      assert.equal((await server.get(path)).status, 200);
    });

  for (const path of ["/", "/health", "/up", "/imgs/health", "/IMG/health", "/images"])
    it(`${path} is not`, async () => {
      const { status, text } = await server.get(path);
      assert.deepEqual([status, text], [404, " "]);
    });

  it("OPTIONS outside is nothing either", async () => {
    assert.equal((await server.ask("/other", { method: "OPTIONS" })).status, 404);
    assert.equal((await server.ask("/img/other", { method: "OPTIONS" })).status, 200);
  });

  it("pictures are served behind it and nowhere else", async () => {
    const target = origin.target("/jpeg", "w:8");
    assert.equal((await server.get(`/img${target}`)).status, 200);
    assert.equal((await server.get(target)).status, 404);
  });
});
