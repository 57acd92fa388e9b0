import { HttpError } from "../errors.ts";
import { type ReachSettings, openTrustingAgent, send } from "./agent.ts";
import { type Answer, refusalOf, valuesOf } from "./answer.ts";
import { type BucketSettings, type BucketSource, type Located, bodiless, bucketSource } from "./bucket.ts";
import { type KeystoneSettings, type Session, signIn } from "./keystone.ts";
import { CONDITIONS, type Wish } from "./source.ts";

/** Which OpenStack Swift is asked, and by whom. */
export interface SwiftSettings extends BucketSettings, ReachSettings, KeystoneSettings {
  /** For signing in, which the requests that wait for it share. */
  readonly timeoutSeconds: number;
}

/** Swift allows nearly everything; what could be read as part of a URL is left out. */
const CONTAINER = /^(?!\.{1,2}$)[^/@:%?#\\\p{C}]{1,256}$/u;

const forwarded = ({ mode, headers }: Wish): Record<string, string> => {
  // Swift has no If-Range, and the whole object is always a right answer.
  const isWhole = mode === "picture" || headers["if-range"] !== undefined;
  return Object.fromEntries(
    [...CONDITIONS, ...(isWhole ? [] : ["range"])].flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
};

function placeOf({ bucket, key }: Located, { storageUrl }: Session): URL {
  const url = new URL(storageUrl);
  const base = url.pathname.replace(/\/+$/, "");
  return new URL(`${base}/${encodeURIComponent(bucket)}/${encodeURIComponent(key)}`, url);
}

/** Swift's ETags have no quotes, which HTTP wants. */
function quoted(answer: Answer): Answer {
  const [etag] = valuesOf(answer, "etag");
  if (etag === undefined || etag.endsWith('"')) return answer;
  return { ...answer, headers: { ...answer.headers, etag: `"${etag}"` } };
}

function judge(answer: Answer, { mode }: Wish): Answer {
  const { statusCode: status } = answer;
  if (status === 200 || status === 206) return quoted(answer);
  answer.body.destroy();
  if (status === 304 || (mode === "relay" && status === 416)) return bodiless(status, quoted(answer).headers);
  const detail = `expected an object, got ${status}`;
  throw status === 404 || status >= 500
    ? refusalOf(status, detail)
    : new HttpError("source_unreachable", detail);
}

/** Pictures in OpenStack's Swift: `swift://container/key`. */
export function swiftSource(settings: SwiftSettings): BucketSource {
  const agent = openTrustingAgent(settings);
  const common = { "user-agent": settings.userAgent, "accept-encoding": "identity" };
  let session: Promise<Session> | undefined;

  const enter = (): Promise<Session> => {
    const signal = AbortSignal.timeout(settings.timeoutSeconds * 1000);
    const entered = signIn(settings, (url, { headers, ...question }) =>
      send(agent, url, { ...question, headers: { ...common, ...headers }, signal }),
    );
    entered.catch(() => leave(entered));
    return entered;
  };
  const leave = (left: Promise<Session>): void => {
    if (session === left) session = undefined;
  };

  /** A token ends without notice: an object that is refused is asked for once more with a new one. */
  const ask = async (located: Located, wish: Wish, signal: AbortSignal): Promise<Answer> => {
    const get = async (entered: Promise<Session>): Promise<Answer> => {
      const open = await entered;
      const headers = { ...common, ...forwarded(wish), "x-auth-token": open.token };
      return send(agent, placeOf(located, open), { headers, signal });
    };
    const entered = (session ??= enter());
    const answer = await get(entered);
    if (answer.statusCode !== 401) return judge(answer, wish);
    answer.body.destroy();
    leave(entered);
    return judge(await get((session ??= enter())), wish);
  };

  return bucketSource(
    {
      ...settings,
      downloadTimeoutSeconds: Math.min(settings.downloadTimeoutSeconds, settings.timeoutSeconds),
    },
    { names: (bucket) => CONTAINER.test(bucket), ask, close: () => agent.destroy() },
  );
}
