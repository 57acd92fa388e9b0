/**
 * compose.yaml as it ships, brought up on podman's socket: server and edge. All of it happens in a network of its own, in which
 * this file is run as a program, so that no bridge and no rule of the firewall is left on the machine.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ended, root } from "../node.mjs";
import { expectEqual } from "./expect.mjs";
import { IMAGE } from "./image.mjs";
import { until } from "./server.mjs";
import { openStore } from "./store.mjs";

const KEY = "aa".repeat(16);
const SALT = "bb".repeat(16);
// Free in a network of its own.
const PORT = "8080";

function sign(path) {
  const mac = createHmac("sha256", Buffer.from(KEY, "hex")).update(Buffer.from(SALT, "hex"));
  return `/${mac.update(path).digest("base64url")}${path}`;
}

const ACCEPTS = {
  chrome: "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
  firefox: "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
};

/** Podman's service, which speaks as Docker's does. */
async function serve(store) {
  const socket = join(store.folder, "docker.sock");
  const [program, ...places] = store.podmanCommand;
  const words = [...places, "system", "service", "--time", "0", `unix://${socket}`];
  const child = spawn(program, words, { env: store.env, stdio: "ignore" });
  await until("podman's socket", () => existsSync(socket));
  return {
    address: `unix://${socket}`,
    stop: async () => {
      child.kill("SIGTERM");
      await ended(child);
    },
  };
}

async function observe(url) {
  const ask = (path, accept) => fetch(`${url}${path}`, { headers: { accept } });
  await until(
    "an edge that answers",
    () =>
      ask("/edge-health", "*/*").then(
        ({ ok }) => ok,
        () => false,
      ),
    60_000,
  );
  const path = "/w:160/plain/local:///brushes.jpg";
  const picture = (browser) => ask(sign(path), ACCEPTS[browser]);
  await until("a server behind it", async () => (await picture("chrome")).status === 200, 60_000);
  const [again, other, unsigned, hidden] = [
    await picture("chrome"),
    await picture("firefox"),
    await ask(`/_${path}`, "*/*"),
    await ask("/health", "*/*"),
  ];
  const facts = ({ status, headers }) => [status, headers.get("content-type"), headers.get("x-cache")];
  return { again: facts(again), other: facts(other), unsigned: unsigned.status, hidden: hidden.status };
}

/** Brings it up, looks at it, and takes it down again; gives what was seen. */
async function bringUp(store) {
  const service = await serve(store);
  const env = {
    ...store.env,
    DOCKER_HOST: service.address,
    COMPOSE_PROJECT_NAME: "tintype",
    TINTYPE_IMAGE: IMAGE,
    TINTYPE_PORT: PORT,
    IMGPROXY_KEY: KEY,
    IMGPROXY_SALT: SALT,
  };
  const options = { cwd: root, env, encoding: "utf8", timeout: 180_000 };
  const compose = (...words) => spawnSync("docker-compose", ["--file", "compose.yaml", ...words], options);
  try {
    const { status, stderr } = compose("up", "--detach", "--no-build");
    if (status !== 0) throw new Error(`docker-compose up ended with ${status}: ${stderr.slice(-1500)}`);
    const seen = await observe(`http://127.0.0.1:${PORT}`).catch((error) => {
      throw new Error(`${error.message}\n${compose("logs", "--no-color", "--tail", "4").stdout}`);
    });
    const hit = [200, "image/avif", "HIT"];
    expectEqual("through the edge", seen, { again: hit, other: hit, unsigned: 403, hidden: 404 });
    const start = performance.now();
    compose("stop", "tintype");
    const took = (performance.now() - start) / 1000;
    const { stdout } = compose("ps");
    expectEqual("how the server has ended", /_tintype_\d .*Exit (\d+)/.exec(stdout)?.[1], "0");
    return `signed 200, then HIT for two browsers; unsigned 403; server stops with 0 in ${took.toFixed(1)} s`;
  } finally {
    compose("down", "--volumes", "--timeout", "5");
    await service.stop();
  }
}

export async function checkCompose({ store }) {
  const program = ["unshare", "--net", "--", process.execPath, fileURLToPath(import.meta.url), store.folder];
  const { stdout } = await store.other(program[0], program.slice(1), { seconds: 300 });
  return stdout;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const store = openStore(process.argv[2]);
  spawnSync("ip", ["link", "set", "lo", "up"], { env: store.env });
  try {
    process.stdout.write(`${await bringUp(store)}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
