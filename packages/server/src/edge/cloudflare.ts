import { DEFAULT_PATIENCE, type Edge, type Patience, tagOf } from "./edge.ts";
import { failure, Refusal, send } from "./order.ts";

export interface CloudflareSettings extends Patience {
  /** The zone's identifier: 32 hexadecimal digits. */
  readonly zone: string;
  /** An API token that may purge the zone's cache. */
  readonly token: string;
  /** Where the API is, without a path. */
  readonly endpoint?: string;
}

/** Purges a zone of Cloudflare's by Cache-Tag; by prefix, and of everything, the whole zone. */
export function cloudflare({
  zone,
  token,
  endpoint = "https://api.cloudflare.com",
  patience = DEFAULT_PATIENCE,
}: CloudflareSettings): Edge {
  const order = {
    to: "Cloudflare",
    url: `${endpoint}/client/v4/zones/${encodeURIComponent(zone)}/purge_cache`,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    secret: token,
    patience,
  };
  return {
    name: "cloudflare",
    purge: async (scope, signal) => {
      const tag = tagOf(scope);
      const body = JSON.stringify(tag === undefined ? { purge_everything: true } : { tags: [tag] });
      const text = await send({ ...order, body }, signal);
      if (!isSuccess(text)) throw failure(order, new Refusal(`200 ${text}`), signal);
    },
  };
}

/** Status 200 is not all that Cloudflare promises of a success. */
function isSuccess(text: string): boolean {
  try {
    return (JSON.parse(text) as { readonly success?: unknown } | null)?.success === true;
  } catch {
    return false;
  }
}
