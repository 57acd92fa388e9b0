import { isPrefix } from "../capability/source.ts";
import { endOf, type Mint } from "./mint.ts";
import { Refusal } from "./refusal.ts";
import { admit, resolve } from "./source.ts";
import { readWish, type Wish } from "./wish.ts";

/** A request of any framework, as far as it matters here. */
export interface Ask<Asker> {
  /** What the application's own authorisation gets to see. */
  readonly asker: Asker;
  readonly method: string;
  readonly contentType: string;
  /** Bytes, text, or what a parser before made of them. Throws Refusal where they are too many. */
  readonly body: () => unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly text: string;
}

/** Who may have what, and how it is signed. */
export interface Terms<Asker> {
  readonly mint: Mint;
  /** Nothing but `true`, or a promise of it, is a yes: what the application's hook returns is not always what its type says. */
  readonly authorize: (asker: Asker, wish: Wish) => unknown;
  readonly baseUrl: string;
  readonly maxSources: number;
  readonly prefixes: ReadonlySet<string>;
  /** Hears of what went wrong inside. */
  readonly report: (error: unknown) => void;
}

/** Answers a request whatever comes; what is wrong inside is reported, and nothing of it told. */
export async function answer<Asker>(ask: Ask<Asker>, terms: Terms<Asker>): Promise<Answer> {
  try {
    return json(200, await grant(ask, terms));
  } catch (error) {
    if (error instanceof Refusal) return json(error.status, { error: error.message }, error.headers);
    terms.report(error);
    return json(500, { error: "the pictures could not be signed" });
  }
}

async function grant<Asker>(ask: Ask<Asker>, terms: Terms<Asker>): Promise<object> {
  if (ask.method !== "POST") throw new Refusal(405, `expected POST, got ${ask.method}`, { Allow: "POST" });
  // A form of another site can send any of the types that need no leave, and this is none of them.
  if (!/^application\/json\s*(?:;|$)/i.test(ask.contentType))
    throw new Refusal(415, `expected application/json, got ${ask.contentType || "no content type"}`);
  const { sources, policy } = readWish(await ask.body(), terms.maxSources);
  if (!terms.mint.has(policy))
    throw new Refusal(404, `expected a policy that there is, got ${JSON.stringify(policy)}`);
  const wanted = sources.map((source) => resolve(terms.baseUrl, source));
  wanted.forEach(admit);
  if (!terms.prefixes.has(policy) && wanted.some(isPrefix))
    throw new Refusal(
      403,
      `policy ${JSON.stringify(policy)}: expected single sources, got all below a place`,
    );
  if ((await terms.authorize(ask.asker, { sources: [...wanted], policy })) !== true)
    throw new Refusal(403, "this may not be signed for you");
  const capabilities = wanted.map((source) => terms.mint.sign(source, policy));
  const end = Math.min(...capabilities.map(endOf));
  return {
    capabilities: Object.fromEntries(sources.map((source, index) => [source, capabilities[index]!])),
    expires: Number.isFinite(end) ? new Date(end).toISOString() : null,
  };
}

const json = (status: number, body: object, headers: Answer["headers"] = {}): Answer => ({
  status,
  headers: {
    "Content-Type": "application/json",
    // No cache of a browser answers a POST, and one that did would outlive the asker's rights.
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    ...headers,
  },
  text: JSON.stringify(body),
});
