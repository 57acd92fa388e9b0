import type { IncomingMessage, ServerResponse } from "node:http";
import { ERRORS, HttpError } from "../errors.ts";
import type { Ask, Handle, Reply } from "../message.ts";
import { admit } from "./admit.ts";
import { answer, discard } from "./answer.ts";
import { peerOf } from "./client.ts";
import { asCurrent } from "./current.ts";
import type { Settings } from "./door.ts";
import { refusal, SAFE } from "./refusal.ts";
import type { RefusalStatus } from "./refusal.ts";

/** What an exchange needs of its door. */
export interface Host {
  readonly handle: Handle;
  readonly settings: Settings;
  /** Whether answers close their connections. */
  readonly isDraining: () => boolean;
}

/** One request and its answer; settles when the answer is out or the client is gone, and never rejects. */
export async function exchange(
  incoming: IncomingMessage,
  response: ServerResponse,
  host: Host,
): Promise<void> {
  const admission = admit(incoming, host.settings);
  if (!("target" in admission)) {
    await turnAway(incoming, response, { ...host, ...admission });
    return;
  }
  const hangUp = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) hangUp.abort(new HttpError("client_gone", "the client hung up"));
  });
  const ask: Ask = {
    method: incoming.method ?? "GET",
    target: admission.target,
    headers: incoming.headers,
    peer: peerOf(incoming.socket),
    signal: hangUp.signal,
    body: incoming,
  };
  const reply = await replyTo(ask, host);
  if (response.destroyed) discard(reply);
  else await send(response, reply, { ...host, ask });
}

/** The handler's reply; whatever it throws becomes one too. */
async function replyTo(ask: Ask, host: Host): Promise<Reply> {
  try {
    return await asCurrent(() => host.handle(ask));
  } catch (error) {
    return fault(error, { ...host, ask });
  }
}

interface Asked extends Host {
  readonly ask: Ask;
}

async function send(response: ServerResponse, reply: Reply, host: Asked): Promise<void> {
  const { settings, ask } = host;
  response.shouldKeepAlive &&= settings.keepAliveSeconds > 0 && !host.isDraining();
  const manner = { ...settings, headOnly: ask.method === "HEAD" };
  try {
    await answer(response, reply, manner);
  } catch (error) {
    if (response.headersSent || response.destroyed) {
      settings.report({ kind: "cut", error, ask });
      return;
    }
    discard(reply);
    await answer(response, fault(error, host), manner);
  }
}

function fault(error: unknown, { settings, ask }: Asked): Reply {
  // A handler that gives up because its client did has no fault.
  if (error !== ask.signal.reason) settings.report({ kind: "fault", error, ask });
  return {
    status: ERRORS.internal.status,
    headers: { ...SAFE, ...settings.headers, "Content-Type": "text/plain", "Cache-Control": "no-store" },
    body: ERRORS.internal.message,
  };
}

interface Refused extends Host {
  readonly status: RefusalStatus;
  readonly detail: string;
}

async function turnAway(
  incoming: IncomingMessage,
  response: ServerResponse,
  { settings, status, detail }: Refused,
): Promise<void> {
  settings.report({ kind: "refused", status, detail, peer: peerOf(incoming.socket) });
  response.shouldKeepAlive = false;
  await answer(response, refusal(status, settings.headers), {
    ...settings,
    headOnly: incoming.method === "HEAD",
  });
}
