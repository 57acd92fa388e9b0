import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { UsageError } from "./command.ts";
import { edge } from "./edge.ts";

const folder = mkdtempSync(join(tmpdir(), "tintype-edge-"));
after(() => rmSync(folder, { recursive: true }));

/** What the command prints. */
async function run(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const app = () => Promise.reject(new Error("expected a command that needs no server"));
  assert.equal(await edge.run({ args, out: (line) => lines.push(line), app }), 0);
  return lines.join("\n");
}

describe("tintype edge", () => {
  it("prints the function of the settings that it is given", async () => {
    const text = await run("--http-path-prefix", "/pictures");
    assert.match(text, /async function handler\(event\)/);
    assert.match(text, /"prefix": "\/pictures"/);
    assert.match(text, /"verify": false/);
  });

  it("writes the same into a file and leaves nothing beside it", async () => {
    const file = join(folder, "edge.js");
    assert.equal(await run("--out", file), "");
    assert.equal(readFileSync(file, "utf8"), `${await run()}\n`);
    assert.deepEqual(readdirSync(folder), ["edge.js"]);
  });

  it("writes keys for their owner alone, or for whom the file was opened to", async () => {
    const file = join(folder, "keys.json");
    const modeOf = (): string => (statSync(file).mode & 0o777).toString(8);
    const keys = ["--keys", "--guard-keys", "aa11", "--guard-salts", "bb22", "--out", file];
    await run(...keys);
    assert.equal(modeOf(), "600");
    chmodSync(file, 0o640);
    await run(...keys);
    assert.equal(modeOf(), "640");
    assert.match(readFileSync(file, "utf8"), /aa11|qhE/);
  });

  it("exports the handler for engines that read modules", async () => {
    assert.match(await run("--module"), /\nexport default { handler };\n/);
    assert.doesNotMatch(await run(), /export/);
  });

  it("refuses to sign on what it has not verified", async () => {
    await assert.rejects(run("--resign"), UsageError);
    assert.match(await run("--verify", "--resign", "--store", "some-id"), /"resign": true/);
  });

  it("says what stands in the way of a file", async () => {
    await assert.rejects(run("--out", join(folder, "nowhere", "edge.js")), /ENOENT/);
  });
});
