import { randomUUID } from "node:crypto";
import type { Lock } from "./lock.ts";
import type { Connection } from "./redis-connection.ts";

/** Only who holds it lets go of it. */
const RELEASE = `return redis.call("GET", KEYS[1]) == ARGV[1] and redis.call("DEL", KEYS[1]) or 0`;

/** Locks under `<prefix>lock:<key>`, on the server's clock. */
export function redisLock(connection: Connection, prefix: string): Lock {
  return {
    take: async (key, milliseconds) => {
      const name = `${prefix}lock:${key}`;
      const token = randomUUID();
      const ms = Math.max(1, Math.ceil(milliseconds));
      const reply: unknown = await connection.ask((client) => client.set(name, token, "PX", ms, "NX"));
      if (reply === null) return undefined;
      if (reply !== "OK") throw new Error("expected Redis to lock, got a reply of another kind");
      return async () => {
        // Where that fails it falls by itself.
        await connection.ask((client) => client.eval(RELEASE, 1, name, token)).catch(() => undefined);
      };
    },
  };
}
