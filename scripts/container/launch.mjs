/**
 * Starts the server in a container instead of as a process, for the tests (`packages/server/test/fixtures/process.ts`): its
 * settings are this process's environment, its output is this one's, and a signal goes on to it.
 */
import { spawn, spawnSync } from "node:child_process";
import { ended, exitCode, relaySignals } from "../node.mjs";

/** podman's word wherever no systemd is there to plan checks of health. */
const NOISE = /systemd connection/;

/** A server of the tests has no variables but those that it is given, and so no place for a cache that it was not told of. */
const NO_HOME = { XDG_CACHE_HOME: "", HOME: "/" };

/**
 * `command` runs the image and gets the settings where it has an empty argument; `folder` is what the tests leave for the
 * server, which must own it to read and write there.
 */
export async function launch({ command, env, folder, owner }) {
  spawnSync("chown", ["-R", `${owner}:${owner}`, folder], { env });
  const settings = Object.entries({ ...NO_HOME, ...process.env }).flatMap(([name, value]) => [
    "--env",
    `${name}=${value}`,
  ]);
  const [program, ...args] = command.flatMap((word) => (word === "" ? settings : [word]));
  // Where podman leaves a mark when memory has run out.
  const child = spawn(program, args, { env, cwd: env.HOME, stdio: ["ignore", "inherit", "pipe"] });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    const lines = text.split("\n").filter((line) => line !== "" && !NOISE.test(line));
    if (lines.length > 0) process.stderr.write(`${lines.join("\n")}\n`);
  });
  relaySignals((signal) => child.kill(signal));
  const { code, signal } = await ended(child);
  process.exitCode = exitCode(code, signal);
}
