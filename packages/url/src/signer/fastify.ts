import type { Answer, Ask } from "./answer.ts";

/** As much of a Fastify request as is read. Fastify has parsed the body by then, and refused what it cannot parse. */
export interface FastifyRequestLike {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

/** As much of a Fastify reply as is written. */
export interface FastifyReplyLike {
  code(status: number): unknown;
  headers(values: Record<string, string>): unknown;
}

export const askOfFastify = <Asker>(request: FastifyRequestLike & Asker): Ask<Asker> => ({
  asker: request,
  method: request.method,
  contentType: String(request.headers["content-type"] ?? ""),
  body: () => request.body,
});

/** Returns what a handler returns for a body. */
export function writeToFastify({ status, headers, text }: Answer, reply: FastifyReplyLike): string {
  reply.code(status);
  reply.headers({ ...headers });
  return text;
}
