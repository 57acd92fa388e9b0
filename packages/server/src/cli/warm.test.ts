import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { after, describe, it } from "node:test";
import { serve } from "../../test/fixtures/fetching.ts";
import { until } from "../../test/fixtures/until.ts";
import { UsageError } from "./command.ts";
import { createWarm, type WarmParts } from "./warm.ts";

const dir = mkdtempSync(join(tmpdir(), "tintype-warm-"));
after(() => rmSync(dir, { recursive: true }));

let files = 0;
function list(lines: readonly string[]): string {
  const path = join(dir, `${(files += 1)}.txt`);
  writeFileSync(path, lines.join("\n"));
  return path;
}

/** Runs the command, and keeps what it printed and what its screen got. */
async function call(args: readonly string[], parts: Partial<WarmParts> & { isTTY?: boolean } = {}) {
  const out: string[] = [];
  const drawn: string[] = [];
  const screen = { isTTY: parts.isTTY ?? false, columns: 100, write: (line: string) => drawn.push(line) };
  const app = (): never => assert.fail("no server is started");
  const code = await createWarm({ screen, longestWait: 20, ...parts }).run({
    args,
    out: (line) => out.push(line),
    app,
  });
  return { code, out: out.join("\n"), drawn };
}

/** A server of pictures, every one of which is a hit from the second time on. */
function pictures(): RequestListener {
  const seen = new Set<string>();
  return ({ url = "", headers }, response) => {
    const key = `${url} ${headers.accept ?? ""}`;
    response.writeHead(200, { "x-cache": seen.has(key) ? "HIT" : "MISS" }).end("x".repeat(1000));
    seen.add(key);
  };
}

describe("tintype warm", () => {
  it("asks for every URL once for each class of clients", async () => {
    const { url, asks } = await serve(pictures());
    const other = await serve(pictures());
    const path = list(["\uFEFF/a//b@webp", "", "# a comment", `${other.url}/c?x=1\r`, "  /d  "]);
    const { code, out } = await call([path, "--server", `${url}/prefix/`]);
    assert.equal(code, 0);
    const asked = [...asks, ...other.asks].map(({ url, headers }) => `${url ?? ""} ${headers.accept ?? ""}`);
    assert.deepEqual(
      asked.toSorted(),
      ["/prefix/a//b@webp", "/c?x=1", "/prefix/d"]
        .flatMap((target) =>
          ["image/avif,image/webp", "image/webp", "*/*"].map((accept) => `${target} ${accept}`),
        )
        .toSorted(),
    );
    assert.match(out, /^Requests {2}9 in \d+\.\d s, [\d.]+ a second$/m);
    assert.match(out, /^X-Cache {3}MISS 9$/m);
    assert.match(out, /^Statuses {2}200 9$/m);
    assert.match(out, /^Read {6}9\.0 kB$/m);
    assert.match(out, /^Failed {4}0$/m);
  });

  it("tells hits from misses, and asks only as whom it is told", async () => {
    const { url, asks } = await serve(pictures());
    const args = [list(["/a", "/a", "/b"]), "--server", url, "--accept", "webp", "--concurrency", "1"];
    const { code, out } = await call(args);
    assert.equal(code, 0);
    assert.match(out, /^X-Cache {3}HIT 1, MISS 2$/m);
    assert.deepEqual(
      asks.map(({ headers }) => headers.accept),
      ["image/webp", "image/webp", "image/webp"],
    );
  });

  it("never asks more at once than it may, and not less where it can", async () => {
    let running = 0;
    let most = 0;
    const { url } = await serve((_, response) => {
      running += 1;
      most = Math.max(most, running);
      setImmediate(() => setImmediate(() => response.end("x", () => (running -= 1))));
    });
    const path = list(Array.from({ length: 40 }, (_, index) => `/${index}`));
    const { code } = await call([path, "--server", url, "--accept", "none", "--concurrency", "3"]);
    assert.equal(code, 0);
    assert.equal(most, 3);
  });

  it("reads standard input only as fast as it asks", async () => {
    const { url, asks } = await serve(pictures());
    let made = 0;
    const lines = function* () {
      for (; made < 200_000; made += 1) yield `/${made}\n`.padStart(4000);
      assert.fail("nobody stopped it");
    };
    const stopping: (() => void)[] = [];
    const running = call(["-", "--server", url], {
      stdin: () => Readable.from(lines(), { objectMode: false, highWaterMark: 1 }),
      onInterrupt: (stop) => {
        stopping.push(stop);
        return () => undefined;
      },
    });
    await until(() => asks.length > 100);
    stopping[0]?.();
    const { code, out } = await running;
    assert.equal(code, 1);
    assert.match(out, /^Stopped before the end\.$/m);
    assert.ok(made < 1000 + asks.length, `${made} lines were read for ${asks.length} requests`);
  });

  it("does not even wait for answers where it is interrupted twice", async () => {
    const { url, asks } = await serve(() => undefined);
    const stopping: (() => void)[] = [];
    const running = call([list(["/a", "/b"]), "--server", url, "--accept", "none", "--concurrency", "1"], {
      onInterrupt: (stop) => {
        stopping.push(stop);
        return () => undefined;
      },
    });
    await until(() => asks.length === 1);
    stopping[0]?.();
    stopping[0]?.();
    const { code, out } = await running;
    assert.equal(code, 1);
    assert.equal(asks.length, 1);
    assert.match(out, /\/a \(none\): expected an answer from .*, got called off$/m);
  });

  it("stops where standard input says nothing more", async () => {
    const stdin = new PassThrough();
    stdin.write("/a\n");
    const { url, asks } = await serve(pictures());
    const stopping: (() => void)[] = [];
    const running = call(["-", "--server", url, "--accept", "none"], {
      stdin: () => stdin,
      onInterrupt: (stop) => {
        stopping.push(stop);
        return () => undefined;
      },
    });
    await until(() => asks.length === 1);
    stopping[0]?.();
    const { code, out } = await running;
    assert.equal(code, 1);
    assert.match(out, /^Requests {2}1 in /m);
    assert.ok(stdin.destroyed);
  });
});

describe("tintype warm in trouble", () => {
  it("lists the first ten failures and ends with 1", async () => {
    const { url } = await serve(({ url }, response) => response.writeHead(url === "/0" ? 200 : 404).end());
    const path = list(Array.from({ length: 14 }, (_, index) => `/${index}`));
    const { code, out } = await call([path, "--server", url, "--accept", "avif"]);
    assert.equal(code, 1);
    assert.match(out, /^Statuses {2}200 1, 404 13$/m);
    assert.match(out, /^X-Cache {3}without 14$/m);
    assert.match(out, /^Failed {4}13\nThe first 10 failures:\n/m);
    assert.equal(out.match(/^ {2}http.*\/\d+ \(avif\): status 404$/gm)?.length, 10);
  });

  it("counts lines that are neither URLs nor paths, and goes on", async () => {
    const { url, asks } = await serve(pictures());
    const path = list(["a.jpg", "ftp://a/b", "http:///x", "\u001b[2J", "/a", "x".repeat(200_000)]);
    const { code, out } = await call([path, "--server", url, "--accept", "none"]);
    assert.equal(code, 1);
    assert.equal(asks.length, 1);
    assert.match(out, /^Failed {4}5$/m);
    assert.match(out, /^ {2}a\.jpg: expected an http\(s\) URL or a path$/m);
    assert.match(out, /^ {2}\\u001b\[2J: /m);
  });

  for (const [status, headers] of [
    [429, { "retry-after": "3600" }],
    [503, { "retry-after": new Date(Date.now() + 3_600_000).toUTCString() }],
    [503, {}],
    [429, { "retry-after": "0" }],
  ] as const)
    it(`asks again after ${status} ${JSON.stringify(headers)}, but waits only so long`, async () => {
      let left = 3;
      const { url, asks } = await serve((_, response) =>
        response.writeHead((left -= 1) > 0 ? status : 200, headers).end("busy"),
      );
      const { code, out } = await call([list(["/a"]), "--server", url, "--accept", "none"]);
      assert.equal(code, 0);
      assert.equal(asks.length, 3);
      assert.match(out, /^Statuses {2}200 1$/m);
      assert.match(out, /^Retries {3}2$/m);
    });

  it("gives up on a server that stays busy", async () => {
    const { url, asks } = await serve((_, response) => response.writeHead(503).end());
    const { code, out } = await call([list(["/a"]), "--server", url, "--accept", "none"]);
    assert.equal(code, 1);
    assert.equal(asks.length, 6);
    assert.match(out, /\/a \(none\): status 503$/m);
  });

  it("says that nobody listens, and that an answer broke off", async () => {
    const gone = await serve(() => undefined);
    await new Promise((resolve) => gone.server.close(resolve));
    const { url } = await serve((_, response) => {
      response.writeHead(200, { "content-length": "100", "x-cache": "MISS" }).write("x");
      setImmediate(() => response.destroy());
    });
    const { code, out } = await call([list([`${gone.url}/a`, `${url}/b`]), "--accept", "none"]);
    assert.equal(code, 1);
    assert.match(
      out,
      /\/a \(none\): expected an answer from .*, got nobody that listens there \(ECONNREFUSED\)$/m,
    );
    assert.match(out, /\/b \(none\): the answer broke off: /m);
    assert.match(out, /^Statuses {2}none$/m);
  });

  it("keeps few states, however many a server makes up", async () => {
    let count = 0;
    const { url } = await serve((_, response) =>
      response.writeHead(200, { "x-cache": `S${(count += 1)}` }).end(),
    );
    const path = list(Array.from({ length: 30 }, (_, index) => `/${index}`));
    const { out } = await call([path, "--server", url, "--accept", "none"]);
    assert.match(out, /^X-Cache .*others 10$/m);
  });

  it("rejects where there is no list", async () => {
    await assert.rejects(call([join(dir, "none.txt")]), { code: "ENOENT" });
  });

  for (const [args, message] of [
    [[], "expected one file of URLs, or - for standard input, got nothing"],
    [["-", "--accept", "gif"], 'expected avif, webp, none behind --accept, got "gif"'],
    [["-", "--concurrency", "0"], 'expected an integer from 1 to 256 behind --concurrency, got "0"'],
    [["-", "--concurrency", "1e1"], 'expected an integer from 1 to 256 behind --concurrency, got "1e1"'],
    [["-", "--server", "a"], 'expected an http(s) URL behind --server, got "a"'],
  ] as const)
    it(`${args.join(" ")}: ${message}`, async () => {
      await assert.rejects(call(args), (error) => {
        assert.ok(error instanceof UsageError);
        assert.equal(error.message, message);
        return true;
      });
    });
});

describe("progress of tintype warm", () => {
  it("is a bar on a terminal, and gone at the end", async () => {
    const held: (() => void)[] = [];
    const { url } = await serve(({ url }, response) => {
      response.setHeader("x-cache", "MISS");
      if (url === "/b") held.push(() => response.end());
      else response.end();
    });
    const drawn: string[] = [];
    const screen = { isTTY: true, columns: 100, write: (line: string) => drawn.push(line) };
    const args = [list(["/a", "/b"]), "--server", url, "--accept", "none"];
    const running = call(args, { screen });
    const half = /^\r\u001b\[K\[#{12}-{12}\] 1\/2 {2}[\d.]+\/s {2}MISS 1 {2}\d+ s left$/;
    await until(() => drawn.some((line) => half.test(line)));
    held[0]?.();
    await running;
    assert.equal(drawn.at(-1), "\r\u001b[K");
  });

  it("leaves other outputs alone for a short list", async () => {
    const { url } = await serve(pictures());
    const { drawn } = await call([list(["/a"]), "--server", url]);
    assert.deepEqual(drawn, []);
  });
});
