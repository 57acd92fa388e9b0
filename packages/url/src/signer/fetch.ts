import type { Ask } from "./answer.ts";
import { alreadyRead, brokenOff, createBody, tooLong } from "./body.ts";

/** A request of the Fetch standard: Hono, Next's route handlers, Bun, Deno. */
export const askOfFetch = <Asker>(request: Request & Asker): Ask<Asker> => ({
  asker: request,
  method: request.method,
  contentType: request.headers.get("content-type") ?? "",
  body: () => readBody(request),
});

async function readBody(request: Request): Promise<Uint8Array> {
  if (request.bodyUsed) throw alreadyRead();
  const body = createBody();
  const reader = request.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read().catch(() => {
      throw brokenOff();
    });
    if (done) break;
    // What is left of one that is too long is not cancelled: some servers would close the connection before the answer.
    if (!body.add(value)) throw tooLong();
  }
  return body.bytes();
}
