import { DEFAULT_PATIENCE, type Edge, type Patience, tagOf } from "./edge.ts";
import { send } from "./order.ts";

export interface FastlySettings extends Patience {
  /** The service's identifier. */
  readonly service: string;
  /** An API token that may purge: `purge_select` for keys, `purge_all` for everything. */
  readonly token: string;
  /** Where the API is, without a path. */
  readonly endpoint?: string;
}

/** Purges a service of Fastly's by Surrogate-Key; by prefix, and of everything, the whole service. */
export function fastly({
  service,
  token,
  endpoint = "https://api.fastly.com",
  patience = DEFAULT_PATIENCE,
}: FastlySettings): Edge {
  const base = `${endpoint}/service/${encodeURIComponent(service)}`;
  return {
    name: "fastly",
    purge: async (scope, signal) => {
      const key = tagOf(scope);
      const headers = { "fastly-key": token, accept: "application/json" };
      // The list, because a key in the path would have to be free of slashes.
      const order =
        key === undefined
          ? { url: `${base}/purge_all`, headers }
          : { url: `${base}/purge`, headers: { ...headers, "surrogate-key": key } };
      await send({ to: "Fastly", secret: token, patience, ...order }, signal);
    },
  };
}
