/** A machine that grants too little (security.md, FLT-P4): refused at the start, in words. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
const onLinux = process.platform === "linux" ? false : "limits are read on Linux";

describe("too few open files", { skip: onLinux }, () => {
  it("keep the server from starting", async () => {
    const command = [
      "-c",
      'ulimit -n 128; exec "$0" "$@"',
      process.execPath,
      "--conditions=tintype-source",
      CLI,
      "serve",
    ];
    const child = spawn("sh", command, {
      env: {
        IMGPROXY_BIND: "127.0.0.1:0",
        IMGPROXY_ALLOWED_SOURCES: "http://a/",
        PATH: process.env["PATH"] ?? "",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
    assert.equal(child.exitCode, 1);
    assert.match(out + errors, /expected to be allowed 256 open files or more, got 128: raise the limit/);
    assert.doesNotMatch(out, /listening/);
  });
});
