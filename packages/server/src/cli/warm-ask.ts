import { setTimeout as sleep } from "node:timers/promises";
import { startDeadline } from "../deadline.ts";
import { ask } from "./operator.ts";

/** How one request for a picture went. */
export interface Outcome {
  /** 0 where there was no answer. */
  readonly status: number;
  /** What `X-Cache` said. */
  readonly cache: string | undefined;
  readonly bytes: number;
  /** What went wrong, in a few words; undefined for a picture. */
  readonly trouble: string | undefined;
  /** How often it was asked again. */
  readonly retries: number;
}

export interface Asking {
  readonly url: string;
  readonly accept: string;
  /** Milliseconds that are waited at most before asking again, whatever the server says. */
  readonly longestWait: number;
  /** Aborts where nothing is to be asked again. */
  readonly stop: AbortSignal;
  /** Aborts where not even the answers under way are waited for. */
  readonly cut: AbortSignal;
}

const PATIENCE_MS = 120_000;
const MOST_RETRIES = 5;
const FIRST_WAIT_MS = 1000;
/** A server that says "at once" is still given a moment. */
const LEAST_WAIT_MS = 10;

const BUSY: ReadonlySet<number> = new Set([429, 503]);

/** Asks for a picture, again where the server is busy, and throws its bytes away. Never rejects. */
export async function warmUp(asking: Asking): Promise<Outcome> {
  for (let retries = 0; ; retries += 1) {
    const { retryAfter, ...outcome } = await askOnce(asking);
    const isOver = !BUSY.has(outcome.status) || retries === MOST_RETRIES;
    if (isOver || !(await pause(waitOf(retryAfter, retries, asking.longestWait), asking.stop)))
      return { ...outcome, retries };
  }
}

interface Once extends Omit<Outcome, "retries"> {
  readonly retryAfter?: string | undefined;
}

async function askOnce({ url, accept, cut }: Asking): Promise<Once> {
  const deadline = startDeadline(PATIENCE_MS, [cut]);
  let answer: Once = { status: 0, cache: undefined, bytes: 0, trouble: undefined };
  try {
    const { signal } = deadline;
    const { status, headers, body } = await ask(url, {
      headers: { accept, "user-agent": "tintype-warm" },
      signal,
    });
    const retryAfter = headers.get("retry-after") ?? undefined;
    answer = { ...answer, status, cache: headers.get("x-cache") ?? undefined, retryAfter };
    const bytes = await drain(body);
    return { ...answer, bytes, trouble: status >= 200 && status < 300 ? undefined : `status ${status}` };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return {
      ...answer,
      status: 0,
      trouble: answer.status === 0 ? detail : `the answer broke off: ${detail}`,
    };
  } finally {
    deadline.stop();
  }
}

async function drain(body: Response["body"]): Promise<number> {
  let bytes = 0;
  if (body !== null)
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) bytes += chunk.byteLength;
  return bytes;
}

/** Milliseconds until the server wants to be asked again, within reason. */
export function waitOf(retryAfter: string | undefined, retries: number, longest: number): number {
  const text = retryAfter ?? "";
  const asked = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  const wait = Number.isFinite(asked) ? asked : FIRST_WAIT_MS * 2 ** retries;
  return Math.min(longest, Math.max(LEAST_WAIT_MS, wait));
}

/** Whether the time passed in peace. */
const pause = (milliseconds: number, signal: AbortSignal): Promise<boolean> =>
  sleep(milliseconds, true, { signal }).catch(() => false);
