import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { dial, hear, parts, talk } from "../../test/fixtures/socket.ts";
import type { Ask, Handle, Reply } from "../message.ts";
import { listen } from "./node.ts";
import type { Door, DoorEvent, ListenOptions } from "./node.ts";

const get = (path: string, more = ""): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const CLOSE = "Connection: close\r\n";
const text = (body: string, headers: Reply["headers"] = {}): Reply => ({ status: 200, headers, body });

/** Doors that a test opened, and what they told. */
const doors: Door[] = [];
const events: DoorEvent[] = [];

async function openDoor(handle: Handle, options: Partial<ListenOptions> = {}): Promise<Door> {
  events.length = 0;
  const report = (event: DoorEvent): void => void events.push(event);
  const door = await listen(handle, { bind: "127.0.0.1:0", report, ...options });
  doors.push(door);
  return door;
}

after(() => Promise.all(doors.map((door) => door.close({ graceSeconds: 0 }))));

async function* chunks(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    await sleep(1);
    yield Buffer.from(part);
  }
  // Lets what was yielded reach the client before the end does.
  await sleep(10);
}

async function waitFor(isTrue: () => boolean): Promise<void> {
  for (let round = 0; round < 300 && !isTrue(); round += 1) await sleep(10);
  assert.ok(isTrue(), isTrue.toString());
}

describe("asks", () => {
  it("carry what was sent", async () => {
    const asks: Ask[] = [];
    const door = await openDoor((ask) => {
      asks.push(ask);
      return Promise.resolve(text("ok"));
    });
    await talk(door.port, get("/a%20b/../c?d", "X-Twice: 1\r\nX-Twice: 2\r\n"), { until: /ok$/ });
    const [ask] = asks;
    assert.equal(ask?.method, "GET");
    assert.equal(ask.target, "/a%20b/../c?d");
    assert.equal(ask.headers["x-twice"], "1, 2");
    assert.equal(ask.peer, "127.0.0.1");
    assert.equal(ask.signal.aborted, false);
  });

  it("abort when the client hangs up, and not when it has its answer", async () => {
    const asks: Ask[] = [];
    const door = await openDoor(async (ask) => {
      asks.push(ask);
      if (ask.target === "/slow") await once(ask.signal, "abort");
      return text("ok");
    });
    await talk(door.port, get("/fast", CLOSE));
    const socket = await dial(door.port);
    socket.write(get("/slow"));
    await waitFor(() => asks.length === 2);
    socket.destroy();
    await waitFor(() => asks[1]?.signal.aborted === true);
    assert.equal(asks[0]?.signal.aborted, false);
    assert.deepEqual(events, []);
    await waitFor(() => door.requests === 0);
  });

  it("abort when the client closes its half", async () => {
    let aborted = false;
    const door = await openDoor(async (ask) => {
      await once(ask.signal, "abort");
      aborted = true;
      throw ask.signal.reason;
    });
    const socket = await dial(door.port);
    socket.end(get("/"));
    await waitFor(() => aborted);
    assert.deepEqual(events, []);
  });
});

describe("replies", () => {
  const big = Buffer.alloc(300_000, 7);

  const REPLIES: readonly (readonly [string, Reply, string, string])[] = [
    ["text", text("grüße", { "Content-Type": "text/plain" }), "7", "gr\xc3\xbc\xc3\x9fe"],
    ["bytes", { status: 200, headers: {}, body: big }, "300000", big.toString("latin1")],
    ["nothing", text(""), "0", ""],
    ["a length that lies", text("abc", { "Content-Length": "9" }), "3", "abc"],
  ];
  for (const [name, reply, length, body] of REPLIES) {
    it(`send ${name} with its length`, async () => {
      const door = await openDoor(() => Promise.resolve(reply));
      const answer = parts(await talk(door.port, get("/", CLOSE)));
      assert.equal(answer.headers.get("content-length"), length);
      assert.equal(answer.body, body);
      assert.ok(answer.headers.has("date"));
    });
  }

  it("stream with an announced length, and in chunks without", async () => {
    const door = await openDoor((ask) =>
      Promise.resolve({
        status: 200,
        headers: ask.target === "/known" ? { "Content-Length": "6" } : {},
        body: chunks("abc", "", "def"),
      }),
    );
    const known = parts(await talk(door.port, get("/known", CLOSE)));
    assert.equal(known.headers.get("content-length"), "6");
    assert.equal(known.body, "abcdef");
    const unknown = parts(await talk(door.port, get("/unknown", CLOSE)));
    assert.equal(unknown.headers.get("transfer-encoding"), "chunked");
    assert.equal(unknown.body, "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n");
  });

  it("answer HEAD like GET without the body", async () => {
    let released = false;
    const stream: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new Error("HEAD has read the body")),
        return: () => {
          released = true;
          return Promise.resolve({ done: true, value: undefined });
        },
      }),
    };
    const replies: Record<string, Reply> = {
      "/bytes": { status: 404, headers: { ETag: '"x"' }, body: "abc" },
      "/said": { status: 200, headers: { "Content-Length": "99" }, body: "" },
      "/stream": { status: 200, headers: { "Content-Length": "5" }, body: stream },
    };
    const door = await openDoor((ask) => Promise.resolve(replies[ask.target] ?? text("")));
    const head = (path: string) => talk(door.port, get(path, CLOSE).replace("GET", "HEAD"));
    const bytes = parts(await head("/bytes"));
    assert.deepEqual([bytes.status, bytes.headers.get("content-length"), bytes.body], [404, "3", ""]);
    assert.equal(bytes.headers.get("etag"), '"x"');
    const said = parts(await head("/said"));
    assert.deepEqual([said.headers.get("content-length"), said.body], ["99", ""]);
    const streamed = parts(await head("/stream"));
    assert.deepEqual([streamed.headers.get("content-length"), streamed.body], ["5", ""]);
    assert.equal(released, true);
    assert.deepEqual(events, []);
  });

  it("send neither body nor length with 304", async () => {
    const door = await openDoor(() => Promise.resolve({ status: 304, headers: { ETag: '"x"' }, body: "" }));
    const answer = parts(await talk(door.port, get("/", CLOSE)));
    assert.equal(answer.status, 304);
    assert.equal(answer.headers.has("content-length"), false);
    assert.equal(answer.body, "");
  });

  it("leave the connection's own headers to Node", async () => {
    const headers = { Connection: "upgrade", "Transfer-Encoding": "gzip", "keep-alive": "timeout=999" };
    const door = await openDoor(() => Promise.resolve(text("ok", headers)));
    const answer = parts(await talk(door.port, get("/"), { until: /ok$/ }));
    assert.equal(answer.headers.get("connection"), "keep-alive");
    assert.equal(answer.headers.get("keep-alive"), "timeout=10");
    assert.equal(answer.headers.has("transfer-encoding"), false);
  });
});

describe("faults", () => {
  const failing: Readonly<Record<string, Handle>> = {
    "a handler that rejects": () => Promise.reject(new Error("private words")),
    "a handler that throws": () => {
      throw new Error("private words");
    },
    "a header with a line break": () => Promise.resolve(text("x", { Link: "a\r\nSet-Cookie: b" })),
    "a header with a zero byte": () => Promise.resolve(text("x", { Link: "a\0b" })),
    "a header beyond one byte a character": () => Promise.resolve(text("x", { Link: "日本" })),
    "a header name that is none": () => Promise.resolve(text("x", { "A b": "c" })),
    "a status that is none": () => Promise.resolve({ status: 42, headers: {}, body: "x" }),
  };
  for (const [name, handle] of Object.entries(failing)) {
    it(`answer 500 to ${name}, and the server lives`, async () => {
      const door = await openDoor((ask) =>
        ask.target === "/fine" ? Promise.resolve(text("fine")) : handle(ask),
      );
      const answer = await talk(door.port, get("/") + get("/fine", CLOSE));
      assert.match(answer.text, /^HTTP\/1.1 500 Internal Server Error\r\n/);
      assert.match(answer.text, /Internal errorHTTP\/1.1 200 OK\r\n[^]*fine$/);
      assert.doesNotMatch(answer.text, /private|Set-Cookie/);
      assert.deepEqual(
        events.map(({ kind }) => kind),
        ["fault"],
      );
    });
  }

  it("are found before the door opens where its own headers are none", async () => {
    const opening = openDoor(() => Promise.resolve(text("")), { headers: { Server: "a\r\nb" } });
    await assert.rejects(opening, /Invalid character in header content/);
  });

  const broken: Readonly<Record<string, Reply>> = {
    "a body that fails": {
      status: 200,
      headers: {},
      body: (async function* () {
        yield* chunks("abc");
        throw new Error("the source broke off");
      })(),
    },
    "a body that is too short": { status: 200, headers: { "Content-Length": "9" }, body: chunks("abc") },
    "a body that is too long": {
      status: 200,
      headers: { "content-length": "4" },
      body: chunks("abc", "def"),
    },
  };
  for (const [name, reply] of Object.entries(broken)) {
    it(`cut the connection at ${name}`, async () => {
      const door = await openDoor(() => Promise.resolve(reply));
      const answer = await talk(door.port, get("/"));
      assert.equal(answer.closed, true);
      assert.match(answer.text, /abc/);
      assert.doesNotMatch(answer.text, /0\r\n\r\n$|def/);
      await waitFor(() => events.length === 1);
      assert.equal(events[0]?.kind, "cut");
    });
  }
});

describe("connections", () => {
  it("serve pipelined requests in order and one at a time", async () => {
    let running = 0;
    let most = 0;
    const door = await openDoor(async (ask) => {
      running += 1;
      most = Math.max(most, running);
      await sleep(ask.target === "/1" ? 30 : 1);
      running -= 1;
      return text(`<${ask.target}>`);
    });
    const answer = await talk(door.port, get("/1") + get("/2") + get("/3", CLOSE));
    assert.deepEqual(answer.text.match(/<\/\d>/g), ["</1>", "</2>", "</3>"]);
    assert.equal(most, 1);
  });

  it("are cut when they send far ahead of their answers, and hold nobody up", async () => {
    const door = await openDoor(({ target }) =>
      target === "/late" ? new Promise(() => undefined) : Promise.resolve(text("ok")),
    );
    const answer = await talk(door.port, get("/late") + get("/").repeat(50_000));
    assert.deepEqual(answer, { text: "", closed: true });
    assert.match((await talk(door.port, get("/", CLOSE))).text, /ok$/);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ["refused"],
    );
  });

  it("may send some of their requests ahead", async () => {
    const door = await openDoor(() => Promise.resolve(text("ok")));
    const answer = await talk(door.port, get("/").repeat(99) + get("/", CLOSE));
    assert.equal(answer.text.match(/HTTP\/1.1 200 /g)?.length, 100);
  });

  it("answer what came before garbage, and then the garbage", async () => {
    const door = await openDoor(async () => {
      await sleep(20);
      return text("good");
    });
    const answer = await talk(door.port, `${get("/")}garbage\r\n\r\n`);
    assert.match(answer.text, /^HTTP\/1.1 200 [^]*goodHTTP\/1.1 400 [^]*400 Bad Request$/);
    assert.equal(answer.closed, true);
  });

  it("end when a head does not arrive in time", async () => {
    const door = await openDoor(() => Promise.resolve(text("ok")), { readHeadTimeoutSeconds: 0.2 });
    const socket = await dial(door.port);
    const drip = setInterval(() => socket.write("X: y\r\n"), 50);
    socket.write("GET / HTTP/1.1\r\n");
    const answer = await hear(socket);
    clearInterval(drip);
    assert.equal(answer.closed, true);
    assert.equal(parts(answer).status, 408);
    assert.equal(parts(answer).body, "Request Timeout");
  });

  it("end without a second answer when a body does not arrive in time", async () => {
    const door = await openDoor(() => Promise.resolve(text("ok")), { readRequestTimeoutSeconds: 0.2 });
    const answer = await talk(door.port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
    assert.equal(answer.closed, true);
    assert.match(answer.text, /^HTTP\/1.1 200 [^]*ok$/);
  });

  it("end when the client does not read", async () => {
    const signals: AbortSignal[] = [];
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (let count = 0; count < 10_000; count += 1) yield await Promise.resolve(Buffer.alloc(65_536));
    };
    const door = await openDoor(
      (ask) => {
        signals.push(ask.signal);
        const body = ask.target === "/stream" ? endless() : Buffer.alloc(32_000_000);
        return Promise.resolve({ status: 200, headers: {}, body });
      },
      { writeResponseTimeoutSeconds: 0.2 },
    );
    for (const path of ["/stream", "/bytes"]) {
      const socket = await dial(door.port);
      socket.pause();
      socket.write(get(path));
      await waitFor(() => events.length > 0);
      assert.deepEqual(events.splice(0)[0]?.kind, "cut");
      await waitFor(() => door.requests === 0);
      socket.destroy();
    }
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, true],
    );
  });

  it("are kept for the next request, or not", async () => {
    const answers = async (keepAliveSeconds: number): Promise<string | undefined> => {
      const door = await openDoor(() => Promise.resolve(text("ok")), { keepAliveSeconds });
      const answer = await talk(door.port, get("/"), { until: /ok$/ });
      return parts(answer).headers.get("connection");
    };
    assert.equal(await answers(5), "keep-alive");
    assert.equal(await answers(0), "close");
  });

  it("wait for their turn when there are too many", async () => {
    const door = await openDoor(() => Promise.resolve(text("ok")), { maxClients: 1 });
    const first = await dial(door.port);
    const second = await dial(door.port);
    second.write(get("/second"));
    const third = await dial(door.port);
    third.destroy();
    const early = await hear(second, { milliseconds: 100 });
    assert.deepEqual(early, { text: "", closed: false });
    const late = hear(second, { until: /ok$/ });
    first.write(get("/first"));
    assert.match((await hear(first, { until: /ok$/ })).text, /ok$/);
    first.destroy();
    assert.match((await late).text, /ok$/);
    second.destroy();
  });

  it("that are idle make room for those that wait, those that work do not", async () => {
    const door = await openDoor(
      ({ target }) =>
        target === "/slow" ? sleep(3000).then(() => text("slow")) : Promise.resolve(text("ok")),
      { maxClients: 2 },
    );
    const working = await dial(door.port);
    working.write(get("/slow"));
    const idle = await dial(door.port);
    idle.write(get("/"));
    assert.match((await hear(idle, { until: /ok$/ })).text, /ok$/);
    const ended = hear(idle);
    const next = await dial(door.port);
    next.write(get("/next", CLOSE));
    assert.match((await hear(next)).text, /ok$/);
    assert.equal((await ended).closed, true);
    assert.match((await hear(working, { until: /slow$/ })).text, /slow$/);
    working.destroy();
  });

  it("that end while they wait take nobody's turn", async () => {
    const door = await openDoor(() => Promise.resolve(text("ok")), { maxClients: 1 });
    const first = await dial(door.port);
    for (let turn = 0; turn < 3; turn += 1) (await dial(door.port)).destroy();
    const half = await dial(door.port);
    half.end(get("/", CLOSE));
    const last = await dial(door.port);
    last.write(get("/"));
    // So long that every end has arrived.
    assert.deepEqual(await hear(last, { milliseconds: 200 }), { text: "", closed: false });
    const answers = [half, last].map((socket) => hear(socket, { until: /ok$/, milliseconds: 4000 }));
    first.destroy();
    // Much sooner than a head is given up that never comes.
    for (const answer of await Promise.all(answers)) assert.match(answer.text, /^(?:$|HTTP\/1.1 200[^]*ok$)/);
    assert.match((await answers[1])?.text ?? "", /ok$/);
    last.destroy();
  });

  it("are as many as one peer may have, and are cut beyond", async () => {
    const door = await openDoor(() => Promise.resolve(text("ok")), { maxClientsPerPeer: 2 });
    const [first, second] = [await dial(door.port), await dial(door.port)];
    for (let turn = 0; turn < 3; turn += 1)
      assert.deepEqual(await talk(door.port, get("/"), { milliseconds: 1000 }), { text: "", closed: true });
    assert.deepEqual(events.splice(0), [{ kind: "crowded", peer: "127.0.0.1" }]);
    first.destroy();
    second.destroy();
    let late = "";
    for (let turn = 0; turn < 50 && !late.endsWith("ok"); turn += 1) {
      late = (await talk(door.port, get("/", CLOSE))).text;
      await sleep(20);
    }
    assert.match(late, /ok$/);
  });

  it("are not counted of a peer that is no client", async () => {
    const limits = { maxClientsPerPeer: 1, isClient: (peer: string) => peer !== "127.0.0.1" };
    const door = await openDoor(() => Promise.resolve(text("ok")), limits);
    const first = await dial(door.port);
    assert.match((await talk(door.port, get("/", CLOSE))).text, /ok$/);
    first.destroy();
  });

  it("work over a unix socket, and over what a killed server left of one", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tintype-door-"));
    const path = join(folder, "socket");
    const door = await openDoor(() => Promise.resolve(text("ok")), { bind: path, network: "unix" });
    assert.equal(door.url, `unix:${path}`);
    assert.match((await talk(path, get("/", CLOSE))).text, /ok$/);
    await assert.rejects(
      openDoor(() => Promise.resolve(text("")), { bind: path, network: "unix" }),
      /EADDRINUSE/,
    );
    await door.close({ graceSeconds: 0 });
    await rm(folder, { recursive: true });
  });
});

describe("closing", () => {
  it("finishes what is in flight, ends what is idle and refuses what is new", async () => {
    const door = await openDoor(async (ask) => {
      if (ask.target === "/stream") return { status: 200, headers: {}, body: chunks("abc", "def") };
      await sleep(150);
      return text("finished");
    });
    const idle = await dial(door.port);
    idle.write(get("/stream"));
    await hear(idle, { until: /0\r\n\r\n$/ });
    const silent = await dial(door.port);
    const busy = await dial(door.port);
    busy.write(get("/"));
    await waitFor(() => door.requests === 1);
    const ends = [hear(idle), hear(silent), hear(busy)];
    await door.close({ graceSeconds: 5 });
    const [idleEnd, silentEnd, busyEnd] = await Promise.all(ends);
    assert.deepEqual(idleEnd, { text: "", closed: true });
    assert.deepEqual(silentEnd, { text: "", closed: true });
    assert.match(busyEnd?.text ?? "", /Connection: close\r\n[^]*finished$/);
    await assert.rejects(dial(door.port), /ECONNREFUSED/);
  });

  it("ends a connection whose long answer began before", async () => {
    const gate = new EventEmitter();
    const opened = once(gate, "open");
    const door = await openDoor(() =>
      Promise.resolve({
        status: 200,
        headers: {},
        body: (async function* () {
          yield* chunks("abc");
          await opened;
          yield* chunks("def");
        })(),
      }),
    );
    const socket = await dial(door.port);
    socket.write(get("/"));
    await hear(socket, { until: /abc/ });
    const rest = hear(socket);
    const closed = door.close({ graceSeconds: 5 });
    gate.emit("open");
    assert.deepEqual(await rest, { text: "3\r\ndef\r\n0\r\n\r\n", closed: true });
    await closed;
  });

  it("cuts what is not finished after the grace", async () => {
    const signals: AbortSignal[] = [];
    const door = await openDoor(async (ask) => {
      signals.push(ask.signal);
      await once(ask.signal, "abort");
      throw ask.signal.reason;
    });
    const answer = talk(door.port, get("/"));
    await waitFor(() => signals.length === 1);
    await Promise.all([door.close({ graceSeconds: 0.1 }), door.close({ graceSeconds: 0.1 })]);
    assert.deepEqual(await answer, { text: "", closed: true });
    await waitFor(() => signals[0]?.aborted === true);
  });

  it("begins by asking clients to leave", async () => {
    const door = await openDoor(() => Promise.resolve(text("ok")));
    door.drain();
    const answer = await talk(door.port, get("/"));
    assert.match(answer.text, /Connection: close\r\n[^]*ok$/);
    assert.equal(answer.closed, true);
  });
});
