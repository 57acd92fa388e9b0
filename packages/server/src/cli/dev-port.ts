import type { ListenOptions } from "../http/node.ts";
import { UsageError } from "./command.ts";

const FIRST_PORT = 8080;
const LAST_PORT = 8099;

/** The only address that `tintype dev` is ever bound to. */
export const HOST = "127.0.0.1";

export const addressOf = (port: number): string => `${HOST}:${port}`;

/** The port that is wanted, or the first free one. Throws UsageError, or an Error where none is free. */
export async function findPort(wanted: string | undefined): Promise<number> {
  if (wanted !== undefined) {
    const port = readPort(wanted);
    if (port === 0 || (await isFree(port))) return port;
    throw new Error(`expected port ${port} to be free, got one that another program has`);
  }
  for (let port = FIRST_PORT; port <= LAST_PORT; port += 1) if (await isFree(port)) return port;
  throw new Error(`expected a free port from ${FIRST_PORT} to ${LAST_PORT}, got none: name one with --port`);
}

function readPort(given: string): number {
  if (/^\d{1,5}$/.test(given) && Number(given) <= 65_535) return Number(given);
  throw new UsageError(`expected an integer from 0 to 65535 behind --port, got ${JSON.stringify(given)}`);
}

/** Tried with a door that nobody is told of, and that is closed again. */
async function isFree(port: number): Promise<boolean> {
  const { listen } = await import("../http/node.ts");
  const options: ListenOptions = { bind: addressOf(port), report: () => undefined };
  try {
    const door = await listen(() => Promise.reject(new Error("expected nobody to come in")), options);
    await door.close({ graceSeconds: 0 });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return false;
    throw error;
  }
}
