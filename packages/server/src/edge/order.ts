import { type Dispatcher, request } from "undici";

/** A POST to the API of a CDN. */
export interface Order {
  /** Who is asked, as sentences call it. */
  readonly to: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whatever is said of a failure is said without it. */
  readonly secret: string;
  /** Milliseconds. */
  readonly patience: number;
}

/** An answer is read no further. */
const MOST_ANSWER_BYTES = 65_536;
const MOST_DETAIL = 200;

/** Sends an order; resolves to the text of a 2xx answer. Rejects with an Error that says what came instead. */
export async function send(order: Order, signal: AbortSignal): Promise<string> {
  const { url, headers, body, patience } = order;
  const either = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  try {
    const answer = await request(url, { method: "POST", headers, body: body ?? null, signal: either });
    const text = await readSome(answer);
    if (answer.statusCode >= 200 && answer.statusCode < 300) return text;
    throw new Refusal(`${answer.statusCode} ${text}`);
  } catch (error) {
    throw failure(order, error, signal);
  }
}

/** A CDN's own no. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

async function readSome({ body }: Dispatcher.ResponseData): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop ends the connection.
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > MOST_ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MOST_ANSWER_BYTES).toString();
}

/** What an edge rejects with. The cause is left out: its text may repeat the headers. */
export function failure(
  { to, secret, patience }: Pick<Order, "to" | "secret" | "patience">,
  error: unknown,
  signal: AbortSignal,
): Error {
  const got = signal.aborted ? "called off" : reasonOf(error, patience);
  const clean = secret === "" ? got : got.replaceAll(secret, "***");
  return new Error(`expected ${to} to take the purge, got ${brief(clean)}`);
}

function reasonOf(error: unknown, patience: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${patience} ms`;
  // Where a name has several addresses, the failures of all of them come as one error without a message.
  return error.message || ("code" in error ? String(error.code) : error.name);
}

const brief = (text: string): string =>
  text
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ")
    .trim()
    .slice(0, MOST_DETAIL);
