import { lstatSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";

/** Where entries lie: in 256 folders, so that none grows too long to be read at once. */
export interface Folder {
  /** Absolute. */
  readonly directory: string;
  pathOf(shard: string): string;
  /** Makes the folder of a shard and all above it. Throws as `makeOurs` does. */
  make(shard: string): Promise<void>;
}

/** Names of shards: what keys begin with. */
export const SHARDS: readonly string[] = Array.from({ length: 256 }, (_, index) =>
  index.toString(16).padStart(2, "0"),
);

export const shardOf = (key: string): string => key.slice(0, 2);

/** The user whose files are trusted; undefined where the system has no users. */
export const ownUser = (): number | undefined => process.geteuid?.();

/**
 * Throws an Error where a path leads to something else than a folder of the server's own user or of root, whom nobody
 * can shut out anyway; links are something else. What is not there, or cannot be looked at, is no reason.
 */
export function assertOurs(path: string): void {
  const stats = statsOf(path);
  if (!stats) return;
  if (!stats.isDirectory()) {
    const what = stats.isSymbolicLink() ? "a link" : "something else";
    throw new Error(`expected a folder at ${path}, got ${what}`);
  }
  const user = ownUser();
  if (user !== undefined && stats.uid !== user && stats.uid !== 0)
    throw new Error(`expected ${path} to belong to user ${user}, got one of user ${stats.uid}`);
}

function statsOf(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Makes folders that only the server's user may enter, from the outermost inwards. Throws as `assertOurs` and `mkdir` do. */
export async function makeOurs(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    assertOurs(path);
    await makeFolder(path);
    assertOurs(path);
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EEXIST") return;
    // Only then, since it says that of a filesystem that takes no writes as well.
    if (code !== "ENOENT") throw error;
    await mkdir(path, { recursive: true, mode: 0o700 });
  }
}

/** Throws as `assertOurs` does, so that a server that cannot keep anything safely says so when it starts. */
export function openFolder(given: string): Folder {
  const directory = resolve(given);
  const entries = join(directory, "entries");
  for (const path of [directory, entries]) assertOurs(path);
  const pathOf = (shard: string): string => join(entries, shard);
  return { directory, pathOf, make: (shard) => makeOurs(directory, entries, pathOf(shard)) };
}
