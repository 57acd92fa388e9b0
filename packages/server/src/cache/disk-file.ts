import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { open, rename, rm, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { ownUser } from "./disk-folder.ts";

/** Something that lies where a file of ours should, and is none, or is not whole. */
export class Untrusted extends Error {}

/** The system's code of an error, such as `ENOENT`. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error ? String(error.code) : undefined;

/** Undefined where what is worked on is not there. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Windows knows neither. A FIFO would block whoever opens it without the second. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW || 0) | (constants.O_NONBLOCK || 0);

/** What open(2) says of links, on Linux and BSD, and of sockets. */
const ODD = new Set(["ELOOP", "EMLINK", "ENXIO"]);

interface Reading {
  /** A larger file is not trusted. */
  readonly mostBytes: number;
  /** Reads no further than that. */
  readonly enough?: number;
  /** Notes that the file was used, in its time of change, to the hour. */
  readonly isUse?: boolean;
}

/**
 * The bytes of a regular file of our own user; undefined where there is none. Throws Untrusted for anything else that lies
 * there, without following or waiting for it, and what the system says where it cannot be read.
 */
export async function readOurs(path: string, reading: Reading): Promise<Uint8Array | undefined> {
  const handle = await openOurs(path);
  if (!handle) return undefined;
  try {
    const stats = await handle.stat();
    assertTrusted(path, stats, reading.mostBytes);
    const bytes = await readUpTo(handle, Math.min(stats.size, reading.enough ?? Infinity));
    if (reading.isUse) await touch(handle, stats);
    return bytes;
  } finally {
    await handle.close();
  }
}

async function openOurs(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, READ_FLAGS);
  } catch (error) {
    const code = codeOf(error) ?? "";
    if (code === "ENOENT") return undefined;
    if (ODD.has(code)) throw new Untrusted(`expected a regular file at ${path}, got ${code}`);
    throw error;
  }
}

function assertTrusted(path: string, stats: Stats, mostBytes: number): void {
  if (!stats.isFile()) throw new Untrusted(`expected a regular file at ${path}, got something else`);
  if (!isOwn(stats))
    throw new Untrusted(`expected a file of our own at ${path}, got one of user ${stats.uid}`);
  if (stats.size > mostBytes)
    throw new Untrusted(`expected at most ${mostBytes} bytes at ${path}, got ${stats.size}`);
}

/** Whether a file belongs to the user that this server runs as. */
export function isOwn({ uid }: Pick<Stats, "uid">): boolean {
  const user = ownUser();
  return user === undefined || user === uid;
}

async function readUpTo(handle: FileHandle, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  while (at < length) {
    const { bytesRead } = await handle.read(bytes, at, length - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}

async function touch(handle: FileHandle, { mtimeMs }: Stats): Promise<void> {
  const now = Date.now();
  if (Math.abs(now - mtimeMs) < HOUR) return;
  // A filesystem that takes no writes still gives what it has.
  await handle.utimes(now / 1000, now / 1000).catch(() => undefined);
}

/** Names of the files that this process writes at the moment. */
const underWay = new Set<string>();

const TEMPORARY = /^\.(\d{1,10})-[\da-f]{16}\.tmp$/;

/**
 * Writes a file so that whoever reads it finds all of it or what was there before, even after a crash. Rejects with what
 * the system says; nothing of it is left then.
 */
export async function writeWhole(folder: string, name: string, chunks: readonly Uint8Array[]): Promise<void> {
  const temporary = `.${process.pid}-${randomBytes(8).toString("hex")}.tmp`;
  const path = join(folder, temporary);
  underWay.add(temporary);
  try {
    await fill(path, chunks);
    await rename(path, join(folder, name));
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    underWay.delete(temporary);
  }
}

async function fill(path: string, chunks: readonly Uint8Array[]): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    await handle.writeFile(chunks);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** Whether a name is one that `writeWhole` gives to what it has not finished. */
export const isTemporary = (name: string): boolean => TEMPORARY.test(name);

/**
 * Whether nobody will finish such a file: it is ten minutes old, or one minute and its process is gone. A process in
 * another container may look as if it were; if it lives after all, its write fails, and no reader sees anything of it.
 */
export function isAbandoned(name: string, { mtimeMs }: Pick<Stats, "mtimeMs">): boolean {
  const pid = TEMPORARY.exec(name)?.[1];
  if (pid === undefined || underWay.has(name)) return false;
  const age = Date.now() - mtimeMs;
  return age > 10 * MINUTE || (age > MINUTE && !isAlive(Number(pid)));
}

/** Whatever bears our own number and is not under way is from a life before: in a container, every process is number 1. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== "ESRCH";
  }
}

/** Removes whatever lies at a path; links are not followed. Resolves as well where nothing does. */
export async function drop(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    const code = codeOf(error) ?? "";
    if (code === "ENOENT") return;
    // Linux and macOS, for a folder.
    if (code !== "EISDIR" && code !== "EPERM") throw error;
    await rm(path, { recursive: true, force: true });
  }
}
