import { isIPv4 } from "node:net";
import { CodecError } from "@tintype/url";

/** Where to listen, in the words of node:net. No host means every address. */
export type Bind =
  { readonly path: string } | { readonly port: number; readonly host?: string; readonly ipv6Only?: boolean };

// Every address of one family only.
const EVERY: Readonly<Record<string, { readonly host: string; readonly ipv6Only?: true }>> = {
  tcp4: { host: "0.0.0.0" },
  tcp6: { host: "::", ipv6Only: true },
};

/** Reads `host:port`, `:port`, `[IPv6]:port` or the path of a socket. Throws CodecError. */
export function parseBind(bind: string, network: string): Bind {
  if (network === "unix" || bind.startsWith("/")) return { path: bind };
  const [, bracketed, bare = "", digits = ""] = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(bind) ?? [];
  const port = Number(digits);
  if (digits === "" || port > 65535)
    throw new CodecError(`expected host:port, :port or the path of a socket, got ${JSON.stringify(bind)}`);
  const host = bracketed ?? bare;
  return host === "" ? { port, ...EVERY[network] } : { port, host };
}

/** True where nobody but this machine can connect. */
export function isLoopback(bind: Bind): boolean {
  if ("path" in bind) return true;
  const host = bind.host ?? "";
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}
