/** A container that serves. */
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../free-port.mjs";
import { NODE, runWords } from "./image.mjs";

const STARTS_WITHIN_MS = 30_000;

/** Waits for something; rejects with a sentence. */
export async function until(what, holds, patienceMs = STARTS_WITHIN_MS) {
  const end = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > end)
      throw new Error(`expected ${what} within ${patienceMs / 1000} s, got none of it`);
    await sleep(50);
  }
}

let number = 0;

/**
 * Starts the image with a folder of pictures and settings, on a port of its own; resolves when it listens. `options` are
 * podman's.
 */
export async function startContainer(store, { pictures, settings = {}, options = [], ...rest }) {
  const port = await freePort();
  const name = `tintype-${process.pid}-${(number += 1)}`;
  const mounts = pictures === undefined ? [] : ["--volume", `${pictures}:/pictures:ro`];
  const usual = {
    IMGPROXY_BIND: `127.0.0.1:${port}`,
    ...(pictures === undefined ? {} : { IMGPROXY_LOCAL_FILESYSTEM_ROOT: "/pictures" }),
    TINTYPE_CACHE_DISK: "0",
  };
  const all = { ...usual, ...settings };
  await store.podman(
    runWords({ ...rest, settings: all, options: ["--detach", "--name", name, ...mounts, ...options] }),
  );
  const log = async () => (await store.podman(["logs", name])).stdout;
  const state = async () =>
    JSON.parse((await store.podman(["inspect", "--format", "{{json .State}}", name])).stdout);
  const container = {
    name,
    port,
    url: `http://127.0.0.1:${port}`,
    get: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    log,
    state,
    /** Output of JavaScript that is run inside. */
    script: async (text) => (await store.podman(["exec", name, NODE, "-e", text])).stdout,
    exec: (...words) => store.podman(["exec", name, ...words]),
    /** Like an orchestrator: SIGTERM, and SIGKILL after so many seconds. Gives the exit code. */
    stop: async (seconds = 30) => {
      await store.podman(["stop", "--time", String(seconds), name], { seconds: seconds + 30 });
      return (await state()).ExitCode;
    },
    remove: () => store.podman(["rm", "--force", "--time", "0", name]).catch(() => undefined),
  };
  try {
    await until("a server that listens", async () => {
      if ((await state()).Running === false)
        throw new Error(`expected a server, got its end: ${await log()}`);
      return (await log()).includes('"msg":"listening"');
    });
  } catch (error) {
    await container.remove();
    throw error;
  }
  return container;
}

/** Lends a container out. */
export async function withContainer(store, wishes, use) {
  const container = await startContainer(store, wishes);
  try {
    return await use(container);
  } finally {
    await container.remove();
  }
}
