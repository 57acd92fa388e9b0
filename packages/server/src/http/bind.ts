/** Where to listen: the `bind` and `network` settings, and Node's words for them. */
import { lookup } from "node:dns/promises";
import { unlink } from "node:fs/promises";
import { connect, isIP } from "node:net";
import type { ListenOptions, Server } from "node:net";

/** THE TABLE of networks. A family of 0 means either. */
const NETWORKS = {
  tcp: { family: 0, everywhere: undefined },
  tcp4: { family: 4, everywhere: "0.0.0.0" },
  tcp6: { family: 6, everywhere: "::" },
  unix: undefined,
} as const;

/** Hosts that stand for every address of the machine. */
const EVERYWHERE = new Set(["", "0.0.0.0", "[::]"]);

export type Network = keyof typeof NETWORKS;

export interface Place {
  readonly bind: string;
  readonly network: Network;
  readonly reusePort: boolean;
}

/** Node's default and the usual ceiling of `net.core.somaxconn` before Linux 5.4. */
export const BACKLOG = 511;

/** Opens the server at its place; throws an Error that says what was expected where the place makes no sense. */
export async function open(server: Server, place: Place): Promise<void> {
  const options = await listenOptions(place);
  try {
    await listening(server, options);
  } catch (error) {
    if (options.path === undefined || !isInUse(error) || (await answers(options.path))) throw error;
    // A server that was killed leaves its socket file behind.
    await unlink(options.path);
    await listening(server, options);
  }
}

/** The address of an open server as a URL that a person can follow; for a unix socket `unix:` and its path. */
export function urlOf(server: Server, { bind }: Place): string {
  const address = server.address();
  if (address === null) throw new Error(`expected an open server at ${bind}, got a closed one`);
  if (typeof address === "string") return `unix:${address}`;
  const host = hostOf(bind);
  return `http://${EVERYWHERE.has(host) ? "localhost" : host}:${address.port}`;
}

async function listenOptions({ bind, network, reusePort }: Place): Promise<ListenOptions> {
  const rules = NETWORKS[network];
  if (rules === undefined || bind.startsWith("/")) return { path: bind, backlog: BACKLOG };
  const match = /^(?:\[[^\]]*\]|[^:[\]]*):(\d{1,5})$/.exec(bind);
  const port = Number(match?.[1]);
  if (!(port <= 65_535)) throw new Error(`expected an address such as :8080 or [::1]:8080, got "${bind}"`);
  const host = hostOf(bind).replace(/^\[(.*)\]$/, "$1");
  const resolved = host === "" ? rules.everywhere : await resolve(host, rules.family);
  return {
    port,
    ...(resolved === undefined ? {} : { host: resolved }),
    ipv6Only: network === "tcp6",
    reusePort,
    backlog: BACKLOG,
  };
}

const hostOf = (bind: string): string => bind.slice(0, bind.lastIndexOf(":"));

async function resolve(host: string, family: 0 | 4 | 6): Promise<string> {
  const version = isIP(host);
  if (version !== 0 && family !== 0 && version !== family) {
    throw new Error(`expected an IPv${family} address, got "${host}"`);
  }
  if (version !== 0) return host;
  try {
    return (await lookup(host, { family })).address;
  } catch (cause) {
    throw new Error(`expected an address to listen on, got "${host}"`, { cause });
  }
}

function listening(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

const isInUse = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "EADDRINUSE";

/** Whether somebody still serves behind a socket file. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", (error) => resolve(!("code" in error) || error.code !== "ECONNREFUSED"));
  });
}
