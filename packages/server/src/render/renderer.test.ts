import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { importFlags } from "./command.ts";
import { FrameReader, writeFrame } from "./wire.ts";
import type { Frame } from "./wire.ts";

const ENTRY = fileURLToPath(new URL("../../test/fixtures/child.ts", import.meta.url));
const SETUP: Frame = { id: 1, kind: "setup", json: {}, blobs: [] };
const SLEEP: Frame = { id: 2, kind: "job", json: { act: "sleep", ms: 60_000 }, blobs: [] };
const BURN: Frame = { ...SLEEP, json: { act: "burn" } };

/** A renderer whose front is this test. */
function start(t: TestContext) {
  const stdio = ["ignore", "ignore", "pipe", "pipe"] as const;
  const child = spawn(process.execPath, [...importFlags(), ENTRY], { env: {}, stdio: [...stdio] });
  t.after(() => child.kill("SIGKILL"));
  const socket = child.stdio[3] as Socket; // "pipe" makes it a socket pair
  const reader = new FrameReader({ maxBytes: 1000 });
  const ended = once(child, "exit") as Promise<[number | null, string | null]>;
  const tell = (frame: Frame) => writeFrame(socket, frame);
  const ask = async (frame: Frame) => {
    tell(frame);
    const [chunk] = (await once(socket, "data")) as [Buffer];
    return reader.push(chunk)[0];
  };
  return { child, socket, ended, tell, ask };
}

describe("renderer", () => {
  it("answers with the id of the question and its resident bytes", async (t) => {
    const { ask } = start(t);
    const early = await ask({ ...SLEEP, id: 9 });
    assert.deepEqual([early?.id, early?.kind], [9, "failed"]);
    for (const frame of [SETUP, { ...SETUP, id: 2 ** 32 - 1, kind: "probe" } as const]) {
      const answer = await ask(frame);
      assert.deepEqual([answer?.id, answer?.kind], [frame.id, "done"]);
      const { rss } = answer?.json as { readonly rss: number };
      assert.ok(rss > 10 * 2 ** 20 && rss < 2 ** 30);
    }
  });

  it("ends when its front does, in the middle of whatever", async (t) => {
    for (const frame of [undefined, SLEEP, BURN]) {
      const { child, socket, ended, tell, ask } = start(t);
      await ask(SETUP);
      if (frame !== undefined) {
        tell(frame);
        await once(child.stderr!, "data"); // a pipe, by `stdio`
      }
      socket.destroy();
      assert.deepEqual(await ended, [null, "SIGKILL"]);
    }
  });

  it("ends when it is told two things at once, or nonsense", async (t) => {
    const hasty = start(t);
    await hasty.ask(SETUP);
    hasty.tell(SLEEP);
    hasty.tell(SLEEP);
    assert.deepEqual(await hasty.ended, [null, "SIGKILL"]);
    const confused = start(t);
    await confused.ask(SETUP);
    confused.socket.write(Buffer.alloc(100, 1));
    assert.deepEqual(await confused.ended, [1, null]);
  });
});
