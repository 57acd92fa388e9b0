import { Refusal } from "./refusal.ts";

/** Bytes of the longest body that is read. */
export const MAX_BYTES = 64 * 1024;

/** A body while it is read. */
export interface Body {
  /** False where it would grow too long. */
  readonly add: (chunk: Uint8Array | string) => boolean;
  readonly bytes: () => Uint8Array;
}

export function createBody(): Body {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return {
    add: (chunk) => {
      const bytes = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
      size += bytes.length;
      if (size > MAX_BYTES) return false;
      chunks.push(bytes);
      return true;
    },
    bytes: () => {
      const whole = new Uint8Array(size);
      let at = 0;
      for (const chunk of chunks) {
        whole.set(chunk, at);
        at += chunk.length;
      }
      return whole;
    },
  };
}

export const tooLong = (): Refusal =>
  new Refusal(413, `expected a body of at most ${MAX_BYTES} bytes, got more`);

export const brokenOff = (): Refusal => new Refusal(400, "expected a whole body, got a part of one");

/** A mistake in the application, so no Refusal: it has to be seen by whoever runs it. */
export const alreadyRead = (): Error =>
  new Error("expected a request with its body, got one whose body was read before and not kept");
