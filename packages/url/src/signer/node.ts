import type { Answer, Ask } from "./answer.ts";
import { alreadyRead, brokenOff, createBody, tooLong } from "./body.ts";

/** As much of a request as is read: node:http's, Express's, Connect's. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What a parser before made of the body. */
  readonly body?: unknown;
  /** Whether somebody before has read all of it. */
  readonly readableEnded: boolean;
  on(event: "data", listener: (chunk: Uint8Array | string) => void): unknown;
  on(event: "end" | "error" | "close", listener: () => void): unknown;
  removeListener(event: "data", listener: (chunk: Uint8Array | string) => void): unknown;
}

/** As much of a response as is written. */
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(text: string): unknown;
}

/** A request of Node's own shape. */
export const askOfNode = <Asker>(request: NodeRequest & Asker): Ask<Asker> => ({
  asker: request,
  method: request.method ?? "",
  contentType: String(request.headers["content-type"] ?? ""),
  body: () => request.body ?? readBody(request),
});

export function writeToNode({ status, headers, text }: Answer, response: NodeResponse): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(text);
}

function readBody(request: NodeRequest): Promise<Uint8Array> {
  if (request.readableEnded) throw alreadyRead();
  const body = createBody();
  return new Promise((resolve, reject) => {
    const add = (chunk: Uint8Array | string): void => {
      if (body.add(chunk)) return;
      // It goes on flowing, into nothing: whoever is still sending would not hear an answer.
      request.removeListener("data", add);
      reject(tooLong());
    };
    request.on("data", add);
    request.on("end", () => resolve(body.bytes()));
    request.on("error", () => reject(brokenOff()));
    request.on("close", () => reject(brokenOff()));
  });
}
