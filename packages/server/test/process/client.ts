/** Clients of a server in another process. */
import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import sharp from "sharp";

/** One answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** From the call to the last byte. */
  readonly milliseconds: number;
}

/** Milliseconds within which something happens at once, even where the machine has other things to do. */
export const PROMPT = 4000;

const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

export interface Asking {
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks for a URL, its path untouched; rejects where the connection breaks or the signal aborts. */
export function get(url: string, asking: Asking = {}): Promise<Answer> {
  const startedAt = performance.now();
  const [, hostname = "", port = "", path = ""] = /^http:\/\/([^/:]+):(\d+)(\/.*)$/.exec(url) ?? [];
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, agent, ...asking }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks),
          milliseconds: performance.now() - startedAt,
        }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

/** Status and words of a refusal; of anything else only its type, which is all that one wants to read. */
export const saidBy = ({ status, headers, body }: Answer): [number, string] =>
  status < 400 ? [status, headers["content-type"] ?? ""] : [status, body.toString()];

/** A picture that is one colour all over, as its size and its colour in six hex digits. */
export async function looks(body: Buffer): Promise<string> {
  const { data, info } = await sharp(body)
    .toColourspace("srgb")
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const middle = (Math.floor(height / 2) * width + Math.floor(width / 2)) * channels;
  return `${width}x${height} ${data.toString("hex", middle, middle + 3)}`;
}

/** Fails unless the answer is the picture of this size and colour. */
export async function assertShows({ status, body }: Answer, width: number, color: string): Promise<void> {
  assert.equal(status, 200, body.toString("latin1").slice(0, 200));
  assert.equal(await looks(body), `${width}x${width} ${color}`);
}

/** Works through all items, so many at a time; answers in their order. */
export async function inTurns<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

/** Waits until something is so; fails with the sentence when it is not within the time. */
export async function eventually(
  sentence: string,
  isSo: () => boolean | Promise<boolean>,
  milliseconds = 10_000,
): Promise<void> {
  const endsAt = performance.now() + milliseconds;
  while (!(await isSo())) {
    if (performance.now() > endsAt) assert.fail(`expected ${sentence} within ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
