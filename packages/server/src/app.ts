import { parsePresets, type FormatName, type Grammar } from "@tintype/url";
import type { Config } from "./config/settings.ts";
import { detectFormat, HEAD_BYTES } from "./detect.ts";
import { createFetch, type Fallback } from "./download.ts";
import { HttpError } from "./errors.ts";
import { Flight } from "./flight.ts";
import { applyBase, createAllowlist, replaceUrl, type Allowlist } from "./guard/allowlist.ts";
import { createSecretCheck, createVerify } from "./guard/signature.ts";
import { createHandle, type Told } from "./handle.ts";
import type { RenderSettings } from "./image/settings.ts";
import { decide, type Job, type JobSettings } from "./job.ts";
import type { Ask } from "./message.ts";
import type { Log } from "./observe/log.ts";
import { Quarantine } from "./quarantine.ts";
import { createQueue } from "./queue.ts";
import { relay } from "./relay.ts";
import { findAllocator } from "./render/allocator.ts";
import { createPool, type Pool } from "./render/pool.ts";
import { findSandbox, type Sandbox, type SandboxReport } from "./render/sandbox.ts";
import { createRender } from "./rendering.ts";
import { refuseWith, replyWith, type Rendition, type ReplySettings } from "./reply.ts";
import { loadAsset } from "./source/asset.ts";
import { readBody } from "./source/body.ts";
import { passCookies } from "./source/cookies.ts";
import type { Source } from "./source/source.ts";
import { openSources } from "./sources.ts";
import { weigh } from "./weigh.ts";

/** The server without its doors. */
export interface App {
  readonly handle: (ask: Ask) => Promise<Told>;
  readonly refuse: (error: HttpError) => ReturnType<typeof refuseWith>;
  readonly pool: Pool;
  /** How renderers are confined, and why no further. */
  readonly sandbox: SandboxReport;
  /** Every kind of source, behind the gate. */
  readonly source: Source;
  /** Pictures that are rendered right now. */
  readonly rendering: () => number;
  close(graceSeconds: number): Promise<void>;
}

/** Introduces everyone to everyone. Rejects with a sentence where the configuration cannot work. */
export async function createApp(config: Config, log: Log): Promise<App> {
  const grammar = grammarOf(config);
  const allowlist = allowlistOf(config);
  const sandbox = await sandboxOf(config);
  const sources = openSources(config, allowlist);
  const [watermark, fallback] = await Promise.all([
    watermarkOf(config, sources.own),
    fallbackOf(config, sources.own),
  ]);
  // Started last: nobody would end its processes where something above cannot work.
  const pool = startPool(config, log, sandbox);
  const queue = createQueue(queueOf(config));
  const replySettings = replySettingsOf(config);
  const jobSettings = jobSettingsOf(config, grammar);
  const refuse = (error: HttpError) =>
    refuseWith(error, { errorTtl: config.http.errorTtl, detailed: config.http.developmentErrorsMode });
  const { maxSrcFileSize: maxBytes } = config.source;
  const { timeout } = config.http;
  const relaySettings = { ...replySettings, source: sources.asked, maxBytes, timeout };

  const handle = createHandle({
    pathPrefix: config.http.pathPrefix,
    timeout,
    checkSecret: createSecretCheck(config.guard.secret),
    verify: createVerify(config.guard),
    decide: (path, headers) => decide(path, headers, jobSettings),
    admit: (source) => admit(source, allowlist),
    relay: (job, ask) => relay(job, ask, relaySettings),
    renditions: new Flight<Rendition>(),
    fetch: createFetch({
      source: sources.asked,
      maxBytes,
      fallback,
      onFallback: (error, job) => warnOfFallback(log, error, job),
    }),
    weigh: (job, original) => weigh(original, job, config),
    queue,
    render: createRender({
      pool,
      quarantine: new Quarantine({ ttlSeconds: config.render.quarantineTtl }),
      watermark,
      fairMs: FAIR_SHARE * timeout * 1000,
    }),
    reply: (rendition, job, ask) => replyWith(rendition, job, ask, replySettings),
    refuse,
  });
  const close = async (graceSeconds: number): Promise<void> => {
    await pool.close({ graceSeconds });
    await sources.close();
  };
  const rendering = () => queue.running;
  return { handle, refuse, pool, sandbox: sandbox.report, source: sources.asked, rendering, close };
}

function grammarOf({ url }: Config): Grammar {
  const grammar: Grammar = {
    separator: url.argumentsSeparator,
    onlyPresets: url.onlyPresets,
    allowed: new Set(url.allowedProcessingOptions),
    security: url.allowSecurityOptions,
    base64IncludesFilename: url.base64UrlIncludesFilename,
  };
  return { ...grammar, presets: parsePresets(url.presets, grammar) };
}

/** Without a key and without a list, only `local://` is served: an open proxy would be abused. */
function allowlistOf({ guard, http }: Config): Allowlist {
  const open = guard.keys.length > 0 || http.development;
  const list = createAllowlist(guard.allowedSources, { unlisted: open ? "allowed" : "refused" });
  if (open || guard.allowedSources.length > 0) return list;
  return { ...list, allows: (source) => /^local:\/\//i.test(source) };
}

function admit(source: string, { allows }: Allowlist): void {
  if (allows(source)) return;
  throw new HttpError(
    "source_not_allowed",
    `expected a source on the allow-list, got ${source}: set IMGPROXY_ALLOWED_SOURCES to allow it, or IMGPROXY_KEY and IMGPROXY_SALT to sign URLs`,
  );
}

/** Of the time for a request: what a renderer works longer than that, and is killed over, is not for want of time. */
const FAIR_SHARE = 0.5;

/** Renderers hold about this much between two pictures; one that keeps more is replaced. */
const MAX_RSS_BYTES = 1024 ** 3;

const RENDERER = new URL(
  import.meta.url.endsWith(".ts") ? "./renderer.ts" : "./renderer.js",
  import.meta.url,
);

/** Measured: what is the most expensive, an AVIF, takes 50 bytes of data a pixel, most of them for its encoder. */
const DATA_PER_PIXEL = 64;
/** Measured: any source of 50 megapixels is decoded within it. */
const LEAST_DATA_BYTES = 2 * 1024 ** 3;

/** What the largest picture takes that the limits allow, and no more than all together may take. */
function dataBytesOf({ limits, render }: Config): number {
  const pixels = Math.max(limits.maxSrcResolution, limits.maxResultDimension ** 2);
  return Math.max(LEAST_DATA_BYTES, Math.min(render.memory || Infinity, DATA_PER_PIXEL * pixels));
}

const sandboxOf = (config: Config): Promise<Sandbox> =>
  findSandbox({
    wish: config.render.sandbox,
    entry: RENDERER,
    module: import.meta.resolve("sharp"),
    dataBytes: dataBytesOf(config),
    preload: findAllocator(),
  });

function startPool(config: Config, log: Log, { wrap }: Sandbox): Pool {
  const { limits, encode, image, watermark } = config;
  const setup: RenderSettings = { limits, encode, image, watermark: { opacity: watermark.opacity } };
  const preload = findAllocator();
  return createPool({
    entry: RENDERER,
    wrap,
    setup,
    size: config.render.workers,
    maxRssBytes: MAX_RSS_BYTES,
    deadlines: { jobMs: config.http.timeout * 1000 },
    ...(preload !== undefined && { preload }),
    onLog: (line) => log.warn(line),
  });
}

const queueOf = ({ render }: Config) => ({
  slots: render.workers,
  line: render.requestsQueueSize || Infinity,
  waitSeconds: render.queueTimeout,
  ...(render.memory > 0 && { budgetBytes: render.memory }),
});

/** A picture of the server's own, and its format. */
type Asset = Pick<Fallback, "bytes" | "format">;

async function assetOf(
  place: { data: Uint8Array | undefined; path: string; url: string },
  source: Source,
): Promise<Asset | undefined> {
  const wish = { signal: AbortSignal.timeout(30_000), maxBytes: 0, headers: {}, mode: "picture" } as const;
  const fetch = async (url: string) => readBody(await source.fetch(url, wish), { maxBytes: 0 });
  const bytes = place.data ?? (await loadAsset({ path: place.path, url: place.url }, fetch));
  if (!bytes) return undefined;
  const format = detectFormat(bytes.subarray(0, HEAD_BYTES), {});
  if (!format)
    throw new Error(
      `expected a picture at ${place.path || place.url || "the given data"}, got ${bytes.length} other bytes`,
    );
  return { bytes, format };
}

const watermarkOf = ({ watermark }: Config, source: Source) => assetOf(watermark, source);

async function fallbackOf({ fallback }: Config, source: Source): Promise<Fallback | undefined> {
  const { imageData: data, imagePath: path, imageUrl: url, httpCode } = fallback;
  const asset = await assetOf({ data, path, url }, source);
  return asset && { ...asset, status: httpCode };
}

function warnOfFallback(log: Log, error: HttpError, { source }: Job): void {
  log.warn("Could not load image. Using fallback image", {
    image_url: source,
    code: error.code,
    error: error.message,
  });
}

const NEGOTIATED = ["avif", "webp", "jxl"] as const satisfies readonly FormatName[];

function offersOf({ encode }: Config): JobSettings["offers"] {
  const auto = { avif: encode.autoAvif, webp: encode.autoWebp, jxl: encode.autoJxl };
  const enforced = { avif: encode.enforceAvif, webp: encode.enforceWebp, jxl: encode.enforceJxl };
  return {
    auto: NEGOTIATED.filter((name) => auto[name]),
    enforced: NEGOTIATED.filter((name) => enforced[name]),
  };
}

function jobSettingsOf(config: Config, grammar: Grammar): JobSettings {
  const { url, source, encode } = config;
  const replace = replaceUrl(url.urlReplacements);
  const policy = { all: source.cookiePassthroughAll, baseUrl: source.cookieBaseUrl };
  return {
    grammar,
    resolve: (asked) => applyBase(url.baseUrl, replace(asked)),
    clientHints: encode.enableClientHints,
    cookies: (headers, target) =>
      source.cookiePassthrough ? passCookies(policy, headers, target) : undefined,
    offers: offersOf(config),
  };
}

const HINTS = ["Sec-Ch-Dpr", "Dpr", "Sec-Ch-Width", "Width"];

function replySettingsOf(config: Config): ReplySettings {
  const { auto, enforced } = offersOf(config);
  const vary = [
    ...(auto.length + enforced.length > 0 ? ["Accept"] : []),
    ...(config.encode.enableClientHints ? HINTS : []),
  ];
  return { ...config.http, fallbackTtl: config.fallback.ttl, vary };
}
