import { validateHeaderName, validateHeaderValue } from "node:http";
import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Reply } from "../message.ts";

export interface Manner {
  /** HEAD: everything but the body. */
  readonly headOnly: boolean;
  /** Seconds that the client may take to read the answer, from its first byte on. */
  readonly writeResponseTimeoutSeconds: number;
}

/** What belongs to the connection and not to the answer: Node writes it. */
const HOP_BY_HOP = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "trailer"]);
const BODILESS_STATUSES = new Set([204, 304]);

type Streamed = AsyncIterable<Uint8Array>;

/** The state of one sending. */
interface Run {
  deadline?: NodeJS.Timeout;
  /** What broke it, other than the client's leaving. */
  fault?: { readonly error: unknown };
}

/**
 * Sends a reply and waits until it is out or the connection is gone, which is no error. Throws a TypeError before
 * anything is sent if status or headers cannot be; afterwards it throws what cut the body short: a failure of the
 * streamed body, or the client's not reading.
 */
export async function answer(response: ServerResponse, reply: Reply, manner: Manner): Promise<void> {
  dress(response, reply, manner);
  const { body } = reply;
  const run: Run = {};
  const closed = closing(response);
  const watch = { ...manner, run };
  if (manner.headOnly || BODILESS_STATUSES.has(reply.status)) {
    startDeadline(response, watch);
    response.end();
    discard(reply);
  } else if (isStreamed(body)) {
    await stream(response, watched(response, body, watch));
  } else {
    startDeadline(response, watch);
    // Where the body is given along with the headers, Node reads Content-Disposition as UTF-8 and cuts it to bytes again.
    response.writeHead(reply.status);
    response.end(body);
  }
  await closed;
  clearTimeout(run.deadline);
  if (run.fault !== undefined) throw run.fault.error;
}

/** Lets go of a reply that nobody will read. */
export function discard({ body }: Pick<Reply, "body">): void {
  if (!isStreamed(body)) return;
  // Not awaited, and its failure is nobody's: it was not wanted.
  body[Symbol.asyncIterator]()
    .return?.()
    .catch(() => undefined);
}

const isStreamed = (body: Reply["body"]): body is Streamed =>
  typeof body !== "string" && !(body instanceof Uint8Array);

function dress(response: ServerResponse, reply: Reply, { headOnly }: Manner): void {
  if (!(reply.status >= 200 && reply.status <= 599)) {
    throw new TypeError(`expected a status from 200 to 599, got ${reply.status}`);
  }
  const headers = Object.entries(reply.headers).filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()));
  for (const [name, value] of headers) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  response.statusCode = reply.status;
  for (const [name, value] of headers) response.setHeader(name, value);
  if (isStreamed(reply.body) || BODILESS_STATUSES.has(reply.status)) return;
  // Whoever answers HEAD without making the body may say its length instead.
  if (headOnly && reply.body.length === 0 && response.hasHeader("content-length")) return;
  response.setHeader("Content-Length", Buffer.byteLength(reply.body));
}

const closing = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    if (response.closed) resolve();
    else response.once("close", resolve);
  });

interface Watch extends Manner {
  readonly run: Run;
}

function startDeadline(response: ServerResponse, { run, writeResponseTimeoutSeconds }: Watch): void {
  run.deadline ??= setTimeout(() => {
    const seconds = writeResponseTimeoutSeconds;
    run.fault ??= { error: new Error(`expected the client to read its answer within ${seconds} s`) };
    response.destroy();
  }, writeResponseTimeoutSeconds * 1000);
}

async function stream(response: ServerResponse, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    await pipeline(chunks, response);
  } catch {
    // A failure of the body is noted where it happens; what else pipeline says is that the client has left.
    response.destroy();
  }
}

/** The body as it passes: starts the clock at its first byte, and fails unless it is as long as was announced. */
async function* watched(response: ServerResponse, body: Streamed, watch: Watch): AsyncGenerator<Uint8Array> {
  const announced = Number(response.getHeader("content-length") ?? Number.NaN);
  let bytes = 0;
  try {
    for await (const chunk of body) {
      if (chunk.byteLength === 0) continue;
      bytes += chunk.byteLength;
      // Checked before it is sent: what follows a whole body would be read as the next answer.
      if (bytes > announced) break;
      startDeadline(response, watch);
      yield chunk;
    }
    if (!Number.isNaN(announced) && bytes !== announced) {
      throw new Error(`expected a body of ${announced} bytes, got ${bytes} or more`);
    }
  } catch (error) {
    if (!response.destroyed) watch.run.fault ??= { error };
    throw error;
  }
}
