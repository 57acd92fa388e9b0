/** The programs that judge the chart: those of PATH, or built once from Go modules of a fixed version. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root } from "../node.mjs";

/** `built` is the version that is built where PATH has none; any that is there is taken. */
const TOOLS = {
  helm: { module: "helm.sh/helm/v3/cmd/helm", built: "v3.22.0" },
  kubeconform: { module: "github.com/yannh/kubeconform/cmd/kubeconform", built: "v0.8.0" },
};

const BUILD_MS = 900_000;

/** A folder of ours that git and npm leave alone. */
export const cache = join(root, "node_modules/.cache/tintype-chart");

const inPath = (name) =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));

/** Path of a tool. Throws an Error with a sentence where there is none and Go cannot build it. */
export function tool(name) {
  const { module, built } = TOOLS[name];
  const binary = join(cache, "bin", built, name);
  const found = inPath(name) ?? (existsSync(binary) ? binary : undefined);
  if (found !== undefined) return found;
  process.stdout.write(`Building ${name} ${built}, which takes some minutes, once\n`);
  const GOBIN = join(cache, "bin", built);
  mkdirSync(GOBIN, { recursive: true });
  const env = { ...process.env, GOBIN };
  go(["install", `${module}@${built}`], { env, timeout: BUILD_MS });
  return binary;
}

/** Folder of a Go module of a fixed version, downloaded where it is not there yet. Throws as `tool` does. */
export function moduleFolder(module) {
  // Outside of any module, so that no go.mod has a say.
  mkdirSync(cache, { recursive: true });
  return JSON.parse(go(["mod", "download", "-json", module], { cwd: cache, timeout: BUILD_MS })).Dir;
}

function go(args, options) {
  const { error, status, stdout, stderr } = spawnSync("go", args, { encoding: "utf8", ...options });
  if (error?.code === "ENOENT")
    throw new Error(
      `expected helm and kubeconform, or Go to build them with and to fetch schemas, got none of them in PATH: install Go, or put both tools into PATH`,
    );
  if (error) throw error;
  if (status !== 0) throw new Error(`expected "go ${args.join(" ")}" to succeed, got:\n${stderr}`);
  return stdout;
}
