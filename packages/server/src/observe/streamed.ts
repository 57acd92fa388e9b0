import type { Reply } from "../message.ts";

/** What was seen of a body that has passed. */
export interface Passage {
  /** From the first time somebody asked for bytes to the end, or to where the reader left. */
  readonly milliseconds: number;
  readonly bytes: number;
}

/** The same body, watched where it is streamed; `tell` is called once, and never for one that nobody began to read. */
export function streamed(body: Reply["body"], tell: (passage: Passage) => void): Reply["body"] {
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  return { [Symbol.asyncIterator]: () => watched(body[Symbol.asyncIterator](), tell) };
}

/** No generator: one that nobody begins to read would not let go of what it reads. */
function watched(
  chunks: AsyncIterator<Uint8Array>,
  tell: (passage: Passage) => void,
): AsyncIterator<Uint8Array> {
  let startedAt: number | undefined;
  let bytes = 0;
  let isOver = false;
  const over = (): void => {
    if (isOver || startedAt === undefined) return;
    isOver = true;
    tell({ milliseconds: performance.now() - startedAt, bytes });
  };
  return {
    next: async () => {
      startedAt ??= performance.now();
      let more = false;
      try {
        const result = await chunks.next();
        more = result.done !== true;
        if (!result.done) bytes += result.value.length;
        return result;
      } finally {
        if (!more) over();
      }
    },
    return: async () => {
      over();
      await chunks.return?.();
      return { done: true, value: undefined };
    },
  };
}
