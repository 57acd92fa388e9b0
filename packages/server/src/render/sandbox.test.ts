import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { childCommand } from "./command.ts";
import { findTools, LAUNCHERS } from "./launchers.ts";
import type { Tools } from "./launchers.ts";
import { findSandbox } from "./sandbox.ts";
import type { SandboxOptions } from "./sandbox.ts";

const entry = new URL("../../test/fixtures/child.ts", import.meta.url);
const onLinux = process.platform === "linux" ? false : "sandboxes need Linux";

const find = (options: Partial<SandboxOptions> = {}) =>
  findSandbox({ wish: "auto", entry, module: "node:path", dataBytes: 2 ** 30, ...options });

/** The simplest launcher's tools, which every Debian has. */
function simple(): Tools {
  const { prlimit = "", setpriv = "" } = findTools();
  return { prlimit, setpriv };
}

describe("sandbox", () => {
  it("is none where none is wished", async () => {
    const { wrap, report } = await find({ wish: "0" });
    const command = childCommand(entry, ["--flag"], { A: "1" });
    assert.equal(wrap(command), command);
    assert.deepEqual(report, {
      level: 0,
      name: "L0 none",
      refuses: [],
      dataBytes: 0,
      notHigher: ["switched off by TINTYPE_RENDER_SANDBOX"],
    });
  });

  it("is none where there are no tools, and says what each launcher lacks", async () => {
    const { report } = await find({ tools: {} });
    assert.equal(report.name, "L0 none");
    const expected =
      onLinux === false
        ? LAUNCHERS.map(({ level, name, tools }) => `L${level} ${name}: ${tools.join(", ")} not installed`)
        : [onLinux];
    assert.deepEqual(report.notHigher, expected);
  });

  it("refuses to start where the least level that was wished is not granted", async () => {
    for (const wish of ["1", "2", "3"] as const)
      await assert.rejects(
        find({ wish, tools: {} }),
        new RegExp(
          `^Error: TINTYPE_RENDER_SANDBOX: expected a machine that grants renderers a sandbox of level ${wish}, got .+`,
        ),
      );
  });

  it("takes the least level for enough, and tries no lower", { skip: onLinux }, async () => {
    const { report } = await find({ wish: "1", tools: simple() });
    assert.equal(report.name, "L1 limits");
    await assert.rejects(find({ wish: "2", tools: simple() }), (error: Error) => {
      assert.doesNotMatch(error.message, /L1/);
      return /L2 Landlock and seccomp: perl not installed$/.test(error.message);
    });
  });

  it("is none in which what renderers load cannot be loaded", { skip: onLinux }, async () => {
    const module = `data:text/javascript,throw new Error("no such library")`;
    const { report } = await find({ module, tools: simple() });
    assert.equal(report.level, 0);
    assert.match(report.notHigher.at(-1) ?? "", /^L1 limits: Error: no such library$/);
  });

  it("is none that does not keep its promises", { skip: onLinux }, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "tools-"));
    t.after(() => rm(folder, { recursive: true }));
    const idle = join(folder, "idle");
    await writeFile(idle, '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n');
    await chmod(idle, 0o755);
    const { prlimit = "", setpriv = "" } = simple();
    const cases: [Tools, RegExp][] = [
      [{ prlimit: idle, setpriv }, /^L1 limits: does not refuse dumping core, writing files$/],
      [{ prlimit, setpriv: idle }, /^L1 limits: does not refuse gaining privileges$/],
      [{ prlimit, setpriv: "/bin/false" }, /^L1 limits: Command failed/],
      [{ prlimit, setpriv: join(folder, "missing") }, /^L1 limits: .*No such file or directory/],
    ];
    for (const [tools, reason] of cases) {
      const { report } = await find({ tools });
      assert.equal(report.level, 0);
      assert.match(report.notHigher.at(-1) ?? "", reason);
    }
  });

  it(
    "keeps the environment of the command, its own flags in front of the command's",
    { skip: onLinux },
    async () => {
      const { wrap, report } = await find({ tools: simple() });
      const { file, args, env } = wrap(childCommand(entry, ["--conditions=a"], { A: "1" }));
      assert.deepEqual([file, env], [simple().prlimit, { A: "1" }]);
      assert.ok(args.includes(`--data=${report.dataBytes}`));
      assert.deepEqual(args.slice(-2), ["--conditions=a", entry.pathname]);
      assert.ok(args.indexOf("--permission") > args.indexOf(process.execPath));
      assert.ok(args.indexOf("--permission") < args.indexOf("--conditions=a"));
    },
  );

  it("limits data to so much beyond what an idle renderer has", { skip: onLinux }, async () => {
    const limits = await Promise.all(
      [1, 3].map(async (gib) => (await find({ tools: simple(), dataBytes: gib * 2 ** 30 })).report.dataBytes),
    );
    const [idle = 0, other = 0] = limits.map((bytes, index) => bytes / 2 ** 30 - [1, 3][index]!); // As many.
    assert.ok(idle > 0.1 && idle < 1.5, `${idle} GiB`);
    assert.ok(Math.abs(idle - other) < 0.1, `${idle} and ${other} GiB`);
  });
});
