import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** libvips reads an int and a unit here; a picture of more bytes than this would be decoded into a temporary file. */
const NEVER_TO_DISC = "1000000g";

/** A process to start: nothing of the front's environment comes along. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface EnvironmentOptions {
  /** An allocator to preload, such as jemalloc; used only where the file exists. */
  readonly preload?: string | undefined;
  /** Further variables, such as FONTCONFIG_FILE. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** How a renderer is started where nothing confines it (`sandbox.ts` wraps it). */
export const childCommand = (entry: URL, execArgv: readonly string[], env: Command["env"] = {}): Command => ({
  file: process.execPath,
  args: [...execArgv, fileURLToPath(entry)],
  env,
});

/** The same process with flags of Node's in front of its own. */
export const withFlags = (command: Command, flags: readonly string[]): Command => ({
  ...command,
  args: [...flags, ...command.args],
});

/** A program that ends by becoming the process that stands behind its own arguments. */
export const behind = (file: string, args: readonly string[], command: Command): Command => ({
  ...command,
  file,
  args: [...args, command.file, ...command.args],
});

/**
 * Without these, glibc's allocator takes every size that it has once given back for one that will be wanted again, up to
 * 32 MB, and keeps it: 150 MB after the first hundred pictures rather than 90, for one per cent less CPU time.
 */
const GLIBC = {
  MALLOC_ARENA_MAX: "2",
  MALLOC_MMAP_THRESHOLD_: String(1024 ** 2),
  MALLOC_TRIM_THRESHOLD_: String(16 * 1024 ** 2),
};

/** A renderer's whole environment: nothing of the front's, so no secret to find and no TMPDIR to spill into. */
export const childEnvironment = ({ preload, env }: EnvironmentOptions): Record<string, string> => ({
  UV_THREADPOOL_SIZE: "4",
  ...GLIBC,
  VIPS_DISC_THRESHOLD: NEVER_TO_DISC,
  ...(preload !== undefined && existsSync(preload) ? allocator(preload) : {}),
  ...env,
});

/** Freed memory goes back to the system after a second: the lowest resident size of the allocators measured. */
const allocator = (file: string): Record<string, string> => ({
  LD_PRELOAD: file,
  MALLOC_CONF: "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0",
});

/** The flags of this process that decide which file an import means (`--conditions`, `-C`), for its children. */
export function importFlags(execArgv: readonly string[] = process.execArgv): string[] {
  return execArgv.flatMap((flag, index) => {
    if (flag.startsWith("--conditions=")) return [flag];
    const value = execArgv[index + 1];
    return (flag === "--conditions" || flag === "-C") && value !== undefined ? [`--conditions=${value}`] : [];
  });
}
