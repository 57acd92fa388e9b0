/** The image: built from the shipped Dockerfile as it stands, and run as the documentation says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../node.mjs";

export const IMAGE = "localhost/tintype:test";
export const USER = "65532";
/** What docs/operate/docker.md tells everyone to give. */
export const HARDENING = [
  "--read-only",
  ...["--tmpfs", "/tmp"],
  ...["--user", USER],
  ...["--cap-drop", "ALL"],
  ...["--security-opt", "no-new-privileges"],
  ...["--pids-limit", "200"],
];
export const NODE = "/usr/local/bin/node";
export const TINTYPE = "/app/node_modules/tintype/bin/tintype.mjs";

/** The base that the Dockerfile names, and Node's major version in it. Throws an Error where there is none. */
export function baseOf(dockerfile = readFileSync(join(root, "Dockerfile"), "utf8")) {
  const [, name, major] = /^ARG NODE_IMAGE=((?:[^:@\s]+):(\d+)-[^@\s]+)/m.exec(dockerfile) ?? [];
  if (name === undefined)
    throw new Error("expected ARG NODE_IMAGE=<name>:<major>-<system> in the Dockerfile, got none");
  return { name, major };
}

/** Builds a target of the Dockerfile for an architecture; nothing is pulled. */
export async function build(store, { tag = IMAGE, target = "default", arch = "amd64" } = {}) {
  const how = ["--pull-never", "--isolation", "chroot", "--format", "docker", "--layers"];
  const what = ["--target", target, "--platform", `linux/${arch}`, "--tag", tag];
  await store.buildah(["bud", ...how, ...what, root], { seconds: 900 });
}

/** Bytes of all layers. */
export async function sizeOf(store, tag = IMAGE) {
  const { stdout } = await store.podman(["image", "inspect", "--format", "{{.Size}}", tag]);
  return Number(stdout);
}

/** Configuration of the image as OCI has it. */
export async function configOf(store, tag = IMAGE) {
  const { stdout } = await store.podman(["image", "inspect", "--format", "json", tag]);
  const [image] = JSON.parse(stdout);
  return { ...image.Config, Healthcheck: image.HealthCheck ?? image.Healthcheck ?? image.Config.Healthcheck };
}

/** The words that run the image hardened; `options` go to podman, `words` to the server. */
export const runWords = ({ options = [], words = [], image = IMAGE, memory = "512m", settings = {} }) => [
  "run",
  ...["--network", "host", "--memory", memory],
  ...HARDENING,
  ...Object.entries(settings).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
  ...options,
  image,
  ...words,
];
