import assert from "node:assert/strict";
import { type IncomingMessage, type RequestListener, type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { HttpError } from "../errors.ts";
import { readBody } from "./body.ts";
import { type HttpSettings, httpSource } from "./http.ts";
import type { Original, Wish } from "./source.ts";

const OPEN: HttpSettings = {
  gate: { check: () => undefined, admits: () => true },
  allows: () => true,
  maxRedirects: 10,
  downloadTimeoutSeconds: 3,
  keepAliveSeconds: 5,
  userAgent: "tintype/test",
  ignoreTls: false,
};

const closers: (() => Promise<unknown> | undefined)[] = [];
const closeAll = async (): Promise<void> => {
  for (const close of closers.splice(0).reverse()) await close();
};
afterEach(closeAll);
after(closeAll);

interface Origin {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  readonly asks: IncomingMessage[];
  connections: number;
}

/** A real server; `%` in its URL stands for nothing, so paths are put behind it as they are. */
async function serve(listener: RequestListener): Promise<Origin> {
  const asks: IncomingMessage[] = [];
  const server = createServer((ask, reply) => {
    asks.push(ask);
    listener(ask, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // A TCP server has no other kind of address.
  const origin = { url: `http://127.0.0.1:${port}`, port, server, asks, connections: 0 };
  server.on("connection", () => (origin.connections += 1));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return origin;
}

function source(settings: Partial<HttpSettings> = {}): ReturnType<typeof httpSource> {
  const made = httpSource({ ...OPEN, ...settings });
  closers.push(() => made.close());
  return made;
}

const wish = (over: Partial<Wish> = {}): Wish => ({
  signal: new AbortController().signal,
  maxBytes: 0,
  headers: {},
  mode: "picture",
  ...over,
});

const read = async (original: Original): Promise<string> =>
  (await readBody(original, { maxBytes: 0 })).toString("latin1");

/** The code of a refusal, with its status where that is the source's own. */
async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return error.code === "source_refused" ? `${error.code} ${error.status}` : error.code;
  }
  return "none";
}

/** The code of what goes wrong anywhere from the request to the last byte. */
const download = (
  url: string,
  settings: Partial<HttpSettings> = {},
  over: Partial<Wish> = {},
): Promise<string> => refusal(source(settings).fetch(url, wish(over)).then(read));

const BYTES = Buffer.from("0123456789".repeat(1000));

describe("an http source", () => {
  it("fetches a picture and the headers that mean something", async () => {
    const origin = await serve((_, reply) => {
      reply.writeHead(200, {
        "Content-Type": "image/png",
        ETag: '"x"',
        "X-Secret": "s",
        "Set-Cookie": "a=b",
      });
      reply.end(BYTES);
    });
    const original = await source().fetch(`${origin.url}/a.png`, wish());
    assert.equal(original.status, 200);
    assert.deepEqual(original.headers, { "content-type": "image/png", etag: '"x"' });
    assert.equal(await read(original), BYTES.toString());
  });

  it("makes requests from scratch", async () => {
    const origin = await serve((_, reply) => reply.end("x"));
    await read(await source().fetch(`${origin.url}/a`, wish({ headers: { cookie: "a=b", te: "trailers" } })));
    const [ask] = origin.asks;
    assert.deepEqual(ask?.headers, {
      host: `127.0.0.1:${origin.port}`,
      connection: "keep-alive",
      "user-agent": "tintype/test",
      "accept-encoding": "identity",
      cookie: "a=b",
    });
    assert.equal(ask.method, "GET");
  });

  it("sends the path as it was written", async () => {
    const cases = [
      ["/a/../b", "/a/../b"],
      ["/a/./b//c", "/a/./b//c"],
      ["/%2e%2e/%2E/a%2Fb", "/%2e%2e/%2E/a%2Fb"],
      ["", "/"],
      ["?q=1", "/?q=1"],
      ["#frag", "/"],
      ["/a?b=c?d&e=%zz#frag", "/a?b=c?d&e=%zz"],
      ["/a b.jpg", "/a%20b.jpg"],
      ["/größe/日本.png?ö=😀", "/gr%C3%B6%C3%9Fe/%E6%97%A5%E6%9C%AC.png?%C3%B6=%F0%9F%98%80"],
      ["/a\\b", "/a%5Cb"],
      [`/'"<>^\`{|}~!$&()*+,;=:@[]`, `/'"<>^\`{|}~!$&()*+,;=:@[]`],
    ] as const;
    const origin = await serve((_, reply) => reply.end("x"));
    const http = source();
    for (const [written, sent] of cases) {
      await read(await http.fetch(`${origin.url}${written}`, wish()));
      assert.equal(origin.asks.at(-1)?.url, sent, written);
    }
  });

  it("refuses URLs that two parsers could read differently", async () => {
    const cases = [
      ["http://127.0.0.1/a%zz", "source_unreachable"],
      ["http://127.0.0.1/a%", "source_unreachable"],
      ["http://127.0.0.1/a\nb", "source_unreachable"],
      ["http://127.0.0.1/a\tb", "source_unreachable"],
      ["http://127.0.0.1\\@example.com/", "source_unreachable"],
      ["http://127.0.0.1\\/", "source_unreachable"],
      ["http:/127.0.0.1/", "source_unreachable"],
      ["http:127.0.0.1/", "source_unreachable"],
      ["http:///127.0.0.1/", "source_unreachable"],
      ["http://127.0.0.1:/", "source_unreachable"],
      ["http://127.0.0.1:70000/", "source_unreachable"],
      ["http://%31%32%37.0.0.1/", "source_unreachable"],
      ["http://127.0.0.1 /", "source_unreachable"],
      ["http://exa mple.com/", "source_unreachable"],
      [" http://127.0.0.1/", "source_unreachable"],
      ["ftp://127.0.0.1/", "source_unreachable"],
      ["http://", "source_unreachable"],
      ["", "source_unreachable"],
      ["http://u:p@127.0.0.1/", "source_address_forbidden"],
      ["http://@127.0.0.1/", "source_address_forbidden"],
    ] as const;
    for (const [url, code] of cases) assert.equal(await download(url), code, url);
  });

  it("maps the status of the source", async () => {
    const cases = [
      [200, "none"],
      [201, "source_unreachable"],
      [204, "source_unreachable"],
      [206, "source_unreachable"],
      [300, "source_unreachable"],
      [302, "source_unreachable"],
      [304, "source_unreachable"],
      [400, "source_refused 400"],
      [403, "source_refused 403"],
      [404, "source_refused 404"],
      [410, "source_refused 410"],
      [429, "source_refused 429"],
      [500, "source_failed"],
      [503, "source_failed"],
      [599, "source_failed"],
      [999, "source_unreachable"],
    ] as const;
    const origin = await serve((ask, reply) => {
      reply.writeHead(Number(ask.url?.slice(1))).end("x");
    });
    for (const [status, code] of cases) {
      assert.equal(await download(`${origin.url}/${status}`), code, String(status));
    }
  });

  it("takes a 206 only where it is the whole file", async () => {
    const cases = [
      ["bytes 0-9/10", "none"],
      ["bytes 0-9/*", "none"],
      ["bytes 0-8/10", "source_unreachable"],
      ["bytes 0-9/11", "source_unreachable"],
      ["bytes 1-9/10", "source_unreachable"],
      ["bytes 0-8/*", "source_unreachable"],
      ["lines 0-9/10", "source_unreachable"],
      ["", "source_unreachable"],
    ] as const;
    const origin = await serve((ask, reply) => {
      const [range = ""] = cases[Number(ask.url?.slice(1))] ?? [];
      reply.writeHead(206, { "Content-Range": range, "Content-Length": "10" }).end("0123456789");
    });
    for (const [index, [range, code]] of cases.entries()) {
      assert.equal(await download(`${origin.url}/${index}`), code, range);
    }
  });

  it("counts the bytes, exactly the limit allowed", async () => {
    const origin = await serve((ask, reply) => {
      if (ask.url === "/known") reply.setHeader("Content-Length", BYTES.length);
      reply.write(BYTES.subarray(0, 5000));
      setTimeout(() => reply.end(BYTES.subarray(5000)), 5);
    });
    const cases = [
      [BYTES.length, "none"],
      [BYTES.length - 1, "source_too_big"],
      [1, "source_too_big"],
      [0, "none"],
    ] as const;
    for (const [maxBytes, code] of cases) {
      for (const path of ["known", "unknown"]) {
        assert.equal(await download(`${origin.url}/${path}`, {}, { maxBytes }), code, `${path} ${maxBytes}`);
      }
    }
  });

  it("refuses an announced size before it reads", async () => {
    const origin = await serve((_, reply) => {
      reply.writeHead(200, { "Content-Length": "1000000000000" });
      reply.flushHeaders();
    });
    const wait = source().fetch(origin.url, wish({ maxBytes: 1000 }));
    assert.equal(await refusal(wait), "source_too_big");
  });

  it("keeps connections, and closes each where it is told to keep none", async () => {
    const origin = await serve((_, reply) => reply.end(BYTES));
    for (const [keepAliveSeconds, connections] of [
      [5, 1],
      [0, 4],
    ] as const) {
      origin.connections = 0;
      const http = source({ keepAliveSeconds });
      for (let count = 0; count < 4; count += 1) {
        await read(await http.fetch(origin.url, wish()));
        await sleep(5);
      }
      assert.equal(origin.connections, connections, `keep-alive ${keepAliveSeconds}`);
    }
  });

  it("asks again where a kept connection turns out to be closed", async () => {
    let answers = 0;
    const origin = await serve((ask, reply) => {
      answers += 1;
      // The second answer is a closed connection, as from a server that has just given up an idle one.
      if (answers === 2) ask.socket.destroy();
      else reply.end("x");
    });
    const http = source();
    await read(await http.fetch(origin.url, wish()));
    assert.equal(await read(await http.fetch(origin.url, wish())), "x");
    assert.equal(answers, 3);
  });
});

describe("content encodings", () => {
  const body = Buffer.from("picture ".repeat(20_000));
  const zipped = gzipSync(body);

  const serveEncoded = (encoding: string, bytes: Uint8Array): Promise<Origin> =>
    serve((_, reply) =>
      reply.writeHead(200, { "Content-Encoding": encoding, "Content-Type": "image/png" }).end(bytes),
    );

  it("takes one gzip layer off", async () => {
    for (const encoding of ["gzip", "GZIP", "x-gzip"]) {
      const origin = await serveEncoded(encoding, zipped);
      const original = await source().fetch(origin.url, wish());
      assert.deepEqual(original.headers, { "content-type": "image/png" });
      assert.equal(await read(original), body.toString());
    }
  });

  it("leaves every other encoding alone", async () => {
    for (const encoding of ["br", "deflate", "gzip, gzip", "identity", "zstd"]) {
      const origin = await serveEncoded(encoding, zipped);
      const original = await source().fetch(origin.url, wish());
      assert.equal(original.headers["content-encoding"], encoding);
      assert.equal(await read(original), zipped.toString("latin1"));
    }
  });

  it("counts after decoding, so that a bomb goes off at the limit", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const origin = await serveEncoded("gzip", bomb);
    assert.ok(bomb.length < 100_000);
    assert.equal(await download(origin.url, {}, { maxBytes: 1_000_000 }), "source_too_big");
    const exact = await serveEncoded("gzip", zipped);
    assert.equal(await download(exact.url, {}, { maxBytes: body.length }), "none");
  });

  it("tells gzip that ends early from what is no gzip", async () => {
    const short = await serveEncoded("gzip", zipped.subarray(0, 200));
    assert.equal(await download(short.url), "source_incomplete");
    const lie = await serveEncoded("gzip", body);
    assert.equal(await download(lie.url), "source_unrecognised");
    const empty = await serveEncoded("gzip", Buffer.alloc(0));
    assert.equal(await download(empty.url), "source_incomplete");
  });
});

describe("a relay", () => {
  const relay = (headers: Record<string, string> = {}): Wish => wish({ mode: "relay", headers });

  it("passes any status, its headers and its bytes as they come", async () => {
    const zipped = gzipSync(BYTES);
    const origin = await serve((ask, reply) => {
      reply.writeHead(Number(ask.url?.slice(1)), { "Content-Encoding": "gzip", "Accept-Ranges": "bytes" });
      reply.end(zipped);
    });
    for (const status of [200, 206, 404, 416, 500]) {
      const original = await source().fetch(`${origin.url}/${status}`, relay());
      assert.equal(original.status, status);
      assert.equal(original.headers["content-encoding"], "gzip");
      assert.equal(original.headers["accept-ranges"], "bytes");
      assert.equal(await read(original), zipped.toString("latin1"));
    }
  });

  it("sends along what it is given, and passes a 304", async () => {
    const origin = await serve((_, reply) =>
      reply.writeHead(304, { ETag: '"x"', "Content-Length": "99999" }).end(),
    );
    const asked = { "if-none-match": '"x"', range: "bytes=0-1", "accept-encoding": "gzip, br" };
    const original = await source().fetch(origin.url, { ...relay(asked), maxBytes: 10 });
    assert.equal(original.status, 304);
    assert.equal(await read(original), "");
    for (const [name, value] of Object.entries(asked)) assert.equal(origin.asks[0]?.headers[name], value);
  });

  it("follows redirects and keeps to the limit of bytes", async () => {
    const origin = await serve((ask, reply) => {
      if (ask.url === "/a") reply.writeHead(302, { Location: "/b" }).end();
      else reply.end(BYTES);
    });
    const original = await source().fetch(`${origin.url}/a`, relay());
    assert.equal(await read(original), BYTES.toString());
    const capped = source().fetch(`${origin.url}/a`, { ...relay(), maxBytes: 10 });
    assert.equal(await refusal(capped.then(read)), "source_too_big");
  });
});

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

describe("ends", () => {
  it("means a hang-up by an aborted signal, at every stage", async () => {
    const origin = await serve((ask, reply) => {
      if (ask.url !== "/body") return;
      reply.writeHead(200, { "Content-Length": "100" });
      reply.write("x");
    });
    const http = source();
    assert.equal(await refusal(http.fetch(origin.url, wish({ signal: AbortSignal.abort() }))), "client_gone");

    const waiting = new AbortController();
    const headers = refusal(http.fetch(`${origin.url}/headers`, wish({ signal: waiting.signal })));
    await sleep(50);
    waiting.abort();
    assert.equal(await headers, "client_gone");

    const reading = new AbortController();
    const original = await http.fetch(`${origin.url}/body`, wish({ signal: reading.signal }));
    const body = refusal(read(original));
    reading.abort();
    assert.equal(await body, "client_gone");

    const drained = new AbortController();
    const reason = new HttpError("not_ready", "draining");
    const drain = refusal(http.fetch(`${origin.url}/headers`, wish({ signal: drained.signal })));
    drained.abort(reason);
    assert.equal(await drain, "not_ready");
  });

  it("lets go of the connection when a body is cancelled, read in part or forgotten", async () => {
    const origin = await serve((_, reply) => {
      reply.writeHead(200, { "Content-Length": "1000000" });
      reply.write("x");
    });
    const http = source({ downloadTimeoutSeconds: 0.3 });
    const gone = (): Promise<number> =>
      new Promise((resolve, reject) => {
        origin.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      });

    const cancelled = await http.fetch(origin.url, wish());
    cancelled.cancel();
    cancelled.cancel();
    const inPart = await http.fetch(origin.url, wish());
    for await (const chunk of inPart.body) {
      assert.equal(chunk.byteLength, 1);
      break;
    }
    await sleep(30);
    assert.equal(await gone(), 0);

    await http.fetch(origin.url, wish());
    await sleep(30);
    assert.equal(await gone(), 1);
    await sleep(500);
    assert.equal(await gone(), 0, "the budget ends what nobody has ended");
  });

  it("has one budget for headers, redirects and body", async () => {
    const origin = await serve((ask, reply) => {
      const [, kind] = ask.url?.split("/") ?? [];
      if (kind === "silent") return;
      if (kind === "redirects") {
        setTimeout(() => reply.writeHead(302, { Location: "/redirects" }).end(), 100);
        return;
      }
      reply.writeHead(200, { "Content-Length": "1000" });
      const drip = setInterval(() => reply.write("x"), 20);
      reply.on("close", () => clearInterval(drip));
    });
    for (const kind of ["silent", "redirects", "drip"]) {
      const began = performance.now();
      assert.equal(
        await download(`${origin.url}/${kind}`, { downloadTimeoutSeconds: 0.4 }),
        "source_timeout",
        kind,
      );
      assert.ok(performance.now() - began < 3000);
    }
  });
});
