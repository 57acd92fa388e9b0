import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { serve } from "../../test/fixtures/fetching.ts";
import { cloudflare } from "./cloudflare.ts";
import { type Edge, sourceTag } from "./edge.ts";
import { fastly } from "./fastly.ts";

const SECRET = "s3cr3t-token";
const CAT = "https://example.com/cat.jpg";
const never = new AbortController().signal;

/** A CDN's API that writes down what it was asked, and answers as it is told. */
async function api(status: number, answer: string) {
  const bodies: string[] = [];
  const listener: RequestListener = (ask, reply) =>
    void text(ask).then((body) => {
      bodies.push(body);
      reply.writeHead(status, { "content-type": "application/json" }).end(answer);
    });
  return { ...(await serve(listener)), bodies };
}

const EDGES: Readonly<Record<string, (endpoint: string, patience?: number) => Edge>> = {
  cloudflare: (endpoint, patience = 5000) =>
    cloudflare({ zone: "0123abcd", token: SECRET, endpoint, patience }),
  fastly: (endpoint, patience = 5000) =>
    fastly({ service: "SU1Z0isxPaozGVKXdv0eY", token: SECRET, endpoint, patience }),
};

describe("cloudflare", () => {
  for (const [scope, body] of [
    [{ kind: "source", value: CAT }, { tags: [sourceTag(CAT)] }],
    [{ kind: "tag", value: "a/b" }, { tags: ["a/b"] }],
    [{ kind: "prefix", value: "https://example.com/" }, { purge_everything: true }],
    [{ kind: "all" }, { purge_everything: true }],
  ] as const)
    it(`asks for ${JSON.stringify(body)} by ${scope.kind}`, async () => {
      const { url, asks, bodies } = await api(200, '{"success":true,"errors":[],"result":{"id":"1"}}');
      await EDGES["cloudflare"]!(url).purge(scope, never);
      const [ask] = asks;
      assert.equal(asks.length, 1);
      assert.deepEqual([ask?.method, ask?.url], ["POST", "/client/v4/zones/0123abcd/purge_cache"]);
      assert.equal(ask?.headers.authorization, `Bearer ${SECRET}`);
      assert.equal(ask.headers["content-type"], "application/json");
      assert.deepEqual(JSON.parse(bodies[0] ?? ""), body);
    });

  for (const answer of ['{"success":false,"errors":[{"code":1,"message":"no such zone"}]}', "<html>", "null"])
    it(`does not take 200 ${answer} for a success`, async () => {
      const { url } = await api(200, answer);
      await assert.rejects(EDGES["cloudflare"]!(url).purge({ kind: "all" }, never), {
        message: `expected Cloudflare to take the purge, got 200 ${answer}`,
      });
    });
});

describe("fastly", () => {
  for (const [scope, path, key] of [
    [{ kind: "source", value: CAT }, "purge", sourceTag(CAT)],
    [{ kind: "tag", value: "a/b" }, "purge", "a/b"],
    [{ kind: "prefix", value: "https://example.com/" }, "purge_all", undefined],
    [{ kind: "all" }, "purge_all", undefined],
  ] as const)
    it(`asks for ${path} of ${key ?? "everything"} by ${scope.kind}`, async () => {
      const { url, asks, bodies } = await api(200, '{"status":"ok"}');
      await EDGES["fastly"]!(url).purge(scope, never);
      const [ask] = asks;
      assert.equal(asks.length, 1);
      assert.deepEqual([ask?.method, ask?.url], ["POST", `/service/SU1Z0isxPaozGVKXdv0eY/${path}`]);
      assert.equal(ask?.headers["fastly-key"], SECRET);
      assert.equal(ask.headers["surrogate-key"], key);
      assert.deepEqual(bodies, [""]);
    });
});

for (const [name, open] of Object.entries(EDGES))
  describe(`${name} in trouble`, () => {
    it("says what came instead, without the secret", async () => {
      const { url } = await api(403, `{"message":"${SECRET}\nmay\u001b not"}`);
      await assert.rejects(open(url).purge({ kind: "all" }, never), (error: Error) => {
        assert.match(
          error.message,
          /^expected \w+ to take the purge, got 403 \{"message":"\*\*\* may not"\}$/,
        );
        assert.doesNotMatch(JSON.stringify([error.stack, error.cause]), new RegExp(SECRET));
        return true;
      });
    });

    it("follows nobody elsewhere with the secret", async () => {
      const thief = await api(200, '{"success":true}');
      const { url } = await serve((_, reply) => reply.writeHead(302, { location: thief.url }).end());
      await assert.rejects(open(url).purge({ kind: "all" }, never), /got 302$/);
      assert.equal(thief.asks.length, 0);
    });

    it("says that nobody listens", async () => {
      await assert.rejects(open("http://127.0.0.1:1").purge({ kind: "all" }, never), /ECONNREFUSED/);
    });

    it("reads an endless answer only so far", async () => {
      const { url, server } = await serve((_, reply) => {
        const more = (): void => {
          while (!reply.destroyed && reply.write("x".repeat(16_384)));
          reply.once("drain", more);
        };
        reply.writeHead(500);
        more();
      });
      const cut = new Promise((resolve) =>
        server.on("connection", (socket) => socket.on("error", () => undefined).once("close", resolve)),
      );
      await assert.rejects(open(url).purge({ kind: "all" }, never), ({ message }: Error) => {
        assert.match(message, /got 500 x+$/);
        return message.length < 300;
      });
      await cut;
    });

    it("stops where it is called off", async () => {
      const { url, asks } = await serve(() => undefined);
      const controller = new AbortController();
      const purging = open(url).purge({ kind: "all" }, controller.signal);
      controller.abort();
      await assert.rejects(purging, /got called off$/);
      assert.ok(asks.length <= 1);
    });

    it("waits for an answer only so long", async () => {
      const { url } = await serve(() => undefined);
      await assert.rejects(open(url, 50).purge({ kind: "all" }, never), /got no answer within 50 ms$/);
    });
  });
