import { BOARD_DAYS, parsePurge, type Purge, type PurgeBoard } from "./purge.ts";
import type { Connection } from "./redis-connection.ts";

const DAY = 86_400_000;

/** Purges in the sorted set `<prefix>purges`, by their time. It never expires, so that `volatile-...` policies leave it alone. */
export function redisBoard(connection: Connection, prefix: string): PurgeBoard {
  const name = `${prefix}purges`;
  return {
    post: (purge) =>
      connection.ask(async (client) => {
        const added: unknown = await client.zadd(name, purge.at, JSON.stringify(purge));
        if (typeof added !== "number") throw new Error("a reply of another kind");
        await client.zremrangebyscore(name, "-inf", `(${Date.now() - BOARD_DAYS * DAY}`);
      }),
    read: (since) =>
      connection.ask(async (client) =>
        purgesOf(await client.zrangebyscore(name, since, "+inf", "WITHSCORES")),
      ),
    close: () => connection.close(),
  };
}

/** Scores are asked for only because nothing but a Redis has them in every other place. */
function purgesOf(reply: unknown): readonly Purge[] {
  const texts: readonly unknown[] = Array.isArray(reply) ? reply : [undefined];
  const isScored = texts.every(
    (text, i) => typeof text === "string" && (i % 2 === 0 || Number.isFinite(Number(text))),
  );
  if (!isScored || texts.length % 2 === 1) throw new Error("a reply of another kind");
  return texts.flatMap((text, i) => (i % 2 === 0 ? (parsePurge(String(text)) ?? []) : []));
}
