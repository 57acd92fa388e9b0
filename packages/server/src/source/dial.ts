import { type Socket, connect, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import { HttpError } from "../errors.ts";
import type { Resolve } from "./resolve.ts";

/** How a connection to a source is made. */
export interface DialSettings {
  /** Tells whether an address may be connected to. */
  readonly admits: (address: string) => boolean;
  readonly resolve: Resolve;
  /** Certificates are not checked. */
  readonly ignoreTls: boolean;
  /** For all addresses of a name together, and then once more for TLS. */
  readonly connectSeconds: number;
}

/** Whom to call: host as in a URL, without brackets. */
export interface Callee {
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
}

/** An address that has others behind it must answer within this time. */
const IMPATIENT_MS = 300;
const MOST_ADDRESSES = 4;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const failure = (what: string, error: unknown): HttpError =>
  error instanceof HttpError
    ? error
    : new HttpError("source_unreachable", `expected ${what}, got ${messageOf(error)}`, { cause: error });

interface Readiness {
  readonly event: "connect" | "secureConnect";
  readonly limitMs: number;
  readonly what: string;
}

/** Waits for a socket's event; a socket that fails or is late is destroyed. */
function ready<T extends Socket>(socket: T, { event, limitMs, what }: Readiness): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy(new HttpError("source_timeout", `expected ${what} within ${limitMs} ms`));
    }, limitMs);
    socket.once(event, () => {
      clearTimeout(timer);
      resolve(socket);
    });
    // Stays for the socket's life: an error between two owners must not find it without a listener.
    socket.on("error", (error) => {
      clearTimeout(timer);
      reject(failure(what, error));
    });
  });
}

interface Attempt {
  readonly address: string;
  readonly port: number;
  readonly limitMs: number;
}

/** Connects to an address that has been checked, and checks the connected socket before any byte is sent. */
async function reach({ address, port, limitMs }: Attempt, { admits }: DialSettings): Promise<Socket> {
  const socket = connect({ host: address, port, noDelay: true, keepAlive: true });
  await ready(socket, { event: "connect", limitMs, what: `a connection to ${address} port ${port}` });
  const peer = socket.remoteAddress;
  if (peer !== undefined && admits(peer)) return socket;
  socket.destroy();
  throw new HttpError("source_address_forbidden", `expected an admitted peer, got ${peer ?? "none"}`);
}

async function reachAny(addresses: readonly string[], port: number, settings: DialSettings): Promise<Socket> {
  const tried = addresses.slice(0, MOST_ADDRESSES);
  const impatientMs = Math.min(IMPATIENT_MS, (settings.connectSeconds * 1000) / tried.length);
  const lastLimitMs = settings.connectSeconds * 1000 - impatientMs * (tried.length - 1);
  let failed: unknown;
  for (const [index, address] of tried.entries()) {
    const limitMs = index === tried.length - 1 ? lastLimitMs : impatientMs;
    try {
      return await reach({ address, port, limitMs }, settings);
    } catch (error) {
      failed = error;
    }
  }
  throw failure("a connection", failed);
}

function encrypt(
  socket: Socket,
  hostname: string,
  { ignoreTls, connectSeconds }: DialSettings,
): Promise<Socket> {
  const encrypted = connectTls({
    socket,
    host: hostname,
    // RFC 6066, section 3: a server name is a DNS name without a trailing dot, never an address.
    ...(isIP(hostname) === 0 && { servername: hostname.replace(/\.$/, "") }),
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: !ignoreTls,
  });
  const what = `a TLS session with ${hostname}`;
  return ready(encrypted, { event: "secureConnect", limitMs: connectSeconds * 1000, what });
}

async function resolved(hostname: string, { resolve }: DialSettings): Promise<readonly string[]> {
  try {
    return await resolve(hostname);
  } catch (error) {
    throw failure(`an address of ${hostname}`, error);
  }
}

/**
 * Opens a connection to an admitted address of the host, TLS included where it is wanted. A literal address goes the
 * same way as a name. Throws `source_address_forbidden`, `source_timeout` or `source_unreachable`.
 */
export async function dial({ hostname, port, secure }: Callee, settings: DialSettings): Promise<Socket> {
  const found = isIP(hostname) === 0 ? await resolved(hostname, settings) : [hostname];
  const admitted = found.filter((address) => isIP(address) !== 0 && settings.admits(address));
  if (found.length === 0) {
    throw new HttpError("source_unreachable", `expected an address of ${hostname}, got none`);
  }
  if (admitted.length === 0) {
    const got = `expected ${hostname} to have an address that may be connected to, got ${found.join(", ")}`;
    throw new HttpError("source_address_forbidden", got);
  }
  const socket = await reachAny(admitted, port, settings);
  return secure ? encrypt(socket, hostname, settings) : socket;
}
