/** On ECS a server has no keys of its own: its task's role lends it some for a while, and it asks again before they end. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ACCOUNT, startAmazon } from "../fixtures/amazon.ts";
import { picture } from "../fixtures/pictures.ts";
import { startServer } from "../process/server.ts";

const LIFETIME_MS = 1500;
const servers: Server[] = [];

async function listen(server: Server): Promise<string> {
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** When each token that was lent is over, by `Date.now()`. */
const lent = new Map<string, number>();
/** Tokens that the store was shown. */
const shown: string[] = [];

/** The endpoint at which ECS lends a task its role. */
const lender = createServer((incoming, response) => {
  assert.equal(incoming.url, "/role");
  assert.equal(incoming.headers.authorization, "task-secret");
  const token = `token-${lent.size + 1}`;
  const end = Date.now() + LIFETIME_MS;
  lent.set(token, end);
  response.setHeader("Content-Type", "application/json").end(
    JSON.stringify({
      AccessKeyId: ACCOUNT.accessKeyId,
      SecretAccessKey: ACCOUNT.secretAccessKey,
      Token: token,
      Expiration: new Date(end).toISOString(),
    }),
  );
});

/** A store that looks at tokens, which the emulator behind it does not. */
const strict = (store: string): Server =>
  createServer((incoming, response) => {
    const token = String(incoming.headers["x-amz-security-token"]);
    shown.push(token);
    if (!((lent.get(token) ?? 0) > Date.now())) {
      response.writeHead(403).end("<Error><Code>ExpiredToken</Code></Error>");
      return;
    }
    const { method, url, headers } = incoming;
    const onward = request(`${store}${url ?? ""}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    incoming.pipe(onward);
  });

const amazon = await startAmazon();
for (const name of ["first.jpg", "second.jpg", "third.jpg"])
  await amazon.put("uploads", name, await picture("jpeg"), { type: "image/jpeg" });
const store = await listen(strict(amazon.url));
const server = await startServer({
  IMGPROXY_USE_S3: "true",
  IMGPROXY_S3_ENDPOINT: store,
  IMGPROXY_S3_REGION: "us-east-1",
  IMGPROXY_ALLOWED_SOURCES: "s3://uploads/",
  AWS_CONTAINER_CREDENTIALS_FULL_URI: `${await listen(lender)}/role`,
  AWS_CONTAINER_AUTHORIZATION_TOKEN: "task-secret",
});
after(async () => {
  for (const each of servers) {
    each.closeAllConnections();
    each.close();
  }
  await amazon.close();
});

async function statusOf(name: string): Promise<number> {
  const answer = await fetch(`${server.url}/_/w:32/plain/s3://uploads/${name}`);
  await answer.arrayBuffer();
  return answer.status;
}

describe("a task's role", () => {
  it("lends keys that read pictures", async () => {
    assert.equal(await statusOf("first.jpg"), 200);
    assert.ok(shown.length > 0 && shown.every((token) => lent.has(token)), shown.join());
  });

  it("is asked again before they end, so that no picture fails", async () => {
    await sleep(LIFETIME_MS + 100);
    assert.equal(await statusOf("second.jpg"), 200);
    await sleep(LIFETIME_MS + 100);
    assert.equal(await statusOf("third.jpg"), 200);
    assert.ok(new Set(shown).size >= 3, `${new Set(shown).size} tokens for three lifetimes`);
  });
});
