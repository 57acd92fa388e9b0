import type { Socket } from "node:net";
import { Agent, type Dispatcher } from "undici";
import { HttpError } from "../errors.ts";
import { dial, type DialSettings } from "./dial.ts";
import { createResolve } from "./resolve.ts";

/** How connections are made and kept. */
export interface AgentSettings {
  readonly dialing: DialSettings;
  /** For an idle connection; 0 closes each after its answer. */
  readonly keepAliveSeconds: number;
  /** Hears of every connection that was made. */
  readonly onSocket?: (socket: Socket) => void;
}

const MOST_HEADER_BYTES = 16 * 1024;

/** A connection that the server has closed while it was idle fails with one of these. */
const STALE: ReadonlySet<unknown> = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

/** An HTTP/1.1 client whose every connection is made by `dial`. It has no deadline of its own. */
export function openAgent({ dialing, keepAliveSeconds, onSocket = () => undefined }: AgentSettings): Agent {
  const keepAliveMs = Math.max(1, keepAliveSeconds * 1000);
  return new Agent({
    connect: ({ hostname, protocol, port }, callback) => {
      const secure = protocol === "https:";
      dial({ hostname, port: Number(port || (secure ? 443 : 80)), secure }, dialing).then(
        (socket) => {
          onSocket(socket);
          callback(null, socket);
        },
        (error: unknown) => callback(HttpError.from(error), null),
      );
    },
    pipelining: keepAliveSeconds > 0 ? 1 : 0,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    maxHeaderSize: MOST_HEADER_BYTES,
    // The budget is one deadline for everything; undici's own would only be coarser.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;

/** Asks once more where the connection was lost before anything of an answer came. */
export async function askAgain<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!STALE.has(codeOf(error)) || signal.aborted) throw error;
    return ask();
  }
}

/** How the servers of an operator's own store are reached. */
export interface ReachSettings {
  readonly userAgent: string;
  /** For connecting alone. */
  readonly connectTimeoutSeconds: number;
  readonly keepAliveSeconds: number;
  /** Certificates are not checked. */
  readonly ignoreTls: boolean;
}

/** A client that goes to any address: only for servers that the operator has named, never for those of a URL. */
export function openTrustingAgent(settings: ReachSettings): Agent {
  const { connectTimeoutSeconds: connectSeconds, ignoreTls, keepAliveSeconds } = settings;
  const dialing = { admits: () => true, resolve: createResolve(), ignoreTls, connectSeconds };
  return openAgent({ dialing, keepAliveSeconds });
}

interface Sending {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly method?: "GET" | "POST";
  readonly body?: string;
}

/** One request; a redirect is an answer like any other. */
export async function send(
  agent: Agent,
  { origin, pathname, search }: URL,
  sending: Sending,
): Promise<Dispatcher.ResponseData> {
  const request = { method: "GET", ...sending, origin, path: `${pathname}${search}` } as const;
  const answer = await askAgain(() => agent.request(request), sending.signal);
  // Whoever reads the body learns of its error; a body that nobody reads must not bring the process down.
  answer.body.on("error", () => undefined);
  return answer;
}
