/** Which of a client's cookies a source gets (contract http.md, section 7). */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { useOrigin, type Page } from "../fixtures/origin.ts";
import { picture } from "../fixtures/pictures.ts";
import { useServer, type TestServer } from "../fixtures/server.ts";

/** Lets in who has the cookie, and gives it to who has not. */
const challenge =
  (body: Uint8Array): Page =>
  ({ headers, url = "" }, response) => {
    if (headers.cookie?.includes("pass=1")) response.end(body);
    else response.writeHead(302, { Location: url, "Set-Cookie": "pass=1; Path=/" }).end();
  };

const origin = useOrigin(async () => {
  const body = await picture("png");
  const kinds = ["off", "own", "other", "all", "base", "raw", "forwarded"];
  return {
    ...Object.fromEntries(kinds.map((name) => [`/${name}`, body])),
    "/challenge": challenge(body),
    "/private": ({ headers }, response) => {
      if (headers.cookie === "who=me") response.end(body);
      else response.writeHead(403).end();
    },
  } satisfies Record<string, Page>;
});

const COOKIE = { Cookie: "a=b; session=s3cret" };

async function sent(
  server: TestServer,
  path: string,
  headers: Readonly<Record<string, string>>,
  options = "",
): Promise<string | undefined> {
  const { status } = await server.get(origin.target(path, options), { ...COOKIE, ...headers });
  assert.equal(status, 200);
  return origin.last(path).headers["cookie"] as string | undefined;
}

describe("cookies", { concurrency: 4 }, () => {
  const none = useServer();
  const own = useServer({ IMGPROXY_COOKIE_PASSTHROUGH: "true" });
  const all = useServer({ IMGPROXY_COOKIE_PASSTHROUGH: "true", IMGPROXY_COOKIE_PASSTHROUGH_ALL: "true" });

  const keyed = useServer({ IMGPROXY_CACHE_KEY_HEADERS: "X-Tenant", IMGPROXY_CACHE_KEY_COOKIES: "shop" });

  it("are not sent on by default, nor by the second setting alone", async () => {
    assert.equal(await sent(none, "/off", {}), undefined);
    assert.equal(await sent(none, "/off", {}, "raw:1"), undefined);
  });

  it("are sent on to the host that they belong to", async () => {
    assert.equal(await sent(own, "/own", {}), "a=b; session=s3cret");
    assert.equal(await sent(own, "/raw", {}, "raw:1"), "a=b; session=s3cret");
  });

  it("are not sent on to another host", async () => {
    assert.equal(await sent(own, "/other", { Host: "shop.example" }), undefined);
  });

  it("are sent on to every host where that is set", async () => {
    assert.equal(await sent(all, "/all", { Host: "shop.example" }), "a=b; session=s3cret");
  });

  it("keep apart what different clients may see", async () => {
    const target = origin.target("/private");
    const ask = (cookie: string) => all.get(target, { Cookie: cookie });
    const answers = await Promise.all([ask("who=me"), ask("who=you"), ask("who=me"), all.get(target)]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 403, 200, 403],
    );
  });

  it("are named in Vary where they are sent on or tell pictures apart, as other headers are that do", async () => {
    const varyOf = async (server: TestServer): Promise<unknown> =>
      (await server.get(origin.target("/own"))).headers["vary"];
    assert.equal(await varyOf(none), "Accept");
    assert.equal(await varyOf(own), "Accept, Cookie");
    assert.equal(await varyOf(keyed), "Accept, X-Tenant, Cookie");
  });

  it("that a source sets on its way to the picture are brought back to it, once", async () => {
    for (const server of [none, own]) {
      const before = origin.count("/challenge");
      assert.equal((await server.get(origin.target("/challenge"), COOKIE)).status, 200);
      assert.equal((await server.get(origin.target("/challenge"), COOKIE)).status, 200);
      assert.equal(origin.count("/challenge"), before + 4);
    }
  });

  it("never reach the log", () => {
    for (const line of [...none.lines, ...own.lines, ...all.lines]) assert.ok(!line.includes("s3cret"));
  });
});

describe("cookies of a site that is set", () => {
  const server = useServer(() => ({
    IMGPROXY_COOKIE_PASSTHROUGH: "true",
    IMGPROXY_COOKIE_BASE_URL: origin.url("/"),
  }));

  it("belong to it, whatever the request says", async () => {
    const headers = { Host: "shop.example", "X-Forwarded-Host": "other.example" };
    assert.equal(await sent(server, "/base", headers), "a=b; session=s3cret");
  });
});
