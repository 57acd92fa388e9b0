/** The server as its users run it: a process that listens, logs and obeys signals. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { eventually } from "./client.ts";
import { atWork, leavesOf } from "./tree.ts";

/** One line of the log. */
export interface Line {
  readonly msg: string;
  readonly url?: string;
  readonly status?: number;
  readonly state?: string;
  readonly code?: string;
  readonly sandbox?: string;
}

export interface Running {
  readonly url: string;
  readonly pid: number;
  readonly process: ChildProcess;
  /** Every line so far. */
  readonly lines: readonly Line[];
  /** Lines of answered requests. */
  readonly answered: () => readonly Line[];
  /** Process ids of the renderers that run now. */
  readonly renderers: () => number[];
  /** Resolves when the process has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

const CLI = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

/** What every server here has: originals on this machine, encoders at their slowest, and patience. */
const DEFAULTS = {
  IMGPROXY_BIND: "127.0.0.1:0",
  IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES: "true",
  IMGPROXY_ALLOWED_SOURCES: "http://127.0.0.1:*/",
  IMGPROXY_WORKERS: "2",
  IMGPROXY_AVIF_SPEED: "0",
  IMGPROXY_TIMEOUT: "60",
  TINTYPE_RENDER_QUEUE_TIMEOUT: "60",
  // All slow originals are the same bytes, and tests end many renderers over them.
  TINTYPE_RENDER_QUARANTINE_TTL: "0",
  TINTYPE_HTTP_LAME_DUCK_DELAY: "0",
};

/** Starts a server that ends with the tests of the file at the latest; resolves when it listens. */
export async function startServer(settings: Readonly<Record<string, string>> = {}): Promise<Running> {
  const child = spawn(process.execPath, ["--conditions=tintype-source", CLI, "serve"], {
    env: { ...DEFAULTS, ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  after(() => child.kill("SIGKILL"));
  const lines: Line[] = [];
  const ended: Running["ended"] = new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const pid = child.pid ?? 0;
  return {
    url: await listening(child, lines),
    pid,
    process: child,
    lines,
    answered: () => lines.filter(({ status }) => status !== undefined),
    renderers: () => leavesOf(pid),
    ended,
  };
}

function listening(child: ChildProcess, lines: Line[]): Promise<string> {
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code ?? "a signal"}: ${errors}`)));
    if (!child.stdout) return;
    createInterface(child.stdout).on("line", (text) => {
      const line = JSON.parse(text) as Line; // The log's default format.
      lines.push(line);
      if (line.msg === "listening" && line.url) resolve(line.url);
    });
  });
}

/** The path of a rendition of an original. */
export const path = (options: string, source: string): string => `/unsafe/${options}/plain/${source}`;

/** Resolves when a renderer is at work, and tells which are. */
export async function busy({ renderers }: Running): Promise<number[]> {
  let found: number[] = [];
  await eventually("a renderer at work", async () => (found = await atWork(renderers())).length > 0);
  return found;
}

/** Resolves when one renderer is at work and no other uses a moment, and tells which: it alone has the picture. */
export async function busyAlone({ renderers }: Running): Promise<number> {
  let found: number[] = [];
  await eventually("one renderer at work", async () => (found = await atWork(renderers())).length === 1);
  return found[0]!;
}

/** Resolves when two renderers and a spare one are ready, and none has anything to do. */
export const rested = ({ renderers }: Running): Promise<void> =>
  eventually("three idle renderers", async () => {
    const pids = renderers();
    return pids.length === 3 && (await atWork(pids)).length === 0;
  });
