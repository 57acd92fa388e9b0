#!/usr/bin/env node
// Written for every Node that runs modules, so that an old one gets a sentence rather than a syntax error.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [major, minor] = process.versions.node.split(".").map(Number);
const built = new URL("../dist/cli.js", import.meta.url);
const written = new URL("../src/cli.ts", import.meta.url);

// A clone that nobody has built runs as it is written: Node leaves the types out.
const entry = existsSync(built) ? built : written;
const AS_WRITTEN = "--conditions=tintype-source";
const lacksCondition = entry === written && !process.execArgv.includes(AS_WRITTEN);
const again = [...(lacksCondition ? [AS_WRITTEN] : []), ...process.execArgv, ...process.argv.slice(1)];

const isOld = major < 22 || (major === 22 && minor < 19);
// `npm start` and `npm test` leave a newer Node in the repository where the machine's own is old.
const kept = new URL(
  `../../../.node/node_modules/node-${process.platform}-${process.arch}/bin/node`,
  import.meta.url,
);

/**
 * glibc's allocator reads these when a process begins. Without them it keeps about 60 MB more of what downloads have long
 * given back; nothing is slower with them.
 */
const GLIBC = { MALLOC_ARENA_MAX: "1", MALLOC_MMAP_THRESHOLD_: "131072", MALLOC_TRIM_THRESHOLD_: "1048576" };

/**
 * What V8 may keep for values that live for a moment, in MiB. It takes three times that and gives nothing back; with its own
 * 16 the server holds 45 MiB more.
 */
const YOUNG = ["--max-semi-space-size=8"];

/** Where nobody has chosen an allocator or its settings, and nobody talks to this process over a channel that would be lost. */
const beginsAnew = () =>
  process.argv[2] === "serve" &&
  process.platform === "linux" &&
  process.channel === undefined &&
  !["LD_PRELOAD", ...Object.keys(GLIBC)].some((name) => name in process.env);

if (isOld && existsSync(kept)) {
  const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  process.exitCode = spawnSync(fileURLToPath(kept), args, { stdio: "inherit" }).status ?? 1;
} else if (isOld) {
  console.error(`tintype needs Node 22.19 or newer, and this is Node ${process.versions.node}.`);
  process.exitCode = 1;
} else if (!existsSync(entry)) {
  console.error("tintype is not whole, its program is missing: install it anew.");
  process.exitCode = 1;
} else if (beginsAnew()) {
  process.execve(process.execPath, [process.execPath, ...YOUNG, ...again], { ...process.env, ...GLIBC });
} else if (lacksCondition) {
  process.exitCode = spawnSync(process.execPath, again, { stdio: "inherit" }).status ?? 1;
} else {
  await import(entry);
}
