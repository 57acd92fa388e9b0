/**
 * compose.yaml as it ships, brought up on podman's socket: server and edge, then its profiles. All of it happens in a network of
 * its own, in which this file is run as a program, so that no bridge and no rule of the firewall is left on the machine.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ended, root } from "../node.mjs";
import { makeObjectStore, makeService } from "./bases.mjs";
import { expectEqual } from "./expect.mjs";
import { baseOf, IMAGE } from "./image.mjs";
import { PROFILES } from "./profiles.mjs";
import { until } from "./server.mjs";
import { openStore } from "./store.mjs";

const KEY = "aa".repeat(16);
const SALT = "bb".repeat(16);
// Free in a network of its own.
const PORT = "8080";
const URL_OF_EDGE = `http://127.0.0.1:${PORT}`;
const STARTS_WITHIN_MS = 90_000;

const ACCEPTS = {
  chrome: "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
  firefox: "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
};

function sign(path) {
  const mac = createHmac("sha256", Buffer.from(KEY, "hex")).update(Buffer.from(SALT, "hex"));
  return `/${mac.update(path).digest("base64url")}${path}`;
}

/** Asks for a signed picture as one of the browsers. */
const picture = (path, { url = URL_OF_EDGE, browser = "chrome" } = {}) =>
  fetch(`${url}${sign(path)}`, { headers: { accept: ACCEPTS[browser] } });

/** Image of a service as compose.yaml names it. */
function imageOf(service) {
  const text = readFileSync(join(root, "compose.yaml"), "utf8");
  const [, name] = new RegExp(`^  ${service}:\\n    image: \\$\\{\\w+:-([^}]+)\\}`, "m").exec(text) ?? [];
  if (name === undefined) throw new Error(`expected an image of ${service} in compose.yaml, got none`);
  return name;
}

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

/** The one container of a service: its id, its address in Compose's network, the exit code of one that has ended. */
async function containerOf(store, service) {
  const filters = ["project=tintype", `service=${service}`].flatMap((each) => [
    "--filter",
    `label=com.docker.compose.${each}`,
  ]);
  const { stdout: id } = await store.podman(["ps", "--all", "--quiet", ...filters]);
  const { stdout } = await store.podman(["inspect", id]);
  const [{ State, NetworkSettings }] = JSON.parse(stdout);
  const [network] = Object.values(NetworkSettings.Networks ?? {});
  return { id, address: network?.IPAddress, exitCode: State.ExitCode };
}

/** Has a service's health checked until something ends, as Docker does by itself and podman where systemd is. */
async function lookAfter(store, service, end) {
  let isOver = false;
  void end.then(() => (isOver = true));
  while (!isOver) {
    await sleep(2000);
    await containerOf(store, service)
      .then(({ id }) => store.podman(["healthcheck", "run", id]))
      .catch(() => undefined);
  }
  return end;
}

async function observeEdge() {
  const ask = (path) => fetch(`${URL_OF_EDGE}${path}`, { headers: { accept: "*/*" } });
  const isThere = ({ ok }) => ok;
  const answers = () => ask("/edge-health").then(isThere, () => false);
  await until("an edge that answers", answers, STARTS_WITHIN_MS);
  const path = "/w:160/plain/local:///brushes.jpg";
  await until("a server behind it", async () => (await picture(path)).status === 200, STARTS_WITHIN_MS);
  const facts = ({ status, headers }) => [status, headers.get("content-type"), headers.get("x-cache")];
  const seen = {
    again: facts(await picture(path)),
    other: facts(await picture(path, { browser: "firefox" })),
    unsigned: (await ask(`/_${path}`)).status,
    hidden: (await ask("/health")).status,
  };
  const hit = [200, "image/avif", "HIT"];
  expectEqual("through the edge", seen, { again: hit, other: hit, unsigned: 403, hidden: 404 });
}

/** Brings it up with one program, looks at it, and takes it down again; gives what was seen. */
async function bringUp(store, { program, profiles }) {
  const service = await serve(store);
  const env = {
    ...store.env,
    DOCKER_HOST: service.address,
    COMPOSE_PROJECT_NAME: "tintype",
    TINTYPE_IMAGE: IMAGE,
    TINTYPE_PORT: PORT,
    IMGPROXY_KEY: KEY,
    IMGPROXY_SALT: SALT,
    ...Object.assign({}, ...profiles.map((name) => PROFILES[name].settings)),
  };
  const options = { cwd: root, env, encoding: "utf8", timeout: 240_000 };
  const flags = profiles.flatMap((name) => ["--profile", name]);
  const compose = (...words) => spawnSync(program, ["--file", "compose.yaml", ...flags, ...words], options);
  const around = { store, picture, containerOf: (each) => containerOf(store, each) };
  const up = async (...words) => {
    const child = spawn(program, ["--file", "compose.yaml", ...flags, "up", "--no-build", ...words], {
      ...options,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const said = [];
    child.stderr.on("data", (chunk) => said.push(chunk));
    const end = ended(child);
    const { code } = await Promise.race([end, lookAfter(store, "tintype", end)]);
    if (code !== 0) throw new Error(`${program} up ended with ${code}: ${said.join("").slice(-1500)}`);
  };
  const services = ["tintype", "function", "edge", ...profiles.map((name) => PROFILES[name].service)];
  try {
    for (const { service: first, prepare } of profiles.map((name) => PROFILES[name])) {
      if (prepare === undefined) continue;
      await up("--detach", first);
      await prepare(around);
    }
    await up(versionOf(program).startsWith("Compose 2") ? "--wait" : "--detach", ...services);
    const seen = [];
    try {
      await observeEdge();
      for (const name of profiles) seen.push(`${name} ${await PROFILES[name].observe(around)}`);
    } catch (error) {
      throw new Error(`${compose("logs", "--no-color", "--tail", "3").stdout}\n${error.message}`);
    }
    const start = performance.now();
    compose("stop", "tintype");
    const took = (performance.now() - start) / 1000;
    expectEqual("how the server has ended", (await containerOf(store, "tintype")).exitCode, 0);
    return [
      `${versionOf(program)}: signed 200, then HIT for two browsers; unsigned 403; stops with 0 in ${took.toFixed(1)} s`,
      ...seen,
    ].join("; ");
  } finally {
    compose("down", "--volumes", "--timeout", "5");
    await service.stop();
  }
}

/** "Compose 1.29.2"; one of version 2 that was built from its sources calls itself "Docker Compose version dev". */
function versionOf(program) {
  const { stdout = "" } = spawnSync(program, ["version"], { encoding: "utf8" });
  const [, own, version = ""] = /(Docker Compose)?.*version v?([\w.]+)/.exec(stdout) ?? [];
  return `Compose ${own && !/^\d/.test(version) ? "2" : version}`;
}

export async function checkCompose({ store }) {
  const node = baseOf().name;
  const { COMPOSE, MINIO } = process.env;
  await makeService(store, { service: "nginx", name: imageOf("edge"), node });
  for (const service of ["varnish", "redis", "prometheus"])
    await makeService(store, { service, name: imageOf(service), node });
  if (MINIO) await makeObjectStore(store, { name: imageOf("s3"), program: MINIO });
  const profiles = Object.keys(PROFILES).filter((name) => name !== "s3" || MINIO);
  const said = [];
  for (const program of ["docker-compose", ...(COMPOSE ? [COMPOSE] : [])]) {
    const task = JSON.stringify({ program, profiles });
    const words = ["--net", "--", process.execPath, fileURLToPath(import.meta.url), store.folder, task];
    said.push((await store.other("unshare", words, { seconds: 400 })).stdout);
  }
  return said.join("\n          ");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const store = openStore(process.argv[2]);
  spawnSync("ip", ["link", "set", "lo", "up"], { env: store.env });
  try {
    process.stdout.write(`${await bringUp(store, JSON.parse(process.argv[3]))}\n`);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
