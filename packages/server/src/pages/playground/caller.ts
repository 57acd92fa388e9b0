/** Who may put pictures into the playground and have URLs signed there: its own page, in a browser on this machine. */
import { header, type Ask } from "../../message.ts";

/** Tells whether an address is one of this machine. */
export type IsLoopback = (address: string) => boolean;

/** Names by which this machine calls itself, with any port: a name of a stranger's may lead here, too. */
const OWN_NAME = /^(?:(?:[a-z\d-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** What a proxy adds for someone who is elsewhere. */
const FORWARDED = ["forwarded", "x-forwarded-for", "x-real-ip", "cf-connecting-ip"];

/** Whether a request comes from this machine, and was meant for it. */
export const isHere = ({ peer, headers }: Ask, isLoopback: IsLoopback): boolean =>
  isLoopback(peer) &&
  OWN_NAME.test(header(headers, "host") ?? "") &&
  FORWARDED.every((name) => headers[name] === undefined);

/** Whether a request was made by a page of this server, and not by a page of anyone else that happens to be open. */
export function isOwn({ headers }: Ask): boolean {
  const origin = header(headers, "origin") ?? "";
  const site = header(headers, "sec-fetch-site") ?? "same-origin";
  return site === "same-origin" && /^https?:\/\/(.+)$/.exec(origin)?.[1] === header(headers, "host");
}
