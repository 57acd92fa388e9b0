import type { Socket } from "node:net";
import type { Agent, Dispatcher } from "undici";
import { HttpError } from "../errors.ts";
import { askAgain, openAgent } from "./agent.ts";
import { originalOf, valuesOf } from "./answer.ts";
import { Budget } from "./budget.ts";
import { Jar } from "./cookies.ts";
import { type Place, followLocation, readPlace } from "./place.ts";
import { type Resolve, createResolve } from "./resolve.ts";
import type { Original, Source, Wish } from "./source.ts";

/** What an http(s) source is made of. */
export interface HttpSettings {
  /** Says where requests may go: asked for every URL, every answer of DNS and every open connection. */
  readonly gate: { check(url: URL): void; admits(address: string): boolean };
  /** Tells whether a URL is on the allow-list; asked for the first URL and for every redirect. */
  readonly allows: (url: string) => boolean;
  /** How many redirects are followed; never more than 10. */
  readonly maxRedirects: number;
  /** For connecting, headers and body together. */
  readonly downloadTimeoutSeconds: number;
  /** For connecting alone; 2 by default. */
  readonly connectTimeoutSeconds?: number;
  /** Bytes a second that a body must bring after its first moments; none by default. */
  readonly leastRate?: number;
  /** How long an idle connection is kept; 0 closes each after its answer. */
  readonly keepAliveSeconds: number;
  readonly userAgent: string;
  /** Certificates are not checked. */
  readonly ignoreTls: boolean;
  /** Lets a redirect lead from https to http. */
  readonly allowDowngrade?: boolean;
  /** Finds the addresses of a name; by default the hosts file and DNS. */
  readonly resolve?: Resolve;
}

/** A source that holds connections open. */
export interface HttpSource extends Source {
  /** Ends every connection. */
  close(): Promise<void>;
}

const REDIRECT_CEILING = 10;
const MOST_INTERIM_ANSWERS = 5;
const MOST_HEADERS = 100;
/** With so many connections open, further ones are closed after their answer: hosts without end must not use up files. */
const MOST_KEPT = 256;
/** A redirect's body up to this size is read, so that its connection can be used again. */
const REDIRECT_BODY_BYTES = 4096;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** RFC 9110, section 7.6.1: these belong to the client's own connection. */
const HOP_HEADERS: ReadonlySet<string> = new Set(
  "connection keep-alive te trailer transfer-encoding upgrade content-length expect proxy-connection".split(
    " ",
  ),
);
/** What may follow a redirect to another origin: nothing that could be a secret. */
const HARMLESS_HEADERS: ReadonlySet<string> = new Set(
  "accept accept-encoding if-modified-since if-none-match if-range range user-agent".split(" "),
);

type Answer = Dispatcher.ResponseData;
type Sent = Readonly<Record<string, string>>;

interface Download {
  readonly agent: Agent;
  /** All that are open. */
  readonly sockets: ReadonlySet<Socket>;
  readonly settings: HttpSettings;
  readonly wish: Wish;
  readonly budget: Budget;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const pick = (headers: Sent, keeps: (name: string) => boolean): Sent =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => keeps(name)));

/** Headers of the first request, made from scratch but for what the wish names. */
const firstHeaders = ({ settings, wish }: Download): Sent => ({
  "user-agent": settings.userAgent,
  "accept-encoding": "identity",
  ...pick(wish.headers, (name) => !HOP_HEADERS.has(name)),
});

/** One request and the head of its answer. */
async function ask(
  { agent, sockets, budget }: Download,
  { url, path }: Place,
  headers: Sent,
): Promise<Answer> {
  let interim = 0;
  const onInfo = (): void => {
    interim += 1;
    if (interim <= MOST_INTERIM_ANSWERS) return;
    budget.refuse(new HttpError("source_unreachable", "expected a final answer, got 1xx after 1xx"));
  };
  const answer = await agent.request({
    origin: url.origin,
    path,
    method: "GET",
    headers,
    signal: budget.signal,
    onInfo,
    reset: sockets.size >= MOST_KEPT,
  });
  // Whoever reads the body learns of its error; a body that nobody reads must not bring the process down.
  answer.body.on("error", () => undefined);
  const lines = Object.values(answer.headers).flat().length;
  if (lines <= MOST_HEADERS) return answer;
  answer.body.destroy();
  throw new HttpError("source_unreachable", `expected at most ${MOST_HEADERS} headers, got ${lines}`);
}

function checkPlace({ url, text }: Place, { gate, allows }: HttpSettings): void {
  gate.check(url);
  if (!allows(text)) throw new HttpError("source_not_allowed", `expected a listed source, got ${url.host}`);
}

/** The place that an answer redirects to, or undefined where it is itself the answer. */
function redirectOf(
  answer: Answer,
  place: Place,
  { allowDowngrade = false }: HttpSettings,
): Place | undefined {
  const [location] = valuesOf(answer, "location");
  if (!REDIRECTS.has(answer.statusCode) || location === undefined) return undefined;
  const next = followLocation(location, place);
  if (place.url.protocol === "https:" && next.url.protocol === "http:" && !allowDowngrade) {
    throw new HttpError("source_unreachable", "expected a redirect to stay on https, got http");
  }
  return next;
}

/** Follows redirects by hand: every hop is judged like the first. */
async function follow(download: Download, first: Place): Promise<Answer> {
  const { settings, budget } = download;
  const most = Math.min(settings.maxRedirects, REDIRECT_CEILING);
  const jar = new Jar();
  const askPlace = (at: Place, sent: Sent): Promise<Answer> =>
    askAgain(() => ask(download, at, sent), budget.signal);
  let place = first;
  let headers = firstHeaders(download);
  for (let followed = 0; ; followed += 1) {
    checkPlace(place, settings);
    const cookie = jar.header(place.url, headers["cookie"]);
    const answer = await askPlace(place, cookie === undefined ? headers : { ...headers, cookie });
    const next = redirectOf(answer, place, settings);
    if (next === undefined) return answer;
    if (followed >= most) throw new HttpError("source_unreachable", `expected at most ${most} redirects`);
    jar.keep(valuesOf(answer, "set-cookie"), place.url);
    await answer.body.dump({ limit: REDIRECT_BODY_BYTES, signal: budget.signal });
    if (next.url.origin !== place.url.origin) headers = pick(headers, (name) => HARMLESS_HEADERS.has(name));
    place = next;
  }
}

async function fetchOriginal(download: Download, text: string): Promise<Original> {
  const { wish, budget } = download;
  try {
    return originalOf(await follow(download, readPlace(text)), wish, budget);
  } catch (error) {
    const refusal = budget.refusal ?? error;
    budget.end();
    if (refusal instanceof HttpError) throw refusal;
    throw new HttpError("source_unreachable", `expected an answer, got ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function openGatedAgent(settings: HttpSettings, sockets: Set<Socket>): Agent {
  const { gate, resolve = createResolve(), ignoreTls, keepAliveSeconds } = settings;
  const { connectTimeoutSeconds: connectSeconds = 2 } = settings;
  const dialing = { admits: (address: string) => gate.admits(address), resolve, ignoreTls, connectSeconds };
  const onSocket = (socket: Socket): void => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  return openAgent({ dialing, keepAliveSeconds, onSocket });
}

/**
 * Pictures on http and https servers. Every request is made from scratch, goes through the gate, and is over within
 * its budget whatever the server does. HTTP/1.1 only; proxies named in the environment are not used.
 */
export function httpSource(settings: HttpSettings): HttpSource {
  const sockets = new Set<Socket>();
  const agent = openGatedAgent(settings, sockets);
  const { downloadTimeoutSeconds: seconds, leastRate } = settings;
  return {
    fetch: (url, wish) => {
      const late = new HttpError("source_timeout", `expected the whole source within ${seconds} s`);
      const budget = new Budget(seconds, wish.signal, { late, leastRate });
      return fetchOriginal({ agent, sockets, settings, wish, budget }, url);
    },
    close: () => agent.destroy(),
  };
}
