import { constants, createGunzip } from "node:zlib";
import { type Readable, pipeline } from "node:stream";
import { HttpError } from "../errors.ts";
import type { Original } from "./source.ts";

/**
 * A body that calls `over` once, as soon as nobody will read on: it has been read or has failed, its reader has left
 * it (even one who never began), it was cancelled, or `signal` has aborted.
 */
export function untilOver(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  over: () => void,
): Pick<Original, "body" | "cancel"> {
  let isOver = false;
  const cancel = (): void => {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener("abort", cancel);
    over();
  };
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel, { once: true });
  return { body: { [Symbol.asyncIterator]: () => telling(body[Symbol.asyncIterator](), cancel) }, cancel };
}

/** Not a generator: returning from one that has not begun runs none of its code. */
function telling(bytes: AsyncIterator<Uint8Array>, over: () => void): AsyncIterator<Uint8Array, undefined> {
  return {
    next: async () => {
      try {
        const step = await bytes.next();
        if (!step.done) return step;
      } catch (error) {
        over();
        throw error;
      }
      over();
      return { done: true, value: undefined };
    },
    return: async () => {
      // First, because it also ends a `next` that is still waiting for the source.
      over();
      await bytes.return?.();
      return { done: true, value: undefined };
    },
  };
}

/** Passes a body on up to `maxBytes` (0 is no limit), exactly that many included; throws `source_too_big` beyond. */
export async function* capped(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (maxBytes > 0 && bytes > maxBytes) throw tooBig(maxBytes, `${bytes} or more`);
    yield chunk;
  }
}

/** How a body is watched. */
export interface Pace {
  /** Bytes. */
  readonly least: number;
  readonly windowMs: number;
  readonly slow: () => void;
}

/**
 * Passes a body on, and calls `slow` whenever a window has brought fewer than its least bytes. The first window is the
 * body's own, and time in which nobody asks for more is not held against it.
 */
export async function* paced(
  body: AsyncIterable<Uint8Array>,
  { least, windowMs, slow }: Pace,
): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  let isHeld = false;
  let isExcused = true;
  const timer = setInterval(() => {
    if (bytes < least && !isHeld && !isExcused) slow();
    bytes = 0;
    isExcused = isHeld;
  }, windowMs);
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      isHeld = true;
      const since = performance.now();
      yield chunk;
      isHeld = false;
      isExcused ||= performance.now() - since > windowMs / 10;
    }
  } finally {
    clearInterval(timer);
  }
}

/** The refusal of a source that has more bytes than it may have. */
export const tooBig = (maxBytes: number, got: string): HttpError =>
  new HttpError("source_too_big", `expected at most ${maxBytes} bytes, got ${got}`);

/** Takes one gzip layer off, as it streams. */
export function gunzipped(body: Readable): Readable {
  const gunzip = createGunzip({ flush: constants.Z_SYNC_FLUSH });
  // The error reaches whoever reads from `gunzip`; the callback only keeps it from being unhandled.
  pipeline(body, gunzip, () => undefined);
  return gunzip;
}

/** Reads a body whole. Throws what the body throws, and `source_too_big` beyond `maxBytes` (0 is no limit). */
export async function readBody(original: Original, { maxBytes }: { maxBytes: number }): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of capped(original.body, maxBytes)) chunks.push(chunk);
  } finally {
    original.cancel();
  }
  const [only, ...others] = chunks;
  if (only === undefined || others.length > 0) return Buffer.concat(chunks);
  return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
}
