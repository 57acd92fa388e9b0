import type { Lock } from "./lock.ts";
import type { PurgeBoard } from "./purge.ts";
import { redisBoard } from "./redis-board.ts";
import { openConnection, type ConnectionSettings } from "./redis-connection.ts";
import { redisLock } from "./redis-lock.ts";
import { redisStore, type RedisStoreSettings } from "./redis-store.ts";
import type { CacheStore } from "./store.ts";

export interface RedisSettings extends ConnectionSettings, RedisStoreSettings {}

/** All that replicas share in a Redis, over one connection. */
export interface RedisCache {
  readonly store: CacheStore;
  readonly board: PurgeBoard;
  readonly lock: Lock;
  /** Ends the connection, as closing the store or the board does too. */
  close(): Promise<void>;
}

/**
 * Opens a Redis of version 2.6.12 or later, or what speaks like one. Rejects where the URL is none or ioredis is missing.
 * A server that is down makes calls reject, and is found again when it is back.
 */
export async function openRedis(settings: RedisSettings): Promise<RedisCache> {
  const connection = await openConnection(settings);
  const { prefix } = settings;
  return {
    store: redisStore(connection, settings),
    board: redisBoard(connection, prefix),
    lock: redisLock(connection, prefix),
    close: () => connection.close(),
  };
}
