import { availableParallelism, totalmem } from "node:os";
import { posix, win32 } from "node:path";
import { loadConfig, type Loaded } from "./load.ts";

/** The environment of this process, for what reads variables that are not ours. */
export const environment = (): NodeJS.ProcessEnv => process.env;

/** What the cgroup grants, which Node reports as more than there is where it grants everything. */
const memory = (): number => Math.min(process.constrainedMemory() || Infinity, totalmem());

/** A folder of ours where the user's programs keep what they can make again; empty where the user has none. */
export function cacheFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const { XDG_CACHE_HOME: cache = "", LOCALAPPDATA: local = "", HOME: home = "" } = env;
  if (platform === "win32") return local === "" ? "" : win32.join(local, "tintype", "cache");
  // The specification of XDG wants relative paths ignored.
  if (cache.startsWith("/")) return posix.join(cache, "tintype");
  if (home === "" || home === "/") return "";
  return posix.join(home, platform === "darwin" ? "Library/Caches" : ".cache", "tintype");
}

/**
 * The configuration of this process: its environment, the flags given, and what its cgroup grants. What the file of
 * variables holds for others, such as credentials of a cloud, is put where they look for it.
 */
export function loadProcess(flags: ReadonlyMap<string, string> = new Map()): Loaded {
  const loaded = loadConfig({
    env: process.env,
    flags,
    cpus: availableParallelism(),
    memoryBytes: memory(),
    cacheFolder: cacheFolder(process.env, process.platform),
  });
  Object.assign(process.env, loaded.others);
  return loaded;
}
