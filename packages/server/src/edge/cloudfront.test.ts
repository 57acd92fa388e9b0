import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { before, describe, it } from "node:test";
import { serve } from "../../test/fixtures/fetching.ts";
import { cloudfront } from "./cloudfront.ts";
import { sourceTag } from "./edge.ts";

const CAT = "https://example.com/cat.jpg";
const SECRET = "wJalrXUtnFEMI";
const never = new AbortController().signal;

// Where Amazon's usual chain of credentials looks first.
before(() => {
  process.env["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE";
  process.env["AWS_SECRET_ACCESS_KEY"] = SECRET;
});

const CREATED = `<?xml version="1.0"?>
<Invalidation xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">
<Id>I1</Id><Status>InProgress</Status><CreateTime>2026-01-01T00:00:00Z</CreateTime>
<InvalidationBatch><Paths><Quantity>0</Quantity></Paths><CallerReference>r</CallerReference></InvalidationBatch>
</Invalidation>`;

const DENIED = `<?xml version="1.0"?>
<ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">
<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized to invalidate</Message></Error>
<RequestId>r</RequestId></ErrorResponse>`;

async function api(status: number, answer: string) {
  const bodies: string[] = [];
  const origin = await serve(
    (ask, reply) =>
      void text(ask).then((body) => {
        bodies.push(body);
        reply.writeHead(status, { "content-type": "text/xml" }).end(answer);
      }),
  );
  return { ...origin, bodies };
}

const referenceIn = (body = ""): string => /<CallerReference>([^<]+)</.exec(body)?.[1] ?? "";

describe("cloudfront", () => {
  for (const [scope, item] of [
    [{ kind: "source", value: CAT }, `#${sourceTag(CAT)}`],
    [{ kind: "tag", value: "product:42" }, "#product:42"],
    [{ kind: "prefix", value: "https://example.com/" }, "/*"],
    [{ kind: "all" }, "/*"],
  ] as const)
    it(`invalidates ${item} by ${scope.kind}`, async () => {
      const { url, asks, bodies } = await api(201, CREATED);
      await cloudfront({ distribution: "EDFDVBD6EXAMPLE", endpoint: url }).purge(scope, never);
      const [ask] = asks;
      assert.equal(asks.length, 1);
      assert.deepEqual(
        [ask?.method, ask?.url],
        ["POST", "/2020-05-31/distribution/EDFDVBD6EXAMPLE/invalidation"],
      );
      assert.match(
        ask?.headers.authorization ?? "",
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/cloudfront\/aws4_request, /,
      );
      const [body = ""] = bodies;
      assert.ok(
        body.includes(`<Paths><Quantity>1</Quantity><Items><Path>${item}</Path></Items></Paths>`),
        body,
      );
      assert.match(referenceIn(body), /^tintype-[\da-f-]{36}$/);
    });

  it("gives every invalidation a reference of its own", async () => {
    const { url, bodies } = await api(201, CREATED);
    const edge = cloudfront({ distribution: "E1", endpoint: url });
    await edge.purge({ kind: "all" }, never);
    await edge.purge({ kind: "all" }, never);
    assert.equal(new Set(bodies.map(referenceIn)).size, 2);
  });

  it("says what came instead, without the secret", async () => {
    const { url } = await api(403, DENIED);
    const purging = cloudfront({ distribution: "E1", endpoint: url }).purge({ kind: "all" }, never);
    await assert.rejects(purging, (error: Error) => {
      assert.equal(
        error.message,
        "expected CloudFront to take the purge, got 403 AccessDenied not authorized to invalidate",
      );
      assert.doesNotMatch(JSON.stringify([error.stack, error.cause]), new RegExp(SECRET));
      return true;
    });
  });

  it("tries a failure of the service again, with the same reference", async () => {
    const { url, bodies } = await api(500, "");
    const purging = cloudfront({ distribution: "E1", endpoint: url }).purge({ kind: "all" }, never);
    await assert.rejects(purging, /^Error: expected CloudFront to take the purge, got 500 /);
    assert.equal(bodies.length, 2);
    assert.equal(new Set(bodies.map(referenceIn)).size, 1);
  });

  it("waits for an answer only so long", async () => {
    const { url } = await serve(() => undefined);
    const edge = cloudfront({ distribution: "E1", endpoint: url, patience: 50 });
    await assert.rejects(edge.purge({ kind: "all" }, never), /got no answer within 50 ms$/);
  });

  it("stops where it is called off", async () => {
    const { url } = await serve(() => undefined);
    const controller = new AbortController();
    const purging = cloudfront({ distribution: "E1", endpoint: url }).purge(
      { kind: "all" },
      controller.signal,
    );
    controller.abort();
    await assert.rejects(purging, /got called off$/);
  });
});
