import { HttpError } from "../errors.ts";
import { type AddressPolicy, admitsAddress } from "./address.ts";

/** What outbound requests may go to. */
export interface GatePolicy extends AddressPolicy {
  /** The setting's ports, by default 80 and 443, and those that the allow-list names. */
  readonly ports: readonly number[];
}

/** The one place that says where an outbound http(s) request may go. */
export interface Gate {
  /** Throws HttpError where a request for `url` must not be made, whatever its name resolves to. */
  check(url: URL): void;
  /** Tells whether an address may be connected to; asked for every answer of DNS and for every open socket. */
  admits(address: string): boolean;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

const forbidden = (detail: string): HttpError => new HttpError("source_address_forbidden", detail);

/** The address that a URL's host is, without brackets; undefined where it is a name. */
function literal(host: string): string | undefined {
  if (host.startsWith("[")) return host.slice(1, -1);
  // The URL parser turns every number-like spelling of IPv4 into four decimal parts.
  return /^\d+\.\d+\.\d+\.\d+$/.test(host) ? host : undefined;
}

/** A gate that follows `policy`. Throws a plain Error where the policy itself is malformed. */
export function createGate(policy: GatePolicy): Gate {
  const admits = admitsAddress(policy);
  const ports = new Set(policy.ports);
  // Who lets the server reach its own machines has services on all kinds of ports there.
  const anyPort = policy.allowLoopback || policy.allowPrivate;

  const check = (url: URL): void => {
    const defaultPort = DEFAULT_PORTS[url.protocol];
    if (defaultPort === undefined) {
      throw new HttpError("source_unreachable", `expected http or https, got ${url.protocol}`);
    }
    if (url.hostname === "") throw new HttpError("source_unreachable", "expected a host, got none");
    if (url.username !== "" || url.password !== "") {
      throw forbidden("expected no user and password in the URL, got some");
    }
    const port = url.port === "" ? defaultPort : Number(url.port);
    if (port === 0 || !(anyPort || ports.has(port))) {
      throw forbidden(`expected port ${[...ports].join(", ")}, got ${port}`);
    }
    const address = literal(url.hostname);
    if (address !== undefined && !admits(address)) {
      throw forbidden(`expected an address that may be connected to, got ${address}`);
    }
  };
  return { check, admits };
}
