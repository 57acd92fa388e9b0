import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../../../scripts/reference.mjs", import.meta.url));

describe("docs/reference", () => {
  it("is what the tables say", async () => {
    const child = spawn(process.execPath, ["--conditions=tintype-source", SCRIPT, "--check"], {
      stdio: ["ignore", "pipe", "inherit"],
      timeout: 30_000,
    });
    const [out, [code]] = await Promise.all([
      text(child.stdout),
      once(child, "close") as Promise<[number | null]>,
    ]);
    assert.deepEqual({ out, code }, { out: "", code: 0 });
  });
});
