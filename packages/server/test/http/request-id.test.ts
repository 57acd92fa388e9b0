/** Ids of requests: whose are taken over, and where they appear (contract http.md, section 2). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useServer } from "../fixtures/server.ts";

const TARGET = "/_/nope:1/plain/a";
const context = (value: unknown): Record<string, string> => ({
  "X-Amzn-Request-Context": JSON.stringify(value),
});

describe("request ids", { concurrency: 4 }, () => {
  const server = useServer();
  const idOf = async (headers: Record<string, string>): Promise<string> =>
    (await server.get(TARGET, headers)).headers["x-request-id"] ?? "";

  for (const [name, headers, id] of [
    ["the client's own", { "X-Request-ID": "aZ_09-x" }, "aZ_09-x"],
    ["the gateway's", context({ requestId: "gateway-1" }), "gateway-1"],
    ["the client's before the gateway's", { "X-Request-ID": "own", ...context({ requestId: "g" }) }, "own"],
    ["the gateway's for one that is not fit", { "X-Request-ID": "a b", ...context({ requestId: "g" }) }, "g"],
  ] as const)
    it(`are ${name}`, async () => {
      assert.equal(await idOf(headers as Record<string, string>), id);
      assert.equal(server.log().filter((line) => line["request_id"] === id).length > 0, true);
    });

  for (const headers of [
    {},
    { "X-Request-ID": "" },
    { "X-Request-ID": "a b" },
    { "X-Request-ID": "a.b" },
    { "X-Request-ID": "é" },
    { "X-Request-ID": "a".repeat(500) },
    { "X-Amzn-Request-Context": "no json" },
    { "X-Amzn-Request-Context": "null" },
    context({ requestId: 5 }),
    context({ requestId: "<script>" }),
    context([]),
  ] as Record<string, string>[])
    it(`are made up for ${JSON.stringify(headers).slice(0, 60)}`, async () => {
      assert.match(await idOf(headers), /^[\w-]{21}$/);
    });

  it("are never the same twice", async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, () => idOf({})));
    assert.equal(new Set(ids).size, 50);
  });
});
