/**
 * What `npm start` and `npm test` share: a Node that is new enough, the packages of package-lock.json, and commands run
 * on them. Runs on Node 20 without any dependency, because it runs before anything is installed.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

const FLOOR = "22.19.0";
const BROUGHT_ALONG = "24";
const RELAYED = ["SIGINT", "SIGTERM", "SIGHUP"];
const NETWORK_FAILURE =
  /EAI_AGAIN|ENOTFOUND|ECONNRESET|ECONNREFUSED|ETIMEDOUT|EPIPE|ERR_SOCKET_TIMEOUT|FETCH_ERROR|socket hang up|network|\bE5\d\d\b|50[0-9] /i;

/** Tells whether a version such as `v22.19.0` is the floor or newer. */
export function reaches(version, floor = FLOOR) {
  const [have, want] = [version, floor].map((text) => text.replace(/^v/, "").split(".").map(Number));
  const differing = want.findIndex((part, index) => (have[index] ?? 0) !== part);
  return differing === -1 || (have[differing] ?? 0) > want[differing];
}

/** The npm package that carries Node's own binary for a platform. */
export function nodePackage(platform = process.platform, arch = process.arch) {
  return `node-${platform === "win32" ? "win" : platform}-${arch}`;
}

/** Tells whether an npm failure looks like the network's fault, so that a second try makes sense. */
export const isNetworkFailure = (output) => NETWORK_FAILURE.test(output);

/** The exit code by which a shell reports how a child ended. */
export const exitCode = (code, signal) => code ?? 128 + (constants.signals[signal] ?? 0);

/** Prints one sentence and ends the process with exit code 1. */
export function giveUp(sentence) {
  process.stderr.write(`\n${sentence}\n`);
  process.exit(1);
}

/** Path of a Node that reaches the floor: the one that runs, or one fetched once into the ignored folder `.node`. */
export async function fitNode() {
  if (reaches(process.versions.node)) return process.execPath;
  const name = nodePackage();
  const binary = join(
    root,
    ".node/node_modules",
    name,
    process.platform === "win32" ? "bin/node.exe" : "bin/node",
  );
  if (runs(binary)) return binary;
  const args = ["install", "--prefix", join(root, ".node"), "--no-save", "--no-audit", "--no-fund"];
  await timed(`Node ${process.versions.node} is older than ${FLOOR}: fetching Node ${BROUGHT_ALONG}`, () =>
    npm([...args, `${name}@${BROUGHT_ALONG}`], process.execPath),
  );
  if (runs(binary)) return binary;
  return giveUp(`Expected Node ${FLOOR} or newer, got ${process.version}, and ${name} does not run here.
Install Node ${BROUGHT_ALONG} with your system's package manager or from https://nodejs.org, then try again.`);
}

function runs(binary) {
  const { status, stdout } = spawnSync(binary, ["--version"], { encoding: "utf8" });
  return status === 0 && reaches(stdout.trim());
}

/** What of package-lock.json is installed: all, or what the server runs on, which is a tenth of it. */
const PARTS = { all: [], server: ["--omit=dev", "--workspace", "tintype", "--workspace", "@tintype/url"] };

/** Installs a part of what package-lock.json names, unless that or all was installed already. */
export async function ensureInstalled(node, { part = "all" } = {}) {
  const stamp = join(root, "node_modules/.tintype-installed");
  const wanted = `${sha256(join(root, "package-lock.json"))} ${process.platform}-${process.arch}\n`;
  const stampOf = (name) => (name === "all" ? wanted : `${wanted}${name} only\n`);
  if (isInstalled(stamp, new Set([wanted, stampOf(part)]))) return;
  const sentence = `Installing ${part === "all" ? "packages" : `what the ${part} needs`} (npm ci)`;
  await timed(sentence, () => npm(["ci", "--no-audit", "--no-fund", ...PARTS[part]], node));
  writeFileSync(stamp, stampOf(part));
}

// Without our stamp someone ran npm by hand; npm leaves a lock file of its own behind, dated at that moment.
function isInstalled(stamp, stamps) {
  if (existsSync(stamp)) return stamps.has(readFileSync(stamp, "utf8"));
  const left = join(root, "node_modules/.package-lock.json");
  return existsSync(left) && statSync(left).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs;
}

const sha256 = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");

async function npm(args, node) {
  // The npm that started us, if any, so that a machine with several keeps to one.
  const started = process.env.npm_execpath;
  const isNpm = started?.endsWith("npm-cli.js") ?? false;
  const command = isNpm ? process.execPath : "npm";
  const all = [...(isNpm ? [started] : []), ...args, "--loglevel", "error"];
  const once = () => run(command, all, { quiet: true, node, shell: !isNpm && process.platform === "win32" });
  let result = await once();
  if (result.code !== 0 && isNetworkFailure(result.output)) {
    process.stdout.write("network trouble, trying once more ... ");
    await sleep(3000);
    result = await once();
  }
  if (result.code !== 0) giveUp(`${result.output}\nnpm ${args[0]} failed with exit code ${result.code}.`);
}

async function timed(sentence, work) {
  process.stdout.write(`${sentence} ... `);
  const start = performance.now();
  await work();
  process.stdout.write(`${seconds(performance.now() - start)}\n`);
}

/** Milliseconds as `1.2 s`. */
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/**
 * Runs a command in the repository to its end, on the given Node's PATH. Quiet keeps the output for the caller. Ends this
 * process too when a signal stops it.
 */
export async function run(command, args, { quiet = false, node = command, shell = false, env = {} } = {}) {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` },
    stdio: ["ignore", quiet ? "pipe" : "inherit", quiet ? "pipe" : "inherit"],
    shell,
  });
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => chunks.push(chunk));
  const stopped = relaySignals((signal) => child.kill(signal));
  const { code, signal, error } = await ended(child);
  const asked = stopped();
  if (asked !== undefined) process.exit(exitCode(null, asked));
  const output = Buffer.concat(chunks).toString() + (error === undefined ? "" : `${error.message}\n`);
  return { code: error === undefined ? exitCode(code, signal) : 1, output };
}

/** Waits until a child is gone and its output is read; a command that cannot be started ends with an error. */
export function ended(child) {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, error }));
    child.once("close", (code, signal) => resolve({ code, signal, error: undefined }));
  });
}

/**
 * Hands each signal on once: a terminal sends Ctrl-C to everyone and npm passes it on as well, so the same signal within a
 * second counts as one. Answers a function that ends this and tells which signal came last.
 */
export function relaySignals(pass) {
  let last;
  let lastAt = -Infinity;
  const relay = (signal) => {
    const now = performance.now();
    if (signal === last && now - lastAt < 1000) return;
    [last, lastAt] = [signal, now];
    pass(signal);
  };
  for (const signal of RELAYED) process.on(signal, relay);
  return () => {
    for (const signal of RELAYED) process.off(signal, relay);
    return last;
  };
}
