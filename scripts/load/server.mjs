/** The built server as a child, and the processes that it is tried with. None outlives this one. */
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { exitCode, giveUp, relaySignals, root, run } from "../node.mjs";

relaySignals((signal) => process.exit(exitCode(null, signal)));

/** Variables that a user sets to try other settings. */
const given = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(IMGPROXY|TINTYPE)_/.test(name)));

/** Compiles the server; says something only where that fails, so that reports can be piped. */
export async function buildQuietly(node) {
  const built = await run(node, ["node_modules/typescript/bin/tsc", "--build", "packages/server"], {
    quiet: true,
  });
  if (built.code !== 0) giveUp(`${built.output}\nThe build failed: tsc ended with ${built.code}.`);
}

/**
 * Starts the server on a free port of this machine and waits until it listens. `onLine` hears every line of its log from
 * then on, `through` is a command to start it by.
 */
export async function startServer(node, { env, onLine, through = [] }) {
  const [file, ...args] = [...through, node, join(root, "packages/server/bin/tintype.mjs"), "serve"];
  const child = spawn(file, args, {
    env: { PATH: process.env.PATH, IMGPROXY_BIND: "127.0.0.1:0", ...env, ...given() },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  process.once("exit", () => child.kill("SIGKILL"));
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const close = async () => {
    if (isAlive()) child.kill("SIGTERM");
    await ended;
  };
  return { pid: child.pid, url: await listening(child, onLine), isAlive, close };
}

async function listening(child, onLine) {
  const lines = createInterface(child.stdout);
  const url = await new Promise((resolve, reject) => {
    const wait = (text) => {
      const { msg, url } = JSON.parse(text);
      if (msg === "listening") resolve(url);
    };
    lines.on("line", wait);
    child.once("exit", (code, signal) =>
      reject(new Error(`expected the server to listen, got its end: ${code ?? signal}`)),
    );
  });
  lines.removeAllListeners("line");
  if (onLine) lines.on("line", (text) => onLine(JSON.parse(text)));
  else lines.close();
  // A log that nobody reads is written as in earnest all the same.
  if (!onLine) child.stdout.resume();
  return url;
}

/** Starts a script of this folder, which answers each message with one; `call` asks and waits. */
export async function startHelper(node, name, settings) {
  const child = fork(join(import.meta.dirname, name), [JSON.stringify(settings)], {
    execPath: node,
    execArgv: [],
  });
  const [ready] = await once(child, "message");
  const call = async (task, wish = {}) => {
    child.send({ task, ...wish });
    const [answer] = await once(child, "message");
    return answer;
  };
  const close = async () => {
    child.disconnect();
    await once(child, "exit");
  };
  return { pid: child.pid, ready, call, close };
}
