import type { Redis, RedisOptions } from "ioredis";
import { peer } from "../peer.ts";
import { parseRedisUrl } from "./redis-url.ts";

export interface ConnectionSettings {
  /** As `parseRedisUrl` reads it. */
  readonly url: string;
  /** For connecting; and how long a server may be silent that owes an answer, before it is dialled anew. */
  readonly connectTimeoutMs: number;
}

/** One connection, which all calls share. It comes back by itself whenever it is lost, for ever. */
export interface Connection {
  /**
   * Lets `work` ask the server. Rejects with an Error that bears no password: at once while there is no connection, except
   * that calls before the first attempt has ended wait for it.
   */
  ask<T>(work: (client: Redis) => Promise<T>): Promise<T>;
  /** Ends the connection and what is under way on it. */
  close(): Promise<void>;
}

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5000;
/** A call that was not sent or not answered, in ioredis' words. */
const UNHEARD = /^Stream isn't writeable|^Connection is closed|^Reached the max retries/;
/** For a connection that is let go to end by itself. */
const FAREWELL = 200;

/** Rejects where the URL is none or ioredis is missing, but not where no server answers: that is the calls' business. */
export async function openConnection({ url, connectTimeoutMs }: ConnectionSettings): Promise<Connection> {
  const { tls, username, password, ...address } = parseRedisUrl(url);
  const { Redis } = await peer("ioredis", "keep pictures in Redis", () => import("ioredis"));
  const client = new Redis({
    ...address,
    ...(tls && { tls: {} }),
    ...(password !== "" && { password, ...(username !== "" && { username }) }),
    ...MANNERS,
    connectTimeout: connectTimeoutMs,
    socketTimeout: connectTimeoutMs,
    reconnectOnError: onceInAWhile(({ message }) => message.startsWith("READONLY")),
  });
  const firstAttempt = Promise.withResolvers<undefined>();
  for (const event of ["ready", "close", "end"]) client.once(event, () => firstAttempt.resolve(undefined));
  let trouble = "no connection";
  client.on("error", (error: Error) => {
    trouble = error.message;
    // ioredis would go on in database 0, which may be somebody else's.
    if (nameOfCommand(error) === "select") client.disconnect(true);
  });
  const isOpen = { now: true };

  const explained = (error: unknown): Error => {
    const message = error instanceof Error ? error.message : String(error);
    const text = UNHEARD.test(message) ? trouble : message;
    // No cause: ioredis hangs the command on its errors, and that may be AUTH with all its words.
    return new Error(
      `expected Redis at ${address.host}:${address.port} to answer, got ${without(password, text)}`,
    );
  };

  return {
    ask: async (work) => {
      await firstAttempt.promise;
      if (!isOpen.now) throw new Error("expected an open connection to Redis, got a closed one");
      try {
        const answer = await work(client);
        trouble = "a lost connection";
        return answer;
      } catch (error) {
        throw explained(error);
      }
    },
    close: async () => {
      isOpen.now = false;
      firstAttempt.resolve(undefined);
      await ended(client);
    },
  };
}

/** Calls fail rather than wait for a server that may not come back. */
const MANNERS = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  retryStrategy: (times) =>
    Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(times - 1, 10)) * (1 + Math.random() / 5),
  // The older protocol is all that we need, and what proxies understand.
  protocol: 2,
  // Some reply has to come before the connection counts; INFO, which ioredis would ask for, is not allowed to everybody.
  connectionName: "tintype",
  enableReadyCheck: false,
  disableClientInfo: true,
  disconnectTimeout: FAREWELL,
} as const satisfies RedisOptions;

const RENEWAL_MILLISECONDS = 5000;

/** The address may lead to another server by now, so that one that may only be read is left; but not at every call. */
function onceInAWhile(holds: (error: Error) => boolean): (error: Error) => boolean {
  let notBefore = 0;
  return (error) => {
    if (!holds(error) || performance.now() < notBefore) return false;
    notBefore = performance.now() + RENEWAL_MILLISECONDS;
    return true;
  };
}

const nameOfCommand = (error: Error): unknown =>
  (error as { readonly command?: { readonly name?: unknown } }).command?.name;

const without = (password: string, text: string): string =>
  password === "" ? text : text.replaceAll(password, "(password)");

/** Resolves when the socket is gone. */
function ended(client: Redis): Promise<void> {
  return new Promise((resolve) => {
    client.once("end", resolve);
    const isBetween = client.status === "reconnecting" || client.status === "end";
    client.disconnect();
    if (isBetween) resolve();
  });
}
