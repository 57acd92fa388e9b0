import { randomBytes } from "node:crypto";
import { header } from "../message.ts";
import type { Headers } from "../message.ts";

/** Ids that may be taken over from the client: they go into a header and into logs (contract http.md, section 2). */
const SAFE_ID = /^[A-Za-z0-9_-]{1,128}$/;

/** The id of a request: the client's own, the gateway's, or 21 random characters (126 bits). */
export function requestId(headers: Headers): string {
  const own = header(headers, "x-request-id");
  if (isSafe(own)) return own;
  const gateways = gatewayId(header(headers, "x-amzn-request-context"));
  if (isSafe(gateways)) return gateways;
  // 16 bytes make 22 characters of the alphabet that the contract asks for; the last one would hold two bits only.
  return take(16).toString("base64url").slice(0, 21);
}

/** Random bytes that were fetched and not yet given away: to fetch a few takes as long as to fetch many. */
let pool = Buffer.alloc(0);
const POOL_BYTES = 4096;

function take(length: number): Buffer {
  if (pool.length < length) pool = randomBytes(POOL_BYTES);
  const taken = pool.subarray(0, length);
  pool = pool.subarray(length);
  return taken;
}

const isSafe = (id: unknown): id is string => typeof id === "string" && SAFE_ID.test(id);

function gatewayId(context: string | undefined): unknown {
  if (context === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(context);
    return typeof parsed === "object" && parsed !== null && "requestId" in parsed
      ? parsed.requestId
      : undefined;
  } catch {
    // Anyone can send this header, so what is no JSON is no id either.
    return undefined;
  }
}
