import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, describe, it } from "node:test";
import { serve } from "../../test/fixtures/fetching.ts";
import { until } from "../../test/fixtures/until.ts";

const dir = mkdtempSync(join(tmpdir(), "tintype-warm-"));
after(() => rmSync(dir, { recursive: true }));

describe("tintype warm as a process", () => {
  it("finishes what it has begun at SIGINT, and says how far it came", async () => {
    const held: (() => void)[] = [];
    const { url, asks } = await serve((_, response) => void held.push(() => response.end("x")));
    const path = join(dir, "list.txt");
    writeFileSync(path, Array.from({ length: 50 }, (_, index) => `/${index}`).join("\n"));
    const script = `import { warm } from ${JSON.stringify(new URL("warm.ts", import.meta.url).href)};
      const args = ${JSON.stringify([path, "--server", url, "--concurrency", "2"])};
      process.exitCode = await warm.run({ args, out: (line) => console.log(line) });`;
    const child = spawn(
      process.execPath,
      ["--conditions=tintype-source", "--input-type=module", "--eval", script],
      { stdio: ["ignore", "pipe", "pipe"], timeout: 20_000 },
    );
    let err = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (err += chunk));
    const closing = Promise.all([text(child.stdout), once(child, "close") as Promise<[number]>]);
    await until(() => asks.length === 2);
    child.kill("SIGINT");
    await until(() => err !== "");
    for (const release of held) release();
    const [out, [code]] = await closing;
    assert.match(err, /^\nStopping; [^\n]*\n$/);
    assert.equal(code, 1);
    assert.match(out, /^Stopped before the end \(150 requests\)\.\nRequests {2}2 in /);
    assert.match(out, /^Failed {4}0$/m);
    assert.equal(asks.length, 2);
  });
});
