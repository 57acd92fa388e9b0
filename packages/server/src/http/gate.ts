import type { Server, Socket } from "node:net";
import { BACKLOG } from "./bind.ts";

export interface Gate {
  /** Turns away those who wait. */
  close(): void;
}

/** How often room is looked for while somebody waits. */
const LOOK_MILLISECONDS = 250;

/**
 * Lets at most `most` connections in. Further ones wait, unread, in a line as long as a listen backlog, and only what
 * exceeds the line is dropped. `makeRoom` is asked to end so many connections that nobody needs, if there are any. The line stands in this process because Node cannot stop accepting without closing its
 * listening socket, which would reset those in the kernel's backlog.
 */
export function gate(server: Server, most: number, makeRoom: (places: number) => void): Gate {
  // Node's HTTP server is one listener of `connection`; emitting to it later is how Node documents handing sockets over.
  const enter = server.listeners("connection") as ((socket: Socket) => void)[];
  // Whoever leaves while waiting has nobody else to hear of it, and would be given a turn.
  const line = new Map<Socket, () => void>();
  let inside = 0;
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    if (line.size > 0) {
      makeRoom(line.size);
      return;
    }
    clearInterval(timer);
    timer = undefined;
  };
  const admit = (socket: Socket): void => {
    inside += 1;
    socket.once("close", leave);
    for (const listener of enter) listener.call(server, socket);
  };
  const leave = (): void => {
    inside -= 1;
    for (const [next, giveUp] of line) {
      if (inside >= most) return;
      line.delete(next);
      next.off("end", giveUp).off("close", giveUp);
      admit(next);
    }
  };
  const wait = (socket: Socket): void => {
    const giveUp = (): void => {
      line.delete(socket);
      socket.destroy();
    };
    line.set(socket, giveUp);
    socket.once("end", giveUp).once("close", giveUp);
    timer ??= setInterval(look, LOOK_MILLISECONDS).unref();
    if (line.size === 1) look();
  };

  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    // While it waits, nobody else listens for its errors.
    socket.on("error", ignore);
    if (inside < most) admit(socket);
    else wait(socket);
  });
  server.maxConnections = most + BACKLOG;
  return {
    close: () => {
      for (const giveUp of [...line.values()]) giveUp();
    },
  };
}

function ignore(): void {
  // Its `close` follows and says enough.
}
