import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import {
  type Origin,
  download,
  openConnections,
  read,
  refusal,
  serve,
  source,
  wish,
} from "../../test/fixtures/fetching.ts";
import { HttpError } from "../errors.ts";
import type { Wish } from "./source.ts";

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
    assert.deepEqual(
      { ...original.headers, date: undefined },
      {
        date: undefined,
        "content-type": "image/png",
        etag: '"x"',
      },
    );
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
    const origin = await serve((_, reply) => reply.end("x"));
    const path = `/a/../b/%2e%2E//c%2Fd/./ä b?q=%zz&'"<>^\`{|}`;
    await read(await source().fetch(`${origin.url}${path}#frag`, wish()));
    assert.equal(origin.asks[0]?.url, path.replace("ä b", "%C3%A4%20b"));
    assert.equal(await download("http://127.0.0.1/a%zz"), "source_unreachable");
    assert.equal(await download("http://u:p@127.0.0.1/"), "source_address_forbidden");
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

  it("takes a hundred headers and no more", async () => {
    const origin = await serve(({ url }, response) => {
      // Three are there already: Date, Connection and the length.
      const names = Array.from({ length: url === "/most" ? 95 : 101 }, (_, index): [string, string] => [
        `X-${index}`,
        "a",
      ]);
      response.writeHead(200, Object.fromEntries(names)).end("a");
    });
    assert.equal(await download(`${origin.url}/most`), "none");
    assert.equal(await download(`${origin.url}/more`), "source_unreachable");
  });

  it("leaves a source that drips long before its time is up", async () => {
    const origin = await serve((_ask, response) => {
      const timer = setInterval(() => response.write("a"), 100);
      response.on("close", () => clearInterval(timer));
    });
    const settings = { leastRate: 10_240, downloadTimeoutSeconds: 30 };
    const since = performance.now();
    assert.equal(await download(origin.url, settings), "source_timeout");
    assert.ok(performance.now() - since < 15_000);
  });

  it("does not keep connections to hosts without end", async () => {
    const origin = await serve((_, reply) => reply.end("x"));
    const http = source({ resolve: () => Promise.resolve(["127.0.0.1"]), downloadTimeoutSeconds: 10 });
    let most = 0;
    for (let host = 0; host < 300; host += 1) {
      await read(await http.fetch(`http://h${host}.example:${origin.port}/`, wish()));
      most = Math.max(most, await openConnections(origin));
    }
    assert.equal(origin.connections, 300);
    assert.ok(most > 200 && most < 270, `${most} connections were kept`);
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
      assert.deepEqual(
        { ...original.headers, date: undefined },
        {
          date: undefined,
          "content-type": "image/png",
        },
      );
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
    const openCount = async (expected: number): Promise<void> => {
      for (let turn = 0; turn < 100 && (await openConnections(origin)) !== expected; turn += 1)
        await sleep(20);
      assert.equal(await openConnections(origin), expected);
    };
    const cancelled = await http.fetch(origin.url, wish());
    cancelled.cancel();
    cancelled.cancel();
    const inPart = await http.fetch(origin.url, wish());
    const patient = new AbortController();
    const small = await serve((_, reply) => reply.end("x"));
    const whollyRead = await http.fetch(small.url, wish({ signal: patient.signal }));
    for await (const chunk of whollyRead.body) assert.equal(chunk.byteLength, 1);
    assert.deepEqual(getEventListeners(patient.signal, "abort"), [], "nothing waits for the client any more");
    for await (const chunk of inPart.body) {
      assert.equal(chunk.byteLength, 1);
      break;
    }
    await openCount(0);

    await http.fetch(origin.url, wish());
    await openCount(1);
    // The budget ends what nobody has ended.
    await openCount(0);
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
