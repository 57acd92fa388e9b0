import type { Server, Socket } from "node:net";
import { peerOf } from "./client.ts";

/** How many one peer may be. */
export interface CrowdLimits {
  /** Connections at a time. */
  readonly most: number;
  /** Whether a peer is one client rather than a proxy of many. */
  readonly isClient: (peer: string) => boolean;
  /** Hears of a peer that has too many, at most once a minute. */
  readonly onCrowded: (peer: string) => void;
}

const QUIET_MILLISECONDS = 60_000;

/** Cuts connections of a peer that has too many already, so that one address cannot take all places of a server. */
export function limitCrowds(server: Server, { most, isClient, onCrowded }: CrowdLimits): void {
  const enter = server.listeners("connection") as ((socket: Socket) => void)[];
  const connections = new Map<string, number>();
  let quietUntil = 0;

  const count = (peer: string, change: 1 | -1): void => {
    const left = (connections.get(peer) ?? 0) + change;
    if (left > 0) connections.set(peer, left);
    else connections.delete(peer);
  };
  const turnAway = (socket: Socket, peer: string): void => {
    socket.on("error", () => undefined);
    socket.destroy();
    if (performance.now() < quietUntil) return;
    quietUntil = performance.now() + QUIET_MILLISECONDS;
    onCrowded(peer);
  };

  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    const peer = peerOf(socket);
    if (isClient(peer)) {
      if ((connections.get(peer) ?? 0) >= most) {
        turnAway(socket, peer);
        return;
      }
      count(peer, 1);
      socket.once("close", () => count(peer, -1));
    }
    for (const listener of enter) listener.call(server, socket);
  });
}
