import { createHash } from "node:crypto";
import { parsePresets, type FormatName, type Grammar } from "@tintype/url";
import type { Asset } from "./assets.ts";
import type { FreshnessSettings } from "./cache/freshness.ts";
import type { Config } from "./config/settings.ts";
import { version } from "./config/version.ts";
import { isLocal } from "./download.ts";
import { tagHeaders } from "./edges.ts";
import { applyBase, replaceUrl } from "./guard/allowlist.ts";
import type { Job, JobSettings } from "./job.ts";
import { header, type Headers } from "./message.ts";
import { digestOf } from "./rendition.ts";
import type { ReplySettings } from "./reply.ts";
import { passCookies } from "./source/cookies.ts";

/** What the configuration means for decisions, for how long pictures are kept, and for replies. */
export interface Policies {
  readonly job: JobSettings;
  readonly freshness: (job: Job) => FreshnessSettings;
  readonly reply: ReplySettings;
}

export const policiesOf = (config: Config, watermark: Asset | undefined): Policies => ({
  job: jobSettingsOf(config, pipelineOf(config, watermark)),
  freshness: ({ source, options }) => ({
    ...config.cache,
    ttl: Math.min(options.cacheTtl ?? config.cache.ttl, isLocal(source) ? LOCAL_TTL : Infinity),
    ...(isLocal(source) && { staleWhileRevalidate: 0 }),
  }),
  reply: replySettingsOf(config),
});

/** Whether a file has changed costs less to ask than to explain why nobody asks. Seconds. */
const LOCAL_TTL = 1;

/** Counts the changes of what pictures look like where neither options nor settings have changed. */
const PIPELINE = 2;

/** Everything but a URL that decides what a picture looks like. */
function pipelineOf({ encode, image, limits, watermark }: Config, drawn: Asset | undefined): string {
  const parts = [
    PIPELINE,
    version(),
    encode,
    image,
    limits,
    watermark.opacity,
    drawn && digestOf(drawn.bytes),
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}

function grammarOf({ url, cache }: Config): Grammar {
  const grammar: Grammar = {
    separator: url.argumentsSeparator,
    onlyPresets: url.onlyPresets,
    allowed: new Set(url.allowedProcessingOptions),
    security: url.allowSecurityOptions,
    bypass: cache.allowBypass,
    base64IncludesFilename: url.base64UrlIncludesFilename,
  };
  return { ...grammar, presets: parsePresets(url.presets, grammar) };
}

const NEGOTIATED = ["avif", "webp", "jxl"] as const satisfies readonly FormatName[];

export function offersOf({ encode }: Config): JobSettings["offers"] {
  const auto = { avif: encode.autoAvif, webp: encode.autoWebp, jxl: encode.autoJxl };
  const enforced = { avif: encode.enforceAvif, webp: encode.enforceWebp, jxl: encode.enforceJxl };
  return {
    auto: NEGOTIATED.filter((name) => auto[name]),
    enforced: NEGOTIATED.filter((name) => enforced[name]),
  };
}

function jobSettingsOf(config: Config, pipeline: string): JobSettings {
  const { url, source, encode } = config;
  const replace = replaceUrl(url.urlReplacements);
  const policy = { all: source.cookiePassthroughAll, baseUrl: source.cookieBaseUrl };
  return {
    grammar: grammarOf(config),
    pipeline,
    partition: (headers) => [
      ...config.cache.keyHeaders.map((name) => header(headers, name.toLowerCase()) ?? ""),
      ...config.cache.keyCookies.map((name) => cookieOf(headers, name)),
    ],
    resolve: (asked) => applyBase(url.baseUrl, replace(asked)),
    clientHints: encode.enableClientHints,
    cookies: (headers, target) =>
      source.cookiePassthrough ? passCookies(policy, headers, target) : undefined,
    offers: offersOf(config),
  };
}

/** The first of a name (RFC 6265, section 4.2). */
function cookieOf(headers: Headers, name: string): string {
  const pairs = (header(headers, "cookie") ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}

const HINTS = ["Sec-Ch-Dpr", "Dpr", "Sec-Ch-Width", "Width"];

function replySettingsOf(config: Config): ReplySettings {
  const { auto, enforced } = offersOf(config);
  const vary = [
    ...(auto.length + enforced.length > 0 ? ["Accept"] : []),
    ...(config.encode.enableClientHints ? HINTS : []),
    ...config.cache.keyHeaders,
    // What one visitor's cookies got must not be another's, in no cache on the way.
    ...(config.source.cookiePassthrough || config.cache.keyCookies.length > 0 ? ["Cookie"] : []),
  ];
  return {
    ...config.http,
    fallbackTtl: config.fallback.ttl,
    vary: config.http.vary ? vary : [],
    tag: tagHeaders(config),
  };
}
