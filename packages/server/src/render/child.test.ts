import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TestContext } from "node:test";
import { HttpError } from "../errors.ts";
import { Child } from "./child.ts";
import { childCommand, importFlags } from "./command.ts";
import type { Command } from "./command.ts";

const ENTRY = new URL("../../test/fixtures/child.ts", import.meta.url);
const SETUP = { kind: "setup", json: {}, blobs: [] } as const;
const SLEEP = { kind: "job", json: { act: "sleep", ms: 60_000 }, blobs: [] } as const;

function start(t: TestContext, command: Command = childCommand(ENTRY, importFlags())) {
  const ends: string[] = [];
  const onEnd = (_child: Child, reason: string) => ends.push(reason);
  const child = new Child({ command, maxReplyBytes: 1000, onLog: () => undefined, onEnd });
  t.after(() => child.kill("the test is over"));
  return { child, ends };
}

describe("child", () => {
  it("tells when its program cannot be started", async (t) => {
    const { child, ends } = start(t, { file: "/missing/program", args: [], env: {} });
    await assert.rejects(child.ask(SETUP), { code: "renderer_lost" });
    await child.exited;
    assert.equal(child.isAlive, false);
    assert.equal(ends.length, 1);
    assert.match(ends[0] ?? "", /^could not start: .*ENOENT/);
  });

  it("is asked one thing at a time, and nothing after its end", async (t) => {
    const { child, ends } = start(t);
    await child.ask(SETUP);
    assert.ok(child.rss > 0);
    const sleeping = child.ask(SLEEP);
    await assert.rejects(child.ask(SLEEP), /expected a free renderer/);
    child.kill("enough");
    child.kill("more than enough");
    await assert.rejects(sleeping, (error) => error instanceof HttpError && error.message.endsWith("enough"));
    await assert.rejects(child.ask(SLEEP), { code: "renderer_lost" });
    await child.exited;
    assert.deepEqual(ends, ["enough"]);
  });
});
