/** The door on node:http: raw request heads in, replies out. Nothing of a target is decoded or normalised here. */
import { createServer, validateHeaderName, validateHeaderValue } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Handle } from "../message.ts";
import { open, urlOf } from "./bind.ts";
import { peerOf } from "./client.ts";
import { limitCrowds } from "./crowd.ts";
import { DEFAULTS } from "./door.ts";
import type { Door, ListenOptions, Settings } from "./door.ts";
import { exchange } from "./exchange.ts";
import type { Host } from "./exchange.ts";
import { gate } from "./gate.ts";
import type { Gate } from "./gate.ts";
import { rawRefusal, statusOf } from "./refusal.ts";
import type { RefusalStatus } from "./refusal.ts";

export type { Door, DoorEvent, ListenOptions } from "./door.ts";

/** How long a refused client may go on sending before it is cut: a reset would take the answer from it. */
const LINGER_MILLISECONDS = 1000;

/**
 * Requests of one connection that may wait for their turn; with more it is cut. Whatever is sent ahead is read at once, and
 * when the connection ends Node takes what is left from the front of an array: 150,000 of them held up everybody for a minute.
 */
const MOST_WAITING = 100;

/** How long a connection is idle before it has to make room for one that waits; a client that is at it asks sooner. */
const SPARE_MILLISECONDS = 1000;

/** How long a new connection may stay silent once the door closes. */
const UNREAD_MILLISECONDS = 100;

/** Opens a door to a handler; throws an Error where `bind` makes no sense or cannot be had, or a header is not one. */
export async function listen(handle: Handle, options: ListenOptions): Promise<Door> {
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  const door = new NodeDoor(handle, { ...DEFAULTS, ...options });
  await door.open();
  return door;
}

/** What is known of one connection. */
interface Connection {
  /** Settles when every request so far is answered: a client that pipelines is served one by one. */
  turn: Promise<void>;
  waiting: number;
  /** Milliseconds, of the process's clock: since when no request is waiting. */
  idleSince: number;
  last?: IncomingMessage;
  refused: boolean;
}

class NodeDoor implements Door {
  readonly #settings: Settings;
  readonly #host: Host;
  readonly #server: Server;
  readonly #connections = new Map<Socket, Connection>();
  readonly #gate: Gate | undefined;
  #requests = 0;
  #draining = false;
  #url = "";
  #port = 0;
  #closing: Promise<void> | undefined;

  constructor(handle: Handle, settings: Settings) {
    this.#settings = settings;
    this.#host = { handle, settings, isDraining: () => this.#draining };
    this.#server = createServer(serverOptions(settings));
    // One more than allowed, so that too many can be told from just enough.
    this.#server.maxHeadersCount = settings.maxHeaders + 1;
    this.#wire();
    const { maxClients, maxClientsPerPeer: most, isClient, report } = settings;
    this.#gate =
      maxClients > 0 ? gate(this.#server, maxClients, (places) => this.#makeRoom(places)) : undefined;
    // Around the gate, so that those who wait count as well.
    const onCrowded = (peer: string): void => report({ kind: "crowded", peer });
    if (most > 0) limitCrowds(this.#server, { most, isClient, onCrowded });
  }

  get url(): string {
    return this.#url;
  }

  get port(): number {
    return this.#port;
  }

  get requests(): number {
    return this.#requests;
  }

  async open(): Promise<void> {
    await open(this.#server, this.#settings);
    this.#server.on("error", (error) => this.#settings.report({ kind: "broken", error }));
    this.#url = urlOf(this.#server, this.#settings);
    const address = this.#server.address();
    this.#port = typeof address === "object" && address !== null ? address.port : 0;
  }

  drain(): void {
    this.#draining = true;
  }

  close({ graceSeconds }: { readonly graceSeconds: number }): Promise<void> {
    this.drain();
    return (this.#closing ??= this.#shut(graceSeconds));
  }

  async #shut(graceSeconds: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#gate?.close();
    const timers = [
      // Node counts a connection without a byte as busy; one whose request is still in the kernel is worth a moment.
      setTimeout(() => this.#cut((socket) => socket.bytesRead === 0), UNREAD_MILLISECONDS),
      setTimeout(() => this.#cut(() => true), graceSeconds * 1000),
    ];
    await closed;
    for (const timer of timers) clearTimeout(timer);
  }

  #cut(isMeant: (socket: Socket) => boolean): void {
    for (const socket of this.#connections.keys()) if (isMeant(socket)) socket.destroy();
  }

  /** Idle connections are kept for their clients' sake; health checks and whoever else waits go before them. */
  #makeRoom(places: number): void {
    const latest = performance.now() - SPARE_MILLISECONDS;
    const spare = [...this.#connections]
      .filter(([, { waiting, idleSince }]) => waiting === 0 && idleSince <= latest)
      .sort(([, one], [, other]) => one.idleSince - other.idleSince);
    for (const [socket] of spare.slice(0, places)) socket.destroy();
  }

  #wire(): void {
    const server = this.#server;
    server.on("connection", (socket: Socket) => this.#enter(socket));
    // Without listeners for the last two, Node would invite a body or refuse in words of its own.
    for (const event of ["request", "checkContinue", "checkExpectation"]) {
      server.on(event, (incoming: IncomingMessage, response: ServerResponse) =>
        this.#queue(incoming, response),
      );
    }
    server.on("clientError", (error: Error, socket) => {
      if (socket instanceof Socket) this.#fail(error, socket);
    });
    server.on("connect", (incoming) => {
      this.#refuse(incoming.socket, 400, "expected a method that asks for something here, got CONNECT");
    });
  }

  #enter(socket: Socket): Connection {
    const connection: Connection = {
      turn: Promise.resolve(),
      waiting: 0,
      idleSince: performance.now(),
      refused: false,
    };
    this.#connections.set(socket, connection);
    socket.once("close", () => this.#connections.delete(socket));
    return connection;
  }

  #queue(incoming: IncomingMessage, response: ServerResponse): void {
    const { socket } = incoming;
    const connection = this.#connections.get(socket) ?? this.#enter(socket);
    connection.last = incoming;
    connection.waiting += 1;
    if (connection.waiting > MOST_WAITING) {
      this.#cutOff(socket, connection);
      return;
    }
    response.on("error", ignore);
    connection.turn = connection.turn.then(async () => {
      if (!socket.destroyed) await this.#serve(incoming, response);
      connection.waiting -= 1;
      connection.idleSince = performance.now();
      // The head of a long answer may have promised to keep the connection before the door began to close.
      if (this.#closing !== undefined && connection.waiting === 0) socket.destroySoon();
    });
  }

  /** Without an answer: one could only come behind all of those that wait. */
  #cutOff(socket: Socket, connection: Connection): void {
    if (connection.refused) return;
    connection.refused = true;
    const detail = `expected at most ${MOST_WAITING} requests ahead of their answers, got more`;
    this.#settings.report({ kind: "refused", status: 400, detail, peer: peerOf(socket) });
    socket.destroy();
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#requests += 1;
    try {
      await exchange(incoming, response, this.#host);
    } finally {
      this.#requests -= 1;
    }
  }

  /** The parser gave up, or the request took too long to arrive. */
  #fail(error: Error, socket: Socket): void {
    const connection = this.#connections.get(socket);
    // The parser stumbles again over each packet that follows.
    if (connection === undefined || connection.refused) return;
    connection.refused = true;
    if (!socket.writable || ("code" in error && error.code === "ECONNRESET")) {
      socket.destroy();
      return;
    }
    const isAnswered = connection.last?.complete === false;
    void connection.turn.then(() => {
      // The body of a request that has its answer is late: a second answer would be taken for the next one's.
      if (isAnswered) socket.destroy();
      else this.#refuse(socket, statusOf(error, this.#settings.maxTargetBytes), error.message);
    });
  }

  #refuse(socket: Socket, status: RefusalStatus, detail: string): void {
    this.#settings.report({ kind: "refused", status, detail, peer: peerOf(socket) });
    socket.on("error", ignore);
    socket.end(rawRefusal(status, this.#settings.headers));
    const timer = setTimeout(() => socket.destroy(), LINGER_MILLISECONDS);
    socket.once("close", () => clearTimeout(timer));
  }
}

function serverOptions(settings: Settings) {
  const requestTimeout = settings.readRequestTimeoutSeconds * 1000;
  return {
    requireHostHeader: false,
    // Node counts the request line and the headers together; `admit` tells them apart.
    maxHeaderSize: settings.maxHeaderBytes + settings.maxTargetBytes,
    requestTimeout,
    headersTimeout: Math.min(settings.readHeadTimeoutSeconds * 1000, requestTimeout),
    keepAliveTimeout: settings.keepAliveSeconds * 1000,
    connectionsCheckingInterval: 500,
  };
}

function ignore(): void {
  // Sockets fail when clients leave; `close` follows and ends the exchange.
}
