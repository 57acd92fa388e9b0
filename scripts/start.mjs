/** `npm start`: from a fresh clone to a gallery in the browser. */
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { ended, ensureInstalled, exitCode, fitNode, giveUp, relaySignals, root } from "./node.mjs";

const SAMPLES = join(root, "samples");
const port = process.env.PORT || "8080";

const ROOT = /^(IMGPROXY|TINTYPE_SOURCE)_LOCAL_FILESYSTEM_ROOT$/;
const BIND = /^(IMGPROXY|TINTYPE_HTTP)_BIND$/;

// Each default steps back when the user has said anything about the same thing under either name.
const DEFAULTS = [
  { name: "TINTYPE_DEVELOPMENT", value: "true", unless: /^TINTYPE_DEVELOPMENT$/ },
  { name: "IMGPROXY_LOCAL_FILESYSTEM_ROOT", value: SAMPLES, unless: ROOT },
  { name: "PORT", value: port, unless: /^PORT$/ },
];

const said = (pattern) =>
  Object.entries(process.env).find(([name, value]) => pattern.test(name) && value !== "")?.[1];

const defaults = DEFAULTS.filter(({ unless }) => said(unless) === undefined);
const choosesBind = said(BIND) !== undefined;

const taken = () =>
  giveUp(`Port ${port} is in use by another program. Choose another one: PORT=${Number(port) + 1} npm start`);

async function isTaken(host) {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once("error", (error) => resolve(error.code === "EADDRINUSE"));
    probe.listen({ port: Number(port), host }, () => probe.close(() => resolve(false)));
  });
}

/** The URL in a line of the server's log that says that it listens, or undefined. */
function listeningUrl(line) {
  try {
    const { msg, message, url } = JSON.parse(line);
    return (msg ?? message) === "listening" && typeof url === "string" ? url : undefined;
  } catch {
    return /\blistening\b/i.test(line) ? /https?:\/\/[^\s"',]+/.exec(line)?.[0] : undefined;
  }
}

function banner(url) {
  // A loopback or wildcard address is right but not what one likes to read.
  const base = url
    .replace(/\/\/(127\.0\.0\.1|0\.0\.0\.0|\[::1?\])(?=[:/]|$)/, "//localhost")
    .replace(/\/+$/, "");
  process.stdout.write(`
  Tintype is running.

    Gallery   ${base}/gallery
    Try out   ${base}/playground
    Pictures  ${said(ROOT) ?? SAMPLES}
    Stop      Ctrl-C

`);
}

/** Calls back once with the URL: when the log says so or, where the log is silent, when the port answers. */
function whenReady(child, ready) {
  let log = "";
  let done = false;
  const announce = (url) => {
    if (done) return;
    done = true;
    clearInterval(asking);
    ready(url);
  };
  const asking = setInterval(() => {
    const url = `http://localhost:${port}`;
    fetch(`${url}/health`).then(
      (answer) => answer.ok && announce(url),
      () => undefined,
    );
  }, 3000);
  if (choosesBind) clearInterval(asking);
  for (const [stream, out] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ]) {
    createInterface({ input: stream }).on("line", (line) => {
      out.write(`${line}\n`);
      if (done) return;
      log += `${line}\n`;
      const url = listeningUrl(line);
      if (url !== undefined) announce(url);
    });
  }
  return () => {
    clearInterval(asking);
    return { wasReady: done, log };
  };
}

async function serve(node) {
  const child = spawn(node, ["--conditions=tintype-source", join(root, "scripts/serve.mjs")], {
    env: {
      ...process.env,
      ...Object.fromEntries(defaults.map(({ name, value }) => [name, value])),
      PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}`,
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A process group of its own: a Ctrl-C in the terminal reaches the server through us only, and once.
    detached: true,
  });
  const stopRelaying = relaySignals((signal) => child.kill(signal));
  const stopWatching = whenReady(child, banner);
  const { code, signal, error } = await ended(child);
  stopRelaying();
  const { wasReady, log } = stopWatching();
  if (error !== undefined) giveUp(`The server could not be started: ${error.message}`);
  if (!wasReady && log.includes("EADDRINUSE") && !choosesBind) taken();
  process.exit(exitCode(code, signal));
}

if (!/^\d+$/.test(port) || Number(port) > 65535)
  giveUp(`Expected PORT to be a number up to 65535, got "${port}".`);
if (!choosesBind && (await Promise.all([isTaken("127.0.0.1"), isTaken("::1")])).includes(true)) taken();
const node = await fitNode();
await ensureInstalled(node, { part: "server" });
await serve(node);
