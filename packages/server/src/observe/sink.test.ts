import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Writable } from "node:stream";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { lineSink } from "./sink.ts";

describe("lineSink", () => {
  it("drops lines while the reader is stuck, and says how many", async () => {
    const written: string[] = [];
    const held: (() => void)[] = [];
    const stream = new Writable({
      highWaterMark: 1,
      decodeStrings: false,
      write: (line: string, _, done) => {
        written.push(line);
        held.push(done);
      },
    });
    const lost: number[] = [];
    const write = lineSink(stream, { mostPendingBytes: 10, onRecovered: (dropped) => lost.push(dropped) });
    for (const line of ["one 6", "two 6", "three", "four"]) write(`${line}\n`);
    while (held.length > 0) {
      held.shift()?.();
      await sleep(1);
    }
    write("five\n");
    assert.deepEqual(written, ["one 6\n", "two 6\n", "five\n"]);
    assert.deepEqual(lost, [2]);
  });

  it("outlives a reader that closed its end", async () => {
    const script = `
      import { lineSink } from ${JSON.stringify(new URL("sink.ts", import.meta.url).href)};
      const write = lineSink(process.stdout);
      let lines = 0;
      setInterval(() => { write("x".repeat(1000) + "\\n"); lines += 1; if (lines === 50) process.exit(7); }, 5);`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.stdout.destroy();
    const [code] = (await once(child, "exit")) as [number | null];
    assert.equal(code, 7);
  });
});
