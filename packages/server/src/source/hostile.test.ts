import assert from "node:assert/strict";
import { type AddressInfo, type Socket, createServer } from "node:net";
import { afterEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { HttpError } from "../errors.ts";
import { readBody } from "./body.ts";
import { type HttpSettings, httpSource } from "./http.ts";

const SETTINGS: HttpSettings = {
  gate: { check: () => undefined, admits: () => true },
  allows: () => true,
  maxRedirects: 10,
  downloadTimeoutSeconds: 0.25,
  keepAliveSeconds: 5,
  userAgent: "tintype/test",
  ignoreTls: false,
};

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Origin {
  readonly port: number;
  /** Those that are open. */
  readonly sockets: Set<Socket>;
}

/** A server that says what it likes, once a request has come. */
async function serve(speak: (socket: Socket) => void): Promise<Origin> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    socket.on("data", () => speak(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo; // A TCP server has no other kind of address.
  return { port, sockets };
}

/** Fails where a connection stays open much longer than it can be needed. */
async function allClosed({ sockets }: Origin): Promise<void> {
  for (let turn = 0; turn < 100 && sockets.size > 0; turn += 1) await sleep(20);
  assert.equal(sockets.size, 0, "every connection is given up");
}

interface Outcome {
  readonly code: string;
  readonly bytes: number;
}

async function download(url: string, settings: Partial<HttpSettings> = {}, maxBytes = 0): Promise<Outcome> {
  const http = httpSource({ ...SETTINGS, ...settings });
  closers.push(() => http.close());
  const { signal } = new AbortController();
  try {
    const original = await http.fetch(url, { signal, maxBytes, headers: {}, mode: "picture" });
    const body = await readBody(original, { maxBytes: 0 });
    return { code: "none", bytes: body.byteLength };
  } catch (error) {
    if (error instanceof HttpError) return { code: error.code, bytes: 0 };
    throw error;
  }
}

const OK = "HTTP/1.1 200 OK\r\n";
const chunked = (body: string): string => `${OK}Transfer-Encoding: chunked\r\n\r\n${body}`;

/** What a server says, and what becomes of the download. */
const TALKS: Readonly<Record<string, readonly [says: string, code: string]>> = {
  "nothing but a close": ["", "source_unreachable"],
  "no HTTP": ["SSH-2.0-OpenSSH_9.2\r\n", "source_unreachable"],
  "half a status line": ["HTTP/1.1 2", "source_unreachable"],
  "half its headers": [`${OK}Content-Type: image/png\r\n`, "source_unreachable"],
  "a body without length, up to the close": [`${OK}\r\n0123456789`, "none"],
  "HTTP/1.0": ["HTTP/1.0 200 OK\r\n\r\n0123456789", "none"],
  "fewer bytes than announced": [`${OK}Content-Length: 20\r\n\r\n0123456789`, "source_incomplete"],
  "no bytes of those announced": [`${OK}Content-Length: 20\r\n\r\n`, "source_incomplete"],
  "more bytes than announced": [`${OK}Content-Length: 5\r\n\r\n0123456789`, "none"],
  "a second answer nobody asked for": [
    `${OK}Content-Length: 1\r\n\r\nx${OK}Content-Length: 5\r\n\r\nevil!`,
    "none",
  ],
  "two lengths that differ": [
    `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\n012345`,
    "source_unreachable",
  ],
  "the same length twice": [`${OK}Content-Length: 5\r\nContent-Length: 5\r\n\r\n01234`, "source_unreachable"],
  "a negative length": [`${OK}Content-Length: -5\r\n\r\n01234`, "source_unreachable"],
  "a length that is no number": [`${OK}Content-Length: 0x5\r\n\r\n01234`, "source_unreachable"],
  "a length beyond all numbers": [
    `${OK}Content-Length: ${"9".repeat(30)}\r\n\r\n01234`,
    "source_unreachable",
  ],
  "a length and chunks": [
    `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n0\r\n\r\n`,
    "source_unreachable",
  ],
  chunks: [chunked("5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n"), "none"],
  "chunks without their end": [chunked("5\r\n01234\r\n"), "source_incomplete"],
  "half a chunk": [chunked("5\r\n01"), "source_incomplete"],
  "a chunk size that is no number": [chunked("zz\r\n01234\r\n0\r\n\r\n"), "source_incomplete"],
  "chunks with trailers": [chunked("5\r\n01234\r\n0\r\nEvil: x\r\n\r\n"), "none"],
  "endless trailers": [chunked(`5\r\n01234\r\n0\r\n${"Evil: x\r\n".repeat(5000)}\r\n`), "source_incomplete"],
  "a NUL in a header": [`${OK}X: a\0b\r\n\r\nx`, "source_unreachable"],
  "a header without a colon": [`${OK}evil\r\n\r\nx`, "source_unreachable"],
  "a flood of headers": [
    `${OK}${"X-Evil: aaaaaaaaaaaaaaaaaaaa\r\n".repeat(5000)}\r\nx`,
    "source_unreachable",
  ],
  "one endless header": [`${OK}X-Evil: ${"a".repeat(1_000_000)}\r\n\r\nx`, "source_unreachable"],
  "a few 1xx first": [
    `${"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".repeat(5)}${OK}Content-Length: 1\r\n\r\nx`,
    "none",
  ],
  "more than a few 1xx first": [
    `${"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".repeat(6)}${OK}Content-Length: 1\r\n\r\nx`,
    "source_unreachable",
  ],
  "a flood of 1xx": ["HTTP/1.1 103 Early Hints\r\n\r\n".repeat(20_000), "source_unreachable"],
  "a switch of protocols": [
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: evil\r\nConnection: upgrade\r\n\r\nx",
    "source_unreachable",
  ],
  "status 999": ["HTTP/1.1 999 Evil\r\nContent-Length: 0\r\n\r\n", "source_unreachable"],
  "status 99": ["HTTP/1.1 99 Evil\r\nContent-Length: 0\r\n\r\n", "source_unreachable"],
  "a 204 with a body": ["HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n01234", "source_unreachable"],
  "a 304 nobody asked for": ["HTTP/1.1 304 Not Modified\r\n\r\n", "source_unreachable"],
};

describe("an http source, facing a server that says", () => {
  for (const [name, [says, code]] of Object.entries(TALKS)) {
    it(name, async () => {
      const origin = await serve((socket) => socket.end(says, "latin1"));
      assert.equal((await download(`http://127.0.0.1:${origin.port}/`)).code, code);
    });
  }
});

describe("an http source, facing a server that", () => {
  it("resets the connection in the middle of a body", async () => {
    const origin = await serve((socket) => {
      socket.write(`${OK}Content-Length: 20\r\n\r\n0123456789`, () =>
        setTimeout(() => socket.resetAndDestroy(), 20),
      );
    });
    assert.equal((await download(`http://127.0.0.1:${origin.port}/`)).code, "source_incomplete");
  });

  it("resets the connection at once", async () => {
    const origin = await serve((socket) => socket.resetAndDestroy());
    assert.equal((await download(`http://127.0.0.1:${origin.port}/`)).code, "source_unreachable");
  });

  it("listens on no port", async () => {
    const origin = await serve(() => undefined);
    const { port } = origin;
    await closers.pop()?.();
    assert.equal((await download(`http://127.0.0.1:${port}/`)).code, "source_unreachable");
  });

  const silences: Readonly<Record<string, (socket: Socket) => void>> = {
    "never answers": () => undefined,
    "never ends its headers": (socket) => {
      socket.write(OK);
      const drip = setInterval(() => socket.write("X: x\r\n"), 20);
      socket.on("close", () => clearInterval(drip));
    },
    "never begins its body": (socket) => socket.write(`${OK}Content-Length: 20\r\n\r\n`),
    "drips its body": (socket) => {
      socket.write(`${OK}Content-Length: 100000\r\n\r\n`);
      const drip = setInterval(() => socket.write("x"), 20);
      socket.on("close", () => clearInterval(drip));
    },
    "never ends the body of a redirect": (socket) =>
      socket.write("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 20\r\n\r\nx"),
    "sends 1xx slowly": (socket) => {
      const drip = setInterval(() => socket.write("HTTP/1.1 103 Early Hints\r\n\r\n"), 80);
      socket.on("close", () => clearInterval(drip));
    },
  };
  for (const [name, speak] of Object.entries(silences)) {
    it(name, async () => {
      const origin = await serve(speak);
      const began = performance.now();
      assert.equal((await download(`http://127.0.0.1:${origin.port}/`)).code, "source_timeout");
      assert.ok(performance.now() - began < 3000);
      await allClosed(origin);
    });
  }

  it("sends without end", async () => {
    const origin = await serve((socket) => {
      socket.write(`${OK}\r\n`);
      const block = Buffer.alloc(65_536);
      const more = (): void => {
        if (!socket.destroyed) socket.write(block, more);
      };
      more();
    });
    assert.equal((await download(`http://127.0.0.1:${origin.port}/`, {}, 1_000_000)).code, "source_too_big");
    await allClosed(origin);
  });

  it("slips a second answer in does not have it taken for the next request", async () => {
    const origin = await serve((socket) => {
      socket.write(`${OK}Content-Length: 4\r\n\r\nmine${OK}Content-Length: 4\r\n\r\nevil`);
    });
    const http = httpSource(SETTINGS);
    closers.push(() => http.close());
    const { signal } = new AbortController();
    for (let count = 0; count < 3; count += 1) {
      const wish = { signal, maxBytes: 0, headers: {}, mode: "picture" } as const;
      const body = await readBody(await http.fetch(`http://127.0.0.1:${origin.port}/${count}`, wish), {
        maxBytes: 0,
      });
      assert.equal(body.toString(), "mine");
      await sleep(20);
    }
  });

  it("behaves in all these ways at once leaves nothing open", async () => {
    const talks = Object.values(TALKS).map(([says]) => says);
    let turn = 0;
    const origin = await serve((socket) => {
      turn += 1;
      const says = talks[turn % talks.length] ?? "";
      if (turn % 3 === 0) socket.write(says, "latin1", () => socket.resetAndDestroy());
      else socket.end(says.slice(0, (turn * 7919) % (says.length + 1)), "latin1");
    });
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, () =>
        download(`http://127.0.0.1:${origin.port}/`, { keepAliveSeconds: 0 }),
      ),
    );
    assert.equal(outcomes.length, 200);
    await allClosed(origin);
  });
});
