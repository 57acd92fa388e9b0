import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** A Tintype in a process of its own. */
export interface Running {
  /** Where it is, without a path: `http://127.0.0.1:49152`. */
  readonly address: string;
  /** Ends it, and resolves when it has ended. */
  close(): Promise<void>;
}

/** Milliseconds that it may take to end before it is made to. */
const PATIENCE = 5000;

const CHILD = new URL(import.meta.url.endsWith(".ts") ? "./child.ts" : "./child.js", import.meta.url);

/** Throws a sentence where the server is not installed. */
export function checkInstalled(): void {
  try {
    import.meta.resolve("tintype");
  } catch (cause) {
    throw new Error(
      'expected the package "tintype", which serves pictures while you develop, got none: install it beside @tintype/build',
      { cause },
    );
  }
}

/** Starts a server and resolves when it listens. `report` hears what it complains of. Rejects with a sentence. */
export async function startTintype(
  env: Readonly<Record<string, string | undefined>>,
  report: (complaint: string) => void,
): Promise<Running> {
  checkInstalled();
  // What packages were found under here has to be found there as well.
  const conditions = process.execArgv.filter((flag) => flag.startsWith("--conditions="));
  const child = spawn(process.execPath, [...conditions, fileURLToPath(CHILD)], {
    env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const errors = text(child.stderr);
  const ended = once(child, "close");
  const close = async (): Promise<void> => {
    child.stdin.end();
    const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
    await ended;
    clearTimeout(timer);
  };
  const address = new Promise<string>((resolve) => {
    createInterface(child.stdout).on("line", (line) => {
      const { msg, url, status, error } = readLine(line);
      if (msg === "listening") resolve(String(url));
      if (Number(status) >= 400) report(`${String(status)}, ${String(error)}`);
    });
  });
  const failed = ended.then(async ([code]) => {
    throw new Error(`expected a Tintype that starts, got exit code ${String(code)}: ${await errors}`);
  });
  return { address: await Promise.race([address, failed]), close };
}

function readLine(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}
