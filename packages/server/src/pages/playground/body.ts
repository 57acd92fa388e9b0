import type { Ask, Reply } from "../../message.ts";

/** What came behind the head, whole. Rejects with the signal's reason where the client has left. */
export async function readBody({ body, signal }: Ask): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body ?? []) chunks.push(chunk);
  } catch (error) {
    // The body breaks a moment before the connection is known to be gone.
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    throw error;
  }
  return Buffer.concat(chunks);
}

/** An answer of one sentence, for the page's own script. */
export const says = (status: number, sentence: string): Reply => ({
  status,
  headers: { "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" },
  body: sentence,
});
