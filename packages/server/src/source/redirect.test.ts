import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Origin, download, serve } from "../../test/fixtures/fetching.ts";
import { HttpError } from "../errors.ts";

describe("redirects", () => {
  /** Answers `/<status>/<n>` with n further redirects. */
  const countdown = (): Promise<Origin> =>
    serve((ask, reply) => {
      const [, status, left] = ask.url?.split("/") ?? [];
      if (left === "0") reply.end("x");
      else reply.writeHead(Number(status), { Location: `/${status}/${Number(left) - 1}` }).end("moved");
    });

  it("follows as many as it is told to, and never more than ten", async () => {
    const origin = await countdown();
    const cases = [
      [0, 0, "none"],
      [0, 1, "source_unreachable"],
      [1, 1, "none"],
      [1, 2, "source_unreachable"],
      [3, 3, "none"],
      [10, 10, "none"],
      [10, 11, "source_unreachable"],
      [50, 11, "source_unreachable"],
    ] as const;
    for (const [maxRedirects, redirects, code] of cases) {
      assert.equal(await download(`${origin.url}/302/${redirects}`, { maxRedirects }), code, `${redirects}`);
    }
    assert.ok(origin.asks.length < 60);
  });

  it("knows five kinds", async () => {
    const origin = await countdown();
    for (const status of [301, 302, 303, 307, 308]) {
      assert.equal(await download(`${origin.url}/${status}/1`), "none", String(status));
    }
    for (const status of [300, 305]) {
      assert.equal(await download(`${origin.url}/${status}/1`), "source_unreachable", String(status));
    }
    const refresh = await serve((_, reply) => reply.writeHead(200, { Refresh: "0; url=/x" }).end("x"));
    await download(refresh.url);
    assert.equal(refresh.asks.length, 1);
  });

  it("uses the connections that brought them again", async () => {
    const origin = await countdown();
    assert.equal(await download(`${origin.url}/302/3`), "none");
    assert.ok(origin.connections < 4, `${origin.connections} connections for 4 requests`);
  });

  it("reads the location as a browser does", async () => {
    const cases = [
      ["/x", "/x"],
      ["x", "/a/x"],
      ["../x?y", "/x?y"],
      ["?y", "/a/b?y"],
      ["/gr\u00c3\u00b6\u00c3\u009fe", "/gr%C3%B6%C3%9Fe"],
      ["/caf\u00e9", "/caf%E9"],
      ["/x#frag", "/x"],
      ["/x y", "/x%20y"],
    ] as const;
    for (const [location, expected] of cases) {
      const origin = await serve((ask, reply) => {
        if (ask.url === "/a/b") reply.writeHead(302, { Location: location }).end();
        else reply.end("x");
      });
      assert.equal(await download(`${origin.url}/a/b`), "none");
      assert.equal(origin.asks[1]?.url, expected, location);
    }
  });

  it("refuses one without a place to go to", async () => {
    const origin = await serve((_, reply) => reply.writeHead(302, { Location: "http://[" }).end());
    assert.equal(await download(origin.url), "source_unreachable");
  });

  it("judges every hop like the first", async () => {
    const inner = await serve((_, reply) => reply.end("secret"));
    const outer = await serve((ask, reply) => {
      reply.writeHead(302, { Location: ask.url?.slice(1) }).end();
    });
    const seen: string[] = [];
    const gate = {
      admits: () => true,
      check: ({ protocol, username, port }: URL): void => {
        seen.push(`${protocol}${port}`);
        if (protocol !== "http:") throw new HttpError("source_unreachable", "scheme");
        if (username !== "" || port !== String(outer.port))
          throw new HttpError("source_address_forbidden", "host");
      },
    };
    const cases = [
      [`http://127.0.0.1:${inner.port}/`, "source_address_forbidden"],
      [`//127.0.0.1:${inner.port}/`, "source_address_forbidden"],
      [`http://u:p@127.0.0.1:${outer.port}/`, "source_address_forbidden"],
      ["file:///etc/passwd", "source_unreachable"],
      ["local:///etc/passwd", "source_unreachable"],
      ["s3://bucket/key", "source_unreachable"],
      ["data:image/png,x", "source_unreachable"],
      ["javascript:alert(1)", "source_unreachable"],
    ] as const;
    for (const [location, code] of cases) {
      assert.equal(await download(`${outer.url}/${location}`, { gate }), code, location);
    }
    assert.equal(inner.asks.length, 0);
    assert.equal(seen.length, cases.length * 2);
  });

  it("asks the allow-list about every URL", async () => {
    const inner = await serve((_, reply) => reply.end("x"));
    const outer = await serve((_, reply) => reply.writeHead(302, { Location: `${inner.url}/b` }).end());
    const listed = (...urls: string[]) => ({ allows: (url: string) => urls.includes(url) });
    assert.equal(await download(`${outer.url}/a`, listed(`${outer.url}/a`)), "source_not_allowed");
    assert.equal(inner.asks.length, 0);
    assert.equal(await download(`${outer.url}/a`, listed(`${outer.url}/a`, `${inner.url}/b`)), "none");
    assert.equal(await download(`${outer.url}/a`, listed()), "source_not_allowed");
    assert.equal(outer.asks.length, 2);
  });

  it("answers a challenge of cookies with the cookies", async () => {
    const origin = await serve((ask, reply) => {
      if (ask.headers.cookie === "given=1; token=42") reply.end("x");
      else
        reply
          .writeHead(302, { Location: ask.url, "Set-Cookie": ["token=42; Path=/", "other=1; Path=/else"] })
          .end();
    });
    assert.equal(await download(`${origin.url}/a`, {}, { headers: { cookie: "given=1; token=0" } }), "none");
    assert.deepEqual(
      origin.asks.map(({ headers }) => headers.cookie),
      ["given=1; token=0", "given=1; token=42"],
    );
    await download(`${origin.url}/a`, { maxRedirects: 0 });
    assert.equal(
      origin.asks.at(-1)?.headers.cookie,
      undefined,
      "the jar of one request is not that of the next",
    );
  });

  it("takes nothing that could be a secret to another origin", async () => {
    const other = await serve((_, reply) => reply.end("x"));
    const origin = await serve((ask, reply) => {
      const location = ask.url === "/same" ? "/away" : `${other.url}/`;
      reply.writeHead(302, { Location: location, "Set-Cookie": "set=1" }).end();
    });
    const headers = { authorization: "Bearer s", cookie: "a=b", "x-api-key": "s", range: "bytes=0-1" };
    assert.equal(await download(`${origin.url}/same`, {}, { headers }), "none");
    assert.equal(origin.asks[1]?.headers.authorization, "Bearer s");
    assert.equal(origin.asks[1].headers["x-api-key"], "s");
    const { host, connection, cookie, ...rest } = other.asks[0]?.headers ?? {};
    assert.deepEqual([host, connection], [`127.0.0.1:${other.port}`, "keep-alive"]);
    assert.deepEqual(rest, {
      range: "bytes=0-1",
      "user-agent": "tintype/test",
      "accept-encoding": "identity",
    });
    // Cookies know no ports: what this host has set on the way goes back to it, what the client gave does not.
    assert.equal(cookie, "set=1");
  });
});
