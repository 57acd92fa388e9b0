/** The secret that clients must send, and CORS (contract http.md, section 2). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useOrigin } from "../fixtures/origin.ts";
import { pages } from "../fixtures/pictures.ts";
import { assertRefused } from "../fixtures/refusal.ts";
import { useServer } from "../fixtures/server.ts";

const origin = useOrigin(() => pages("png"));
const SECRET = "5p3cret word";
const cors = ["access-control-allow-origin", "access-control-allow-methods"];
const FORBIDDEN = {
  status: 403,
  body: "Forbidden",
  code: "bad_secret",
  detail: /configured secret in the Authorization header/,
};

describe("a server with a secret", { concurrency: 4 }, () => {
  const server = useServer({ IMGPROXY_SECRET: SECRET, IMGPROXY_ALLOW_ORIGIN: "https://a.example" });

  it("serves who sends it, with CORS", async () => {
    const { status, headers } = await server.get(origin.target("/png"), {
      Authorization: `Bearer ${SECRET}`,
    });
    assert.equal(status, 200);
    assert.deepEqual(
      cors.map((name) => headers[name]),
      ["https://a.example", "GET, OPTIONS"],
    );
  });

  it("does not send it on", async () => {
    for (const options of ["w:2", "raw:1"])
      await server.get(origin.target("/png", options), { Authorization: `Bearer ${SECRET}` });
    assert.ok(origin.seen.every(({ headers }) => headers["authorization"] === undefined));
  });

  for (const [name, authorization] of [
    ["nothing", undefined],
    ["another word", "Bearer other"],
    ["the word alone", SECRET],
    ["another scheme", `Basic ${SECRET}`],
    ["the scheme in small letters", `bearer ${SECRET}`],
    ["two spaces", `Bearer  ${SECRET}`],
    ["more than it", `Bearer ${SECRET}x`],
    ["less than it", `Bearer ${SECRET.slice(0, -1)}`],
    ["nothing behind the scheme", "Bearer"],
  ] as const)
    it(`refuses ${name}, with CORS`, async () => {
      const headers = authorization === undefined ? {} : { Authorization: authorization };
      const target = origin.target("/forbidden", "w:3");
      const answer = await assertRefused(server, target, FORBIDDEN, { headers, also: cors });
      assert.equal(answer.headers["access-control-allow-origin"], "https://a.example");
      assert.equal(origin.count("/forbidden"), 0);
    });

  it("asks for it before it reads the URL", async () => {
    for (const target of ["/_/nope:1/plain/a", "/w:1/plain/a", "/nothing"])
      await assertRefused(server, target, FORBIDDEN, { also: cors });
  });

  it("asks for it with HEAD too", async () => {
    assert.equal((await server.ask(origin.target("/png"), { method: "HEAD" })).status, 403);
  });

  it("asks nobody for it who asks how the server is", async () => {
    for (const path of ["/health", "/ready", "/"]) assert.equal((await server.get(path)).status, 200);
    assert.equal((await server.ask("/_/x", { method: "OPTIONS" })).status, 200);
  });

  it("sends CORS with refusals of sources and with raw sources", async () => {
    for (const target of [origin.target("/nothing"), origin.target("/png", "raw:1")]) {
      const { headers } = await server.get(target, { Authorization: `Bearer ${SECRET}` });
      assert.equal(headers["access-control-allow-origin"], "https://a.example");
    }
  });

  it("never logs it", () => {
    assert.ok(server.lines.length > 0);
    for (const line of server.lines) assert.ok(!line.includes(SECRET) && !line.includes("Bearer o"));
  });
});

describe("a server without CORS", () => {
  const server = useServer();

  it("sends nothing of it", async () => {
    for (const [target, method] of [
      [origin.target("/png"), "GET"],
      ["/_/x", "OPTIONS"],
      ["/_/nope:1/plain/a", "GET"],
    ] as const) {
      const { headers } = await server.ask(target, { method, headers: { Origin: "https://a.example" } });
      for (const name of cors) assert.equal(headers[name], undefined);
    }
  });
});
