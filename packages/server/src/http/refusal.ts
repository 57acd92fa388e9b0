/** Answers of the door itself, to requests that are none. */
import { STATUS_CODES } from "node:http";
import { ERRORS } from "../errors.ts";
import type { Reply } from "../message.ts";

/** THE TABLE of what the door says. */
const WORDS = {
  400: ERRORS.bad_request.message,
  408: "Request Timeout",
  414: "URI Too Long",
  417: "Expectation Failed",
  431: "Request Header Fields Too Large",
} as const;

/** No browser may take words of the door's own for anything else. */
export const SAFE: Reply["headers"] = {
  "Content-Security-Policy": "default-src 'none'; sandbox",
  "X-Content-Type-Options": "nosniff",
};

export type RefusalStatus = keyof typeof WORDS;

/** Statuses of what Node's parser gives up on; everything else is a bad request. */
const STATUS_OF_CODE: Readonly<Partial<Record<string, RefusalStatus>>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** The request line of a target that fills more than a whole limit cannot be told from a header otherwise. */
const REQUEST_LINE = /^[A-Z]+ [^\r\n]*/;

/** What to answer where the parser failed; `packet` are the bytes that it failed on. */
export function statusOf(error: Error, maxTargetBytes: number): RefusalStatus {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const status = STATUS_OF_CODE[code] ?? 400;
  if (status !== 431 || !("rawPacket" in error) || !Buffer.isBuffer(error.rawPacket)) return status;
  const line = REQUEST_LINE.exec(error.rawPacket.toString("latin1"))?.[0] ?? "";
  return line.length > maxTargetBytes ? 414 : 431;
}

/** The refusal as a reply; `headers` are those that every answer of this server carries. */
export const refusal = (status: RefusalStatus, headers: Reply["headers"]): Reply => ({
  status,
  headers: { ...SAFE, ...headers, "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" },
  body: WORDS[status],
});

/** The refusal as bytes, for sockets on which the parser has lost its way. */
export function rawRefusal(status: RefusalStatus, headers: Reply["headers"]): string {
  const lines = Object.entries(refusal(status, headers).headers).map(([name, value]) => `${name}: ${value}`);
  const body = WORDS[status];
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    ...lines,
    `Content-Length: ${body.length}`,
    `Date: ${new Date().toUTCString()}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}
