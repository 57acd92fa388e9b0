import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { dial, talk } from "../../test/fixtures/socket.ts";

const SCRIPT = fileURLToPath(new URL("../../test/fixtures/lifecycle.ts", import.meta.url));

class Running {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  output = "";

  constructor(...args: readonly string[]) {
    this.child = spawn(process.execPath, ["--conditions=tintype-source", SCRIPT, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.child.stdout?.on("data", (chunk: Buffer) => {
      this.output += chunk.toString();
    });
    this.exit = once(this.child, "exit").then(([code]) => code as number | null);
  }

  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (let round = 0; round < 500; round += 1) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      await sleep(10);
    }
    assert.fail(`expected ${String(pattern)}, got ${this.output}`);
  }
}

const started: Running[] = [];

async function start(...args: readonly string[]) {
  const server = new Running(...args);
  started.push(server);
  const port = Number((await server.said(/^(\d+)$/m))[1]);
  const ask = (path: string) => talk(port, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  return { server, port, ask };
}

after(() => started.map(({ child }) => child.kill("SIGKILL")));

describe("runUntilSignal", { concurrency: true }, () => {
  it("drains at SIGTERM: not ready at once, still serving, then finishing what is in flight", async () => {
    const { server, port, ask } = await start("0.3", "5");
    assert.match((await ask("/ready")).text, / 200 OK[^]*ready$/);
    server.child.kill("SIGTERM");
    await sleep(100);
    assert.match((await ask("/ready")).text, / 503 [^]*draining$/);
    const slow = ask("/slow");
    assert.match((await slow).text, / 200 OK[^]*slow$/);
    assert.equal(await server.exit, 0);
    assert.match(server.output, /renderers closed/);
    await assert.rejects(dial(port), /ECONNREFUSED/);
  });

  it("stops at SIGINT without a lame duck, and cuts what outlives the grace", async () => {
    const { server, ask } = await start("0", "0.2");
    const hanging = ask("/hang");
    await server.said(/hang began/);
    server.child.kill("SIGINT");
    assert.deepEqual(await hanging, { text: "", closed: true });
    assert.equal(await server.exit, 0);
  });

  for (const [signal, code] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const) {
    it(`exits with ${code} when ${signal} comes second`, async () => {
      const { server, ask } = await start("20", "20");
      server.child.kill("SIGTERM");
      await sleep(100);
      assert.match((await ask("/ready")).text, / 503 /);
      server.child.kill(signal);
      assert.equal(await server.exit, code);
      assert.doesNotMatch(server.output, /renderers closed/);
    });
  }

  for (const [path, said] of [
    ["/throw", /uncaughtException: thrown in a timer/],
    ["/reject", /unhandledRejection: rejected in a timer/],
  ] as const) {
    it(`answers 500 to the request of ${path}, finishes the others and exits with 1`, async () => {
      const { server, ask } = await start("0", "5");
      const slow = ask("/slow");
      await server.said(/slow began/);
      assert.match((await ask(path)).text, / 500 [^]*Internal error$/);
      assert.match((await slow).text, / 200 OK[^]*slow$/);
      assert.equal(await server.exit, 1);
      assert.match(server.output, said);
      assert.match(server.output, /renderers closed/);
    });
  }

  it("exits with 1 when the renderers do not end in order", async () => {
    const { server } = await start("0", "0", "fail");
    server.child.kill("SIGTERM");
    assert.equal(await server.exit, 1);
    assert.match(server.output, /shutdown: a renderer did not end/);
  });
});
