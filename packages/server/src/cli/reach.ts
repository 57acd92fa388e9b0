import type { Bind } from "../config/bind.ts";

/** Where to connect from this machine. */
export type Reach = { readonly socketPath: string } | { readonly host: string; readonly port: number };

const EVERY: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** The near end of a bind: a server that listens on every address is reached by loopback. */
export function reach(bind: Bind): Reach {
  if ("path" in bind) return { socketPath: bind.path };
  const host = bind.host ?? "127.0.0.1";
  return { host: EVERY[host] ?? host, port: bind.port };
}
