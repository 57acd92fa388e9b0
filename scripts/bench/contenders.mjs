/** The two that are compared, behind one face: `round` makes pictures, so many at a time, and answers with milliseconds of each. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, get } from "node:http";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "../node.mjs";
import { inTurns } from "./turns.mjs";
import { WORKLOADS } from "./workloads.mjs";

/** Variables that a user sets to measure other settings, PATH and the like left out. */
const given = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(IMGPROXY|TINTYPE)_/.test(name)));

/** The server, over HTTP, each request with a URL of its own. */
export async function startServer(node, { samples, width }) {
  const child = spawn(node, [join(root, "packages/server/bin/tintype.mjs"), "serve"], {
    env: {
      IMGPROXY_BIND: "127.0.0.1:0",
      IMGPROXY_LOCAL_FILESYSTEM_ROOT: samples,
      IMGPROXY_WORKERS: String(width),
      // Every picture is to be made.
      TINTYPE_CACHE_MEMORY: "0",
      TINTYPE_CACHE_DISK: "0",
      TINTYPE_CACHE_ORIGINALS: "0",
      ...given(),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const base = await listening(child);
  const agent = new Agent({ keepAlive: true });
  let asked = 0;
  const ask = (workload, file) => {
    const { options } = WORKLOADS[workload];
    return download(`${base}/unsafe/${options}/cb:${(asked += 1)}/plain/local:///${basename(file)}`, agent);
  };
  return {
    name: "server",
    pid: child.pid,
    round: (workload, files, atATime) =>
      inTurns(files, atATime, async (file) => {
        const startedAt = performance.now();
        await ask(workload, file);
        return performance.now() - startedAt;
      }),
    picture: ask,
    close: () => stop(child, agent),
  };
}

async function listening(child) {
  for await (const line of createInterface(child.stdout)) {
    const { msg, url } = JSON.parse(line);
    if (msg !== "listening") continue;
    // Its log is written as in earnest, and read by nobody in particular.
    child.stdout.resume();
    return url;
  }
  throw new Error("expected the server to listen, got its end");
}

const download = (url, agent) =>
  new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        if (response.statusCode === 200) resolve(Buffer.concat(chunks));
        else reject(new Error(`expected 200 for ${url}, got ${response.statusCode}`));
      });
      response.on("error", reject);
    }).on("error", reject);
  });

async function stop(child, agent) {
  agent?.destroy();
  if (child.exitCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** sharp alone, in a process with the environment of a renderer. */
export async function startDirect(node) {
  const built = (path) => import(join(root, "packages/server/dist/render", path));
  const [{ childEnvironment }, { findAllocator }] = [await built("command.js"), await built("allocator.js")];
  const child = spawn(node, [join(root, "scripts/bench/direct.mjs")], {
    cwd: dirname(root),
    env: childEnvironment({ preload: findAllocator() }),
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ask = async (task, what) => {
    child.send({ task, ...what });
    const [{ result }] = await once(child, "message");
    return result;
  };
  return {
    name: "sharp",
    pid: child.pid,
    round: (workload, files, atATime) => ask("round", { workload, files, width: atATime }),
    picture: async (workload, file) => Buffer.from(await ask("picture", { workload, file }), "base64"),
    close: () => stop(child),
  };
}
