/** One request of `npm run soak`, and what came of it. */
import { Agent, get } from "node:http";

/** Lets go of a connection before the server does, which is never in the middle of the next request then. */
const agent = new Agent({ keepAlive: true, timeout: 5000 });

/** Resolves with status, headers and bytes; rejects where the connection broke or the signal aborted. */
export const ask = (url, { accept = "*/*", signal } = {}) =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    get(url, { agent, headers: { Accept: accept }, signal }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode,
          type: response.headers["content-type"],
          id: response.headers["x-request-id"],
          bytes: Buffer.concat(chunks),
          milliseconds: performance.now() - startedAt,
        }),
      );
    }).on("error", reject);
  });

export const hangUp = () => agent.destroy();
