import type { Ask, Reply } from "../message.ts";
import type { Network } from "./bind.ts";

/** What the door has to tell its owner: it keeps no log. */
export type DoorEvent =
  /** A handler threw, or its reply has a header or status that cannot be sent: the client got a 500. */
  | { readonly kind: "fault"; readonly error: unknown; readonly ask: Ask }
  /** The body broke off, or the client did not read it: the connection was cut. */
  | { readonly kind: "cut"; readonly error: unknown; readonly ask: Ask }
  /** No request came of it; the handler was not called. */
  | { readonly kind: "refused"; readonly status: number; readonly detail: string; readonly peer: string }
  /** One address has more connections than it may have; told at most once a minute. */
  | { readonly kind: "crowded"; readonly peer: string }
  /** The listening socket failed. */
  | { readonly kind: "broken"; readonly error: unknown };

export interface ListenOptions {
  /** `:8080`, `host:port`, `[::1]:0`, or the path of a unix socket. */
  readonly bind: string;
  readonly network?: Network;
  /** Seconds for a request to arrive whole. */
  readonly readRequestTimeoutSeconds?: number;
  /** Seconds for its head to arrive, if they are fewer; 5 by default, as nothing but heads is expected. */
  readonly readHeadTimeoutSeconds?: number;
  /** Seconds for the client to read the answer, from its first byte on. */
  readonly writeResponseTimeoutSeconds?: number;
  /** Seconds that an idle connection is kept; 0 closes each after its answer. */
  readonly keepAliveSeconds?: number;
  /** Connections served at once; see `gate`. 0 is no limit. */
  readonly maxClients?: number;
  /** Connections of one peer, those that wait included; further ones are cut. 0 is no limit. */
  readonly maxClientsPerPeer?: number;
  /** Whether a peer is one client rather than a proxy of many. */
  readonly isClient?: (peer: string) => boolean;
  readonly maxHeaderBytes?: number;
  readonly maxHeaders?: number;
  readonly maxTargetBytes?: number;
  readonly reusePort?: boolean;
  /** Headers of the door's own answers, such as `Server`. */
  readonly headers?: Reply["headers"];
  readonly report: (event: DoorEvent) => void;
}

/** An open door. */
export interface Door {
  readonly url: string;
  /** 0 for a unix socket. */
  readonly port: number;
  /** How many requests are being answered now. */
  readonly requests: number;
  /** From now on each answer closes its connection, so that clients move elsewhere before the door shuts. */
  drain(): void;
  /** Stops listening, closes idle connections, and cuts those that are still busy after `graceSeconds`. */
  close(options: { readonly graceSeconds: number }): Promise<void>;
}

/** Options with every default filled in. */
export type Settings = Required<ListenOptions>;

export const DEFAULTS = {
  network: "tcp",
  readRequestTimeoutSeconds: 10,
  writeResponseTimeoutSeconds: 10,
  keepAliveSeconds: 10,
  maxClients: 2048,
  maxClientsPerPeer: 0,
  isClient: () => true,
  maxHeaderBytes: 16_384,
  maxHeaders: 100,
  maxTargetBytes: 8192,
  reusePort: false,
  headers: {},
  readHeadTimeoutSeconds: 5,
} as const satisfies Partial<ListenOptions>;
