import type { Redis } from "ioredis";
import { decodeEntry, decodeHead, encodeEntry, HEAD_LIMIT } from "./entry.ts";
import type { Connection } from "./redis-connection.ts";
import { isKey, type CacheStore } from "./store.ts";

export interface RedisStoreSettings {
  /** What all names in the database begin with. */
  readonly prefix: string;
  /** Entries that are longer with all that belongs to them are not kept, and not read either. */
  readonly maxEntryBytes: number;
  /** How long an entry is kept after it was written. */
  readonly keepSeconds: number;
}

const PAGE = 1000;
/** A prefix that names a source at least. */
const OF_SOURCE = /^[\da-f]{24}/;

/** Of the members of a set, those whose entries are still there; the others have expired and leave the set. */
const LIVING = `
local living = {}
for i, key in ipairs(ARGV) do
  if redis.call("EXISTS", KEYS[i + 1]) == 1 then living[#living + 1] = key else redis.call("SREM", KEYS[1], key) end
end
return living`;

/**
 * Entries under `<prefix>entry:<key>`. Beside them `<prefix>source:<24 digits>` is the set of a source's keys, so that a
 * purge of one source need not go through the whole database. An eviction policy may take that set before its entries:
 * `keys` does not find those then.
 */
export function redisStore(connection: Connection, settings: RedisStoreSettings): CacheStore {
  const { prefix, maxEntryBytes } = settings;
  const keepMs = Math.max(1, Math.round(settings.keepSeconds * 1000));
  const nameOf = (key: string): string => `${prefix}entry:${key}`;
  const indexOf = (key: string): string => `${prefix}source:${key.slice(0, 24)}`;

  // Not its place in the set, too: a full server allows no transaction, and `LIVING` sees to the set.
  const drop = (key: string): Promise<void> =>
    connection.ask(async (client) => {
      const deleted: unknown = await client.del(nameOf(key));
      if (typeof deleted !== "number") throw alien();
    });

  /** The first bytes as `decode` understands them; what it does not is dropped, if that can be. */
  const read = async <T>(
    key: string,
    most: number,
    decode: (key: string, bytes: Uint8Array) => T | undefined,
  ) => {
    const bytes = await connection.ask((client) => rangeOf(client, nameOf(key), most));
    if (bytes?.length === 0) return undefined;
    const read = bytes && decode(key, bytes);
    if (read === undefined) await drop(key).catch(() => undefined);
    return read;
  };

  async function* pages(
    next: (client: Redis, cursor: string) => Promise<unknown>,
  ): AsyncGenerator<readonly string[]> {
    let cursor = "0";
    do {
      const page = await connection.ask(async (client) => pageOf(await next(client, cursor)));
      cursor = page.cursor;
      yield page.names;
    } while (cursor !== "0");
  }

  async function* ofSource(start: string): AsyncGenerator<string> {
    const index = indexOf(start);
    for await (const members of pages((client, cursor) => client.sscan(index, cursor, "COUNT", PAGE))) {
      const keys = members.filter((key) => isKey(key) && key.startsWith(start));
      if (keys.length === 0) continue;
      const names = [index, ...keys.map(nameOf)];
      yield* await connection.ask(async (client) =>
        textsOf(await client.eval(LIVING, names.length, ...names, ...keys)),
      );
    }
  }

  async function* ofAll(start: string): AsyncGenerator<string> {
    const glob = `${escaped(nameOf(start))}*`;
    for await (const names of pages((client, cursor) => client.scan(cursor, "MATCH", glob, "COUNT", PAGE)))
      yield* names.map((name) => name.slice(nameOf("").length)).filter(isKey);
  }

  return {
    get: (key) => read(key, maxEntryBytes, decodeEntry),
    head: (key) => read(key, HEAD_LIMIT, decodeHead),
    set: async (key, entry) => {
      const isHopeless = entry.body.length > maxEntryBytes;
      const bytes = isHopeless ? undefined : Buffer.concat(encodeEntry(key, entry));
      if (!bytes || bytes.length > maxEntryBytes) return drop(key);
      await connection.ask(async (client) => {
        const multi = client.multi().set(nameOf(key), bytes, "PX", keepMs);
        const replies = await multi.sadd(indexOf(key), key).pexpire(indexOf(key), keepMs).exec();
        for (const [error] of replies ?? []) if (error) throw error;
        if (replies?.[0]?.[1] !== "OK") throw alien();
      });
    },
    delete: drop,
    keys: (start) => (OF_SOURCE.test(start) ? ofSource(start) : ofAll(start)),
    close: () => connection.close(),
  };
}

/** What only something that is no Redis answers. */
const alien = (): Error => new Error("a reply of another kind");

/** The first bytes of a value: none where there is no value, undefined where there is one without bytes. */
async function rangeOf(client: Redis, name: string, most: number): Promise<Uint8Array | undefined> {
  try {
    const bytes: unknown = await client.getrangeBuffer(name, 0, most - 1);
    if (!Buffer.isBuffer(bytes)) throw alien();
    // A few bytes of a large piece from the socket would hold on to all of it.
    return bytes.buffer.byteLength > 2 * bytes.length ? new Uint8Array(bytes) : bytes;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("WRONGTYPE")) return undefined;
    throw error;
  }
}

function pageOf(reply: unknown): { readonly cursor: string; readonly names: readonly string[] } {
  const [cursor, names] = Array.isArray(reply) ? (reply as unknown[]) : [];
  if (typeof cursor !== "string" || !/^\d+$/.test(cursor)) throw alien();
  return { cursor, names: textsOf(names) };
}

function textsOf(reply: unknown): readonly string[] {
  if (!Array.isArray(reply) || !reply.every((each) => typeof each === "string")) throw alien();
  return reply;
}

const escaped = (text: string): string => text.replace(/[*?[\]\\^-]/g, "\\$&");
