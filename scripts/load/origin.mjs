/** The origin of `npm run soak`: files of a folder, and what can go wrong with an origin, as the path asks for it. */
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const { folder } = JSON.parse(process.argv[2]);

const head = (length) => `HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: ${length}\r\n\r\n`;

/** THE TABLE of faults. Raw sockets, because Node's server would keep its promises. */
const FAULTS = {
  missing: ({ response }) => response.writeHead(404).end(),
  failing: ({ response }) => response.writeHead(500).end(),
  // Half of what was promised, and a clean end.
  cut: ({ socket, bytes }) => socket.end(Buffer.concat([Buffer.from(head(bytes.length)), half(bytes)])),
  reset: ({ socket, bytes }) =>
    socket.write(Buffer.concat([Buffer.from(head(bytes.length)), half(bytes)]), () =>
      socket.resetAndDestroy(),
    ),
  // More than was promised, which so is cut off.
  short: ({ socket, bytes }) => socket.end(Buffer.concat([Buffer.from(head(bytes.length >> 1)), bytes])),
  drip: async ({ socket, bytes }) => {
    socket.write(head(bytes.length));
    for (let at = 0; at < bytes.length && !socket.destroyed; at += 1) {
      socket.write(bytes.subarray(at, at + 1));
      await sleep(500);
    }
  },
};

const half = (bytes) => bytes.subarray(0, bytes.length >> 1);

const server = createServer(({ url, socket }, response) => {
  const [, kind] = url.split("/");
  const path = join(folder, basename(url));
  if (kind in FAULTS) {
    FAULTS[kind]({ response, socket, bytes: readFileSync(path) });
    return;
  }
  response.writeHead(200, { "Content-Length": statSync(path).size });
  createReadStream(path).pipe(response);
});

server.listen(0, "127.0.0.1", () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.once("disconnect", () => process.exit());
