/**
 * A place of our own for images and containers, apart from whatever the machine has, and the programs that work in it. All
 * of it is gone when it is closed.
 */
import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Programs of Debian's packages of the same names, but for those that say otherwise. */
const PROGRAMS = { buildah: "buildah", podman: "podman", runc: "runc", mmdebstrap: "mmdebstrap" };

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const found = (name) =>
  PATH.split(":")
    .map((folder) => join(folder, name))
    .find(existsSync);

/** What podman says wherever no systemd is there to plan checks of health. */
const NOISE = /systemd connection|CNI config file/;
export const quiet = (text) =>
  text
    .split("\n")
    .filter((line) => line !== "" && !NOISE.test(line))
    .join("\n");

/** Where the machine lets nobody raise limits, containers get those of this process. */
const LIMITS = 'default_ulimits = ["nofile=4096:4096", "nproc=1024:1024"]';

/** Programs that are not installed, as a sentence, or undefined. */
export function lacking() {
  const missing = Object.keys(PROGRAMS).filter((name) => found(name) === undefined);
  if (process.getuid?.() !== 0)
    return "expected to be run by root, who alone may make containers with limits here";
  if (missing.length === 0) return undefined;
  return `expected ${Object.keys(PROGRAMS).join(", ")}, got no ${missing.join(", ")}: sudo apt-get install -y --no-install-recommends ${missing.map((name) => PROGRAMS[name]).join(" ")} netavark aardvark-dns`;
}

/** Opens a store; `folder` keeps one from an earlier run. */
export function openStore(folder = mkdtempSync(join(tmpdir(), "tintype-container-"))) {
  mkdirSync(folder, { recursive: true });
  const configuration = join(folder, "containers.conf");
  writeFileSync(
    configuration,
    `[containers]
${LIMITS}
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[engine.runtimes]
runc = ["${found("runc")}"]
[network]
network_backend = "netavark"
network_config_dir = "${join(folder, "networks")}"
`,
  );
  const env = { PATH, HOME: folder, TMPDIR: folder, CONTAINERS_CONF: configuration };
  const places = [
    "--root",
    join(folder, "store"),
    "--runroot",
    join(folder, "run"),
    "--storage-driver",
    "overlay",
  ];

  /** Output of a program that ends well; rejects with its own words. `seconds` to live. */
  async function call(program, args, { seconds = 120, cwd = folder, own = true } = {}) {
    const words = own ? [...places, ...args] : args;
    try {
      const options = { cwd, env, timeout: seconds * 1000, killSignal: "SIGKILL", maxBuffer: 64 * 2 ** 20 };
      const { stdout, stderr } = await run(program, words, options);
      return { stdout: stdout.trim(), stderr: quiet(stderr) };
    } catch (error) {
      const said = quiet(`${error.stdout ?? ""}\n${error.stderr ?? ""}`)
        .split("\n")
        .slice(-15)
        .join("\n");
      const how = error.killed ? `no end within ${seconds} s` : `exit code ${error.code}`;
      throw Object.assign(new Error(`${program} ${args.slice(0, 3).join(" ")}: ${how}\n${said}`), {
        code: error.code,
        said,
      });
    }
  }

  return {
    folder,
    env,
    /** The beginning of every command of podman, for those who start it themselves. */
    podmanCommand: ["podman", ...places],
    podman: (args, options) => call("podman", args, options),
    buildah: (args, options) => call("buildah", args, options),
    other: (program, args, options) => call(program, args, { ...options, own: false }),
    close: () => {
      const options = { env, timeout: 60_000 };
      spawnSync("podman", [...places, "rm", "--all", "--force", "--time", "0"], options);
      spawnSync("buildah", [...places, "umount", "--all"], options);
      spawnSync("buildah", [...places, "rm", "--all"], options);
      spawnSync("umount", [join(folder, "store", "overlay")], options);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
