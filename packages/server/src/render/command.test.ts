import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { behind, childCommand, childEnvironment, importFlags, withFlags } from "./command.ts";

const here = fileURLToPath(import.meta.url);

describe("command", () => {
  it("names the entry after Node's flags, and has no environment of its own", () => {
    const command = childCommand(new URL(import.meta.url), ["--conditions=a"]);
    assert.deepEqual(command, { file: process.execPath, args: ["--conditions=a", here], env: {} });
    assert.deepEqual(withFlags(command, ["-b", "-c"]).args, ["-b", "-c", "--conditions=a", here]);
  });

  it("stands behind what confines it", () => {
    const command = childCommand(new URL(import.meta.url), [], { A: "1" });
    assert.deepEqual(behind("/outer", ["x"], behind("/inner", ["--"], command)), {
      file: "/outer",
      args: ["x", "/inner", "--", process.execPath, here],
      env: { A: "1" },
    });
  });

  it("passes on nothing but the conditions of imports", () => {
    const cases: [string[], string[]][] = [
      [[], []],
      [["--test", "--conditions=a", "--inspect"], ["--conditions=a"]],
      [
        ["-C", "a", "--conditions", "b", "--no-warnings"],
        ["--conditions=a", "--conditions=b"],
      ],
      [["--conditions"], []],
    ];
    for (const [flags, expected] of cases) assert.deepEqual(importFlags(flags), expected);
  });

  it("builds the environment from nothing", () => {
    const bare = {
      UV_THREADPOOL_SIZE: "4",
      MALLOC_ARENA_MAX: "2",
      MALLOC_MMAP_THRESHOLD_: "1048576",
      MALLOC_TRIM_THRESHOLD_: "16777216",
      VIPS_DISC_THRESHOLD: "1000000g",
    };
    assert.deepEqual(childEnvironment({}), bare);
    assert.deepEqual(childEnvironment({ preload: `${here}.missing` }), bare);
    assert.deepEqual(childEnvironment({ env: { FONTCONFIG_FILE: "/etc/fonts/fonts.conf" } }), {
      ...bare,
      FONTCONFIG_FILE: "/etc/fonts/fonts.conf",
    });
  });

  it("preloads an allocator that exists, with its settings", () => {
    const environment = childEnvironment({ preload: here });
    assert.equal(environment["LD_PRELOAD"], here);
    assert.match(environment["MALLOC_CONF"] ?? "", /background_thread:true/);
  });
});
