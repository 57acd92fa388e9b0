import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, describe, it } from "node:test";
import { createStats, type Stats } from "../observe/stats.ts";
import { draw } from "./top-draw.ts";
import type { Terminal } from "./top-terminal.ts";
import { age, bar, count, size, three, time } from "./top-words.ts";
import { top } from "./top.ts";

const FIGURES: Stats["recent"] = {
  seconds: 9.5,
  requests: 1200,
  perSecond: 126.316,
  states: { hit: 800, stale: 20, miss: 300, shared: 50, bypass: 20, raw: 10 },
  statuses: { "2xx": 1150, "3xx": 30, "4xx": 18, "5xx": 2 },
  errors: [
    { code: "queue_full", count: 15 },
    { code: "internal", count: 2 },
  ],
  refused: 15,
  hitRatio: 0.701,
  milliseconds: { p50: 2.4, p95: 180.2, p99: 1234 },
  bytesServed: 40_000_000,
  bytesSaved: 190_000_000,
};

const STATS: Stats = {
  time: "2026-11-26T10:00:10.000Z",
  uptimeSeconds: 273_906,
  recent: FIGURES,
  total: { ...FIGURES, requests: 12_345_678, bytesSaved: 1_234_000_000_000 },
  queue: { length: 3, running: 2 },
  renderers: { ready: 1, size: 2, restarts: 4 },
  workersUtilization: 175,
  tiers: [
    { tier: "memory", bytes: 64_000_000, entries: 1234 },
    { tier: "disk", bytes: 9_900_000_000, entries: 234_567 },
  ],
  memoryBytes: 132_456_000,
  slowest: [
    {
      source: "https://a.example/pictures/b.jpg",
      options: "rs:fit:800:800/f:webp",
      status: 200,
      state: "miss",
      milliseconds: 2345,
      steps: { fetch: 1900, wait: 45, render: 400 },
      secondsAgo: 12,
    },
    {
      source: `https://a.example/\u001b[2J${"x".repeat(90)}`,
      options: "",
      status: 504,
      state: null,
      milliseconds: 987,
      steps: null,
      secondsAgo: 1,
    },
  ],
};

const VIEW = `
tintype  up 3d 04:05:06                                            memory 132 MB

requests   126/s   12,345,678 since start
time       p50 2.40 ms   p95 180 ms   p99 1.23 s
cache      [###################################---------------] 70.1 %
           hit 800   stale 20   miss 300   shared 50   bypass 20   raw 10
answers    2xx 1,150   3xx 30   4xx 18   5xx 2
errors     queue_full 15   internal 2
queue      3 waiting   2 running
renderers  1 of 2 ready   4 restarted
saved      20.0 MB/s   1.23 TB since start
tiers      memory 64.0 MB in 1,234   disk 9.90 GB in 234,567

Slowest pictures of the last minute
  2.35 s  miss    fetch 1.90 s    https://a.example/pictures/b.jpg  rs:fit:800:…
  987 ms  504                     https://a.example/\\u001b[2Jxxxxxxxxxxxxxxxxxx…`.slice(1);

const EXTENT = { columns: 80, rows: 24 };

describe("draw", () => {
  it("draws the view", () => assert.equal(draw(STATS, undefined, EXTENT), VIEW));

  it("has rates of the time since it drew last, if the server is the same", () => {
    const total = { ...STATS.total, requests: 12_345_578, bytesSaved: 1_233_999_999_000 };
    const previous = { ...STATS, total, time: "2026-11-26T10:00:08.000Z", uptimeSeconds: 273_904 };
    const lines = draw(STATS, previous, EXTENT).split("\n");
    assert.equal(lines[2], "requests   50.0/s   12,345,678 since start");
    assert.equal(lines[10], "saved      500 B/s   1.23 TB since start");
    const younger = { ...STATS, uptimeSeconds: 3 };
    assert.match(draw(younger, previous, EXTENT), /^requests {3}126\/s/m);
    assert.match(draw(STATS, STATS, EXTENT), /^requests {3}126\/s/m);
  });

  it("says what is not known", () => {
    const lines = draw(createStats().snapshot(), undefined, EXTENT).split("\n").slice(2);
    assert.deepEqual(lines, [
      "requests   0.00/s   0 since start",
      "time       nothing in the last ten seconds",
      `cache      [${"-".repeat(50)}] no lookups`,
      "           hit 0   stale 0   miss 0   shared 0   bypass 0   raw 0",
      "answers    2xx 0   3xx 0   4xx 0   5xx 0",
      "errors     none",
      "queue      unknown",
      "renderers  unknown",
      "saved      0 B/s   0 B since start",
      "",
      "No pictures in the last minute.",
    ]);
  });

  it("fits any terminal", () => {
    for (const columns of [1, 10, 40, 80, 200])
      for (const rows of [0, 1, 5, 24, 100]) {
        const text = draw(STATS, undefined, { columns, rows });
        const lines = text === "" ? [] : text.split("\n");
        assert.ok(lines.length <= rows, `${rows} rows`);
        for (const line of lines) assert.ok(line.length <= columns, `${columns}: ${line}`);
        assert.doesNotMatch(text.replaceAll("\n", ""), /[\u0000-\u001f\u007f]/);
      }
  });

  it("writes numbers short", () => {
    assert.deepEqual([0, 999, 1000, 1234567].map(count), ["0", "999", "1,000", "1,234,567"]);
    assert.deepEqual([-1, 0, 999, 999.6, 12_345, 999_499, 999_999, 1e15].map(size), [
      "0 B",
      "0 B",
      "999 B",
      "1.00 kB",
      "12.3 kB",
      "999 kB",
      "1.00 MB",
      "1.00 PB",
    ]);
    assert.deepEqual([0.1, 12.34, 999.6, 61_000].map(time), ["0.10 ms", "12.3 ms", "1.00 s", "61.0 s"]);
    assert.deepEqual([0, 59.9, 3600, 90_061].map(age), ["00:00:00", "00:00:59", "01:00:00", "1d 01:01:01"]);
    assert.deepEqual([9.99, 9.996, 99.94, 99.96].map(three), ["9.99", "10.0", "99.9", "100"]);
    assert.deepEqual([bar(0.5, 6), bar(2, 4), bar(-1, 4), bar(1, 1)], ["[##--]", "[##]", "[--]", "[]"]);
  });
});

/** The operator's listener, which counts how often it was asked. */
const asked: (string | undefined)[] = [];
const answer = { status: 200, body: JSON.stringify(STATS) };
const server = createServer((request, response) => {
  asked.push(`${request.url ?? ""} ${request.headers.authorization ?? ""}`);
  response.writeHead(answer.status, { "Content-Type": "application/json" }).end(answer.body);
}).listen(0, "127.0.0.1");
await once(server, "listening");
const SERVER = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
after(() => {
  server.close();
  server.closeAllConnections();
});

/** A terminal that remembers what was written on it. */
class FakeTerminal implements Terminal {
  written = "";
  readonly modes: boolean[] = [];
  readonly keyboard = Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => this.modes.push(isRaw),
    resume: () => undefined,
    pause: () => undefined,
  });
  readonly screen = Object.assign(new EventEmitter(), {
    isTTY: true,
    columns: 80,
    rows: 24,
    write: (text: string) => (this.written += text),
  });

  async shows(text: string, times = 1): Promise<void> {
    for (let tries = 0; tries < 400 && this.written.split(text).length <= times; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 25));
    assert.ok(this.written.split(text).length > times, `${text} is not shown:\n${this.written}`);
  }
}

const find = () => ({ server: SERVER, token: "from-config" });

function run(args: readonly string[], terminal: Terminal) {
  const lines: string[] = [];
  const code = top(find, () => terminal).run({
    args,
    out: (line) => lines.push(line),
    app: () => Promise.reject(new Error("not needed")),
  });
  return { code, lines };
}

async function withAnswer(changed: Partial<typeof answer>, use: () => Promise<unknown>): Promise<void> {
  const before = { ...answer };
  Object.assign(answer, changed);
  await use();
  Object.assign(answer, before);
}

const RESTORED = "\u001b[?7h\u001b[?25h\u001b[?1049l";

describe("tintype top", () => {
  it("prints plain text with --once, and where there is no terminal", async () => {
    const pipe = new FakeTerminal();
    pipe.screen.isTTY = false;
    for (const [args, terminal] of [
      [["--once"], new FakeTerminal()],
      [[], pipe],
    ] as const) {
      asked.length = 0;
      const { code, lines } = run([...args], terminal);
      assert.equal(await code, 0);
      assert.deepEqual(lines, [draw(STATS, undefined, { columns: 120, rows: Infinity })]);
      assert.deepEqual([terminal.written, terminal.modes], ["", []]);
      assert.deepEqual(asked, ["/stats Bearer from-config"]);
    }
  });

  it("takes server and token from flags", async () => {
    asked.length = 0;
    const { code } = run(["--once", "--server", SERVER, "--token", "mine"], new FakeTerminal());
    assert.equal(await code, 0);
    assert.deepEqual(asked, ["/stats Bearer mine"]);
  });

  for (const [status, body, message] of [
    [
      401,
      '{"error":{"message":"no token"}}',
      "the server answered 401: no token (give --token or set TINTYPE_OPERATOR_TOKEN)",
    ],
    [500, "oops", "the server answered 500"],
    [200, "{}", `expected figures of this version, got others: is ${SERVER} the operator's listener?`],
    [200, "<html>", `expected figures of this version, got others: is ${SERVER} the operator's listener?`],
  ] as const)
    it(`says what is wrong at the start: ${status} ${body.slice(0, 8)}`, async () => {
      const terminal = new FakeTerminal();
      await withAnswer({ status, body }, () => assert.rejects(run([], terminal).code, { message }));
      assert.deepEqual([terminal.written, terminal.modes], ["", []]);
    });

  for (const key of ["q", "\u0003"])
    it(`draws every second until ${JSON.stringify(key)}, and restores the terminal`, async () => {
      const terminal = new FakeTerminal();
      const signals = process.listenerCount("SIGTERM");
      const { code, lines } = run([], terminal);
      await terminal.shows("requests   ", 2);
      terminal.keyboard.emit("data", Buffer.from("x"));
      assert.equal(terminal.written.includes(RESTORED), false);
      terminal.keyboard.emit("data", Buffer.from(key));
      assert.equal(await code, 0);
      assert.deepEqual(lines, []);
      assert.ok(terminal.written.startsWith("\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[Htintype  up 3d"));
      assert.ok(terminal.written.endsWith(RESTORED));
      assert.deepEqual(terminal.modes, [true, false]);
      assert.deepEqual(
        [terminal.keyboard.listenerCount("data"), terminal.screen.listenerCount("resize")],
        [0, 0],
      );
      assert.equal(process.listenerCount("SIGTERM"), signals);
    });

  it("draws anew when the terminal is resized", async () => {
    const terminal = new FakeTerminal();
    const { code } = run([], terminal);
    await terminal.shows("memory 132 MB");
    terminal.screen.columns = 30;
    terminal.written = "";
    terminal.screen.emit("resize");
    assert.ok(terminal.written.includes("requests   126/s   12,345,678…\u001b[K"), terminal.written);
    Object.assign(terminal.screen, { columns: 0, rows: 0 });
    terminal.written = "";
    terminal.screen.emit("resize");
    assert.ok(
      terminal.written.includes("requests   126/s   12,345,678 since start\u001b[K"),
      terminal.written,
    );
    terminal.keyboard.emit("data", "q");
    await code;
  });

  it("goes on where the server is away for a while, and says so", async () => {
    const terminal = new FakeTerminal();
    const { code } = run([], terminal);
    await terminal.shows("requests   ");
    await withAnswer({ status: 503, body: "" }, () => terminal.shows("the server answered 503"));
    terminal.written = "";
    await terminal.shows("requests   ");
    await terminal.shows("requests   ", 2);
    assert.equal(terminal.written.slice(terminal.written.lastIndexOf("\u001b[H")).includes("503"), false);
    terminal.keyboard.emit("data", "q");
    assert.equal(await code, 0);
  });
});
