/** A load balancer: each request goes to the next server, whatever it is about. */
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { after } from "node:test";

/** Resolves to the balancer's address. It ends with the tests of the file. */
export async function balance(servers: readonly string[]): Promise<string> {
  let turn = 0;
  const balancer = createServer((incoming, response) => {
    const to = new URL(servers[(turn += 1) % servers.length] ?? "");
    const onward = request(
      {
        host: to.hostname,
        port: to.port,
        path: incoming.url,
        method: incoming.method,
        headers: incoming.headers,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("error", () => response.writeHead(502).end());
    incoming.pipe(onward);
  });
  balancer.listen(0, "127.0.0.1");
  await once(balancer, "listening");
  after(() => {
    balancer.closeAllConnections();
    balancer.close();
  });
  return `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`; // A TCP server has no other kind of address.
}
