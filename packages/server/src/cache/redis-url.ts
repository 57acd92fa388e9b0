/** Where a Redis is, and who asks it. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Empty for Redis' default user. */
  readonly username: string;
  /** Empty for none. */
  readonly password: string;
  /** The number of the database. */
  readonly db: number;
}

const USUAL_PORT = 6379;

/**
 * Reads `redis://user:password@host:port/database`, or `rediss://` for TLS; all but the host may be missing. Throws Error
 * for anything else, whose text repeats nothing of the URL, since there may be a password in it.
 */
export function parseRedisUrl(text: string): RedisAddress {
  const { protocol, hostname, port, username, password, pathname, search, hash } = urlOf(text);
  const [, db] = /^\/?(\d{0,5})$/.exec(pathname) ?? [];
  const isWhole = hostname !== "" && db !== undefined && search === "" && hash === "";
  if (!["redis:", "rediss:"].includes(protocol) || !isWhole) throw refused();
  return {
    host: decoded(hostname).replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? USUAL_PORT : Number(port),
    tls: protocol === "rediss:",
    username: decoded(username),
    password: decoded(password),
    db: Number(db),
  };
}

const refused = (): Error =>
  new Error("expected a URL such as redis://user:password@host:6379/0 (rediss:// for TLS), got another text");

function urlOf(text: string): URL {
  const url = URL.parse(text);
  if (!url) throw refused();
  return url;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused();
  }
}
