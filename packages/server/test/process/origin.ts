/** Where the tests' originals come from. */
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after } from "node:test";
import sharp from "sharp";

/** Answers a request for a path that the origin has nothing at. */
export type Serve = (response: ServerResponse, path: string) => unknown;

export interface Origin {
  readonly url: string;
  /** How often a path has been asked for. */
  readonly hits: (path: string) => number;
  /** How many requests are neither answered nor broken off. */
  readonly open: () => number;
}

const missing: Serve = (response) => response.writeHead(404).end();

/**
 * Starts an origin that ends with the tests of the file. It has `/noise-<anything>.jpg`, which encoders are slow at, and
 * `/<six hex digits>.png`, one colour all over; all else is for `serve` to answer.
 */
export async function startOrigin(serve: Serve = missing): Promise<Origin> {
  const noise = await noisy();
  const hits = new Map<string, number>();
  let open = 0;
  const server = createServer(({ url: path = "" }, response) => {
    hits.set(path, (hits.get(path) ?? 0) + 1);
    open += 1;
    response.on("close", () => (open -= 1));
    const color = /^\/([0-9a-f]{6})\.png$/.exec(path)?.[1];
    if (path.startsWith("/noise-")) response.end(noise);
    else if (color) void plain(color, "png").then((bytes) => response.end(bytes));
    else serve(response, path);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hits: (path) => hits.get(path) ?? 0,
    open: () => open,
  };
}

/** Pictures that differ by nothing but their colour. */
export function plain(color: string, format: "png" | "jpeg" | "webp" | "gif", side = 64): Promise<Buffer> {
  const [r = 0, g = 0, b = 0] = Buffer.from(color, "hex");
  return sharp({ create: { width: side, height: side, channels: 3, background: { r, g, b } } })
    .toFormat(format)
    .toBuffer();
}

function noisy(): Promise<Buffer> {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  const create = { width: 1600, height: 1200, channels: 3, background: "#888", noise } as const;
  return sharp({ create }).jpeg({ quality: 90 }).toBuffer();
}
