/**
 * The back end's part in one line: browsers post the sources that they want to show, the application says whether they may,
 * and they get capabilities.
 */
import { srcset, type Choice } from "../capability/browser.ts";
import { CodecError } from "../codec.ts";
import type { CapabilitySettings, Policy } from "../sign/index.ts";
import { answer, type Ask, type Terms } from "./answer.ts";
import { askOfFastify, writeToFastify, type FastifyReplyLike, type FastifyRequestLike } from "./fastify.ts";
import { askOfFetch } from "./fetch.ts";
import { createMint, type PolicySetting } from "./mint.ts";
import { askOfNode, writeToNode, type NodeRequest, type NodeResponse } from "./node.ts";
import { resolve } from "./source.ts";

export type { CapabilitySettings, Choice, FastifyReplyLike, FastifyRequestLike, NodeRequest, NodeResponse };
export type { Policy, PolicySetting };

export interface ImageSignerSettings<Asker, Name extends string> extends CapabilitySettings {
  /** What browsers may choose, by the names that they ask for. */
  readonly policies: Readonly<Record<Name, PolicySetting>>;
  /**
   * Whether this request may have these sources signed; nothing but `true` is a yes. The request is the framework's own;
   * the sources are what would be signed, with the base URL in front.
   */
  readonly authorize: (
    request: Asker,
    wish: { readonly sources: readonly string[]; readonly policy: NoInfer<Name> },
  ) => boolean | Promise<boolean>;
  /** What sources begin with that do not already; without it they are signed as they are. */
  readonly baseUrl?: string;
  /** Sources that one request may name, 1 or more; 100 where left out. */
  readonly maxSources?: number;
  /** Policies under which browsers may have all below a place signed (`https://cdn.example.com/shoes/*`); none where left out. */
  readonly prefixes?: readonly NoInfer<Name>[];
  /** Hears of what the hook threw, and of all else that is answered with 500; `console.error` where left out. */
  readonly report?: (error: unknown) => void;
}

/** `POST {"sources": ["…"], "policy": "…"}` in every framework's shape, and the same for templates. None of it needs `this`. */
export interface ImageSigner<Asker, Name extends string> {
  /** Hono, Next's route handlers, Bun, Deno: whatever has requests of the Fetch standard. Never rejects. */
  readonly fetch: (request: Request & Asker) => Promise<Response>;
  /** Express and Connect, with a parser of JSON before it or without. */
  readonly express: (request: NodeRequest & Asker, response: NodeResponse) => Promise<void>;
  /** node:http; the same function. */
  readonly node: (request: NodeRequest & Asker, response: NodeResponse) => Promise<void>;
  readonly fastify: (request: FastifyRequestLike & Asker, reply: FastifyReplyLike) => Promise<string>;
  /** For the server's own pages, whose author knows what may be shown. Throws CodecError. */
  readonly capability: (source: string, policy: Name) => string;
  /** All widths as the value of a `srcset`. Throws CodecError. */
  readonly srcset: (source: string, policy: Name, choice?: Choice) => string;
}

/** Makes the handlers. Throws CodecError where a setting or a policy is wrong. */
export function imageSigner<Name extends string, Asker = unknown>(
  settings: ImageSignerSettings<Asker, Name>,
): ImageSigner<Asker, Name> {
  const terms = termsOf(settings);
  const { mint, baseUrl } = terms;
  const reply = (ask: Ask<Asker>) => answer(ask, terms);
  const node = async (request: NodeRequest & Asker, response: NodeResponse): Promise<void> =>
    writeToNode(await reply(askOfNode(request)), response);
  const capability = (source: string, policy: Name): string => mint.sign(resolve(baseUrl, source), policy);
  return {
    fetch: async (request) => {
      const { status, headers, text } = await reply(askOfFetch(request));
      return new Response(text, { status, headers });
    },
    express: node,
    node,
    fastify: async (request, response) => writeToFastify(await reply(askOfFastify(request)), response),
    capability,
    srcset: (source, policy, choice) => srcset(capability(source, policy), choice),
  };
}

function termsOf<Name extends string, Asker>(settings: ImageSignerSettings<Asker, Name>): Terms<Asker> {
  const { authorize, baseUrl = "", maxSources = 100, prefixes = [], report = console.error } = settings;
  // Whoever writes JavaScript is not told by the types.
  if (typeof (authorize as unknown) !== "function")
    throw new CodecError(
      `authorize: expected a function that says who may have what signed, got ${typeof authorize}; without one, your key would sign for whoever asks, and the image server would be an open proxy`,
    );
  if (!Number.isInteger(maxSources) || maxSources < 1)
    throw new CodecError(`maxSources: expected a whole number of 1 or more, got ${maxSources}`);
  const mint = createMint(settings, settings.policies);
  const stranger = prefixes.find((name) => !mint.has(name));
  if (stranger !== undefined)
    throw new CodecError(`prefixes: expected names of policies, got ${JSON.stringify(stranger)}`);
  return {
    mint,
    // Only policies that are there get as far as the hook.
    authorize: (asker, { sources, policy }) => authorize(asker, { sources, policy: policy as Name }),
    baseUrl,
    maxSources,
    prefixes: new Set(prefixes),
    report,
  };
}
