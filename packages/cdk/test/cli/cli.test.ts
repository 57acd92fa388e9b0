/** The command line as such. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { run } from "../../src/cli/run.ts";

async function call(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(args, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, text: out.join("\n"), errors: err.join("\n") };
}

const COMMANDS = ["deploy", "smoke", "rotate-key", "invalidate", "cost", "version"];

describe("tintype-cdk", () => {
  it("lists its commands", async () => {
    const { code, text } = await call("--help");
    assert.equal(code, 0);
    for (const name of COMMANDS) assert.match(text, new RegExp(`^  tintype-cdk ${name} `, "m"));
  });

  for (const name of COMMANDS)
    it(`explains ${name}`, async () => {
      const { code, text } = await call(name, "--help");
      assert.equal(code, 0);
      assert.ok(text.startsWith(`tintype-cdk ${name}`), text);
    });

  it("refuses nothing and nonsense with 2", async () => {
    assert.equal((await call()).code, 2);
    const { code, errors } = await call("destroy");
    assert.deepEqual([code, errors], [2, "destroy is not a command (tintype-cdk --help lists them)"]);
  });

  it("has the package's version", async () => {
    const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    const { version } = JSON.parse(text) as { version: string };
    assert.equal((await call("--version")).text, version);
  });
});
