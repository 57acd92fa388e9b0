import { isIP } from "node:net";
import type { Socket } from "node:net";
import { header } from "../message.ts";
import type { Ask } from "../message.ts";

/** Headers that name the client, the most trustworthy first (contract http.md, section 2). */
const FORWARDED = ["cf-connecting-ip", "x-forwarded-for", "x-real-ip"];
const MOST_CHARACTERS = 64;

export interface ClientOptions {
  /** Whether the peer is a proxy of ours, so that its word on the client's address counts. */
  readonly trustForwarded: boolean;
  /** A header that is believed before all others, in lower case; none where empty. */
  readonly viewerHeader?: string;
}

/** The address of the other end; empty for a unix socket. IPv4 on a dual-stack listener is written as IPv4. */
export const peerOf = ({ remoteAddress = "" }: Socket): string =>
  remoteAddress.replace(/^::ffff:(?=[\d.]+$)/, "");

/** The client's address, for logs only: anyone can write these headers, so nothing may be decided by it. */
export function clientIp(ask: Pick<Ask, "headers" | "peer">, options: ClientOptions): string {
  const { trustForwarded, viewerHeader = "" } = options;
  if (!trustForwarded) return ask.peer;
  const names = viewerHeader === "" ? FORWARDED : [viewerHeader, ...FORWARDED];
  const candidates = names.map((name) => firstAddress(header(ask.headers, name)));
  return candidates.find((candidate) => candidate !== undefined) ?? ask.peer;
}

/** The first element of a list, without the brackets and port that some proxies add; undefined if it is no address. */
function firstAddress(value: string | undefined): string | undefined {
  const first = value?.split(",", 1)[0]?.trim() ?? "";
  if (first.length > MOST_CHARACTERS) return undefined;
  const bare = first.replace(/^\[([^\]]*)\](?::\d+)?$/, "$1").replace(/^([\d.]+):\d+$/, "$1");
  return isIP(bare) === 0 ? undefined : bare;
}
