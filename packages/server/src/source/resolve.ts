import { Resolver } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { HttpError } from "../errors.ts";

/** Finds the addresses of a host name. Throws HttpError where there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** Asking DNS takes at most this long, however many names and servers are tried. */
const LIMIT_MS = 2000;
/** RFC 8305, section 3: how long the answer for one address family waits for the other. */
const GRACE_MS = 50;

const LOOPBACK = ["127.0.0.1", "::1"] as const;

/** What this machine knows about names without asking a server. */
export interface Names {
  readonly hosts: ReadonlyMap<string, readonly string[]>;
  /** Domains that short names are completed with. */
  readonly search: readonly string[];
  /** A name with fewer dots than this is also looked for in the search domains. */
  readonly ndots: number;
}

const linesOf = (text: string): readonly (readonly string[])[] =>
  text.split("\n").map((line) =>
    line
      .replace(/[#;].*/, "")
      .trim()
      .split(/\s+/),
  );

/** Reads the texts of `/etc/hosts` and `/etc/resolv.conf`. */
export function readNames(hostsText: string, resolvText: string): Names {
  const hosts = new Map<string, readonly string[]>();
  for (const [address = "", ...names] of linesOf(hostsText)) {
    for (const name of names) {
      const key = name.toLowerCase();
      hosts.set(key, [...(hosts.get(key) ?? []), address]);
    }
  }
  const resolv = linesOf(resolvText);
  const search = resolv.findLast(([keyword]) => keyword === "search" || keyword === "domain")?.slice(1) ?? [];
  const [, ndots = "1"] = /\bndots:(\d+)/.exec(resolvText) ?? [];
  return { hosts, search: search.filter((domain) => domain !== "."), ndots: Math.min(Number(ndots), 15) };
}

/** The full names that a host may stand for, in the order in which they are asked for. */
export function candidates(host: string, { search, ndots }: Names): readonly string[] {
  if (host.endsWith(".")) return [host.slice(0, -1)];
  const dots = host.split(".").length - 1;
  if (dots >= ndots) return [host];
  const completed = search.map((domain) => `${host}.${domain}`);
  // Unlike glibc, a name with a dot is first tried as it is: public names are by far the most common.
  return dots > 0 ? [host, ...completed] : [...completed, host];
}

const readQuietly = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");

async function readOwnNames(): Promise<Names> {
  return readNames(await readQuietly("/etc/hosts"), await readQuietly("/etc/resolv.conf"));
}

interface Answer {
  readonly addresses: readonly string[];
  readonly error?: unknown;
}

const settled = (asked: Promise<readonly string[]>): Promise<Answer> =>
  asked.then(
    (addresses) => ({ addresses }),
    (error: unknown) => ({ addresses: [], error }),
  );

/** IPv4 first: where a machine has both, it is the one that always has a route. */
async function askBoth(resolver: Resolver, name: string): Promise<Answer> {
  const sixth = settled(resolver.resolve6(name));
  const fourth = await settled(resolver.resolve4(name));
  const late: Answer = { addresses: [] };
  const other = await (fourth.addresses.length > 0 ? Promise.race([sixth, sleep(GRACE_MS, late)]) : sixth);
  const addresses = [...fourth.addresses, ...other.addresses];
  // "No such record" of one family says less than a failure of the other.
  return addresses.length > 0 ? { addresses } : { addresses, error: worse(fourth.error, other.error) };
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown";

const isAbsence = (error: unknown): boolean => ["ENOTFOUND", "ENODATA"].includes(codeOf(error));
const isTimeout = (error: unknown): boolean => ["ETIMEOUT", "ECANCELLED"].includes(codeOf(error));
const worse = (one: unknown, other: unknown): unknown => (isAbsence(one) ? other : one);

async function askServers(
  names: readonly string[],
  servers: readonly string[] | undefined,
): Promise<readonly string[]> {
  // One resolver per question: it reads the machine's servers anew, and ending it ends nobody else's question.
  const resolver = new Resolver({ timeout: LIMIT_MS / 2, tries: 2 });
  if (servers) resolver.setServers(servers);
  const timer = setTimeout(() => resolver.cancel(), LIMIT_MS);
  let failure: unknown;
  try {
    for (const name of names) {
      const { addresses, error } = await askBoth(resolver, name);
      if (addresses.length > 0) return addresses;
      failure = worse(failure ?? error, error);
      if (isTimeout(error)) break;
    }
  } finally {
    clearTimeout(timer);
    resolver.cancel();
  }
  const code = isTimeout(failure) ? "source_timeout" : "source_unreachable";
  throw new HttpError(code, `expected an address of ${names.join(" or ")}, got ${codeOf(failure)}`, {
    cause: failure,
  });
}

/** Where names are looked up; by default as this machine is set up. */
export interface ResolveSettings {
  readonly readMachine?: () => Promise<Names>;
  /** Addresses, with a port where it is not 53. */
  readonly servers?: readonly string[];
}

/**
 * Asks this machine's hosts file and DNS servers. Not `dns.lookup`: its calls share the few threads that files are
 * read with, and a handful of names that never answer would hold up everything.
 */
export function createResolve({ readMachine = readOwnNames, servers }: ResolveSettings = {}): Resolve {
  let machine: Promise<Names> | undefined;
  return async (host) => {
    const name = host.toLowerCase().replace(/\.$/, "");
    // RFC 6761, sections 6.3 and 6.4: these two names never leave the machine.
    if (/(?:^|\.)localhost$/.test(name)) return LOOPBACK;
    if (/(?:^|\.)invalid$/.test(name)) {
      throw new HttpError("source_unreachable", `expected a name that can exist, got ${name}`);
    }
    machine ??= readMachine();
    const names = await machine;
    return names.hosts.get(name) ?? (await askServers(candidates(host.toLowerCase(), names), servers));
  };
}
