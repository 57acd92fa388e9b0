import { randomUUID } from "node:crypto";
import type { Grammar } from "@tintype/url";
import { admit, allowlistOf, openAccess } from "./access.ts";
import { fallbackOf, watermarkOf } from "./assets.ts";
import { openCaches, type Caches, type Watch } from "./caches.ts";
import { createCollector } from "./collector.ts";
import type { Config } from "./config/settings.ts";
import { createFetch } from "./download.ts";
import { openEdges } from "./edges.ts";
import type { HttpError } from "./errors.ts";
import { createExplain, type Explanation } from "./explaining.ts";
import { openFallback } from "./fallback.ts";
import { createSecretCheck } from "./guard/signature.ts";
import { createHandle, type Told } from "./handle.ts";
import type { RenderSettings } from "./image/settings.ts";
import { decideOn } from "./job.ts";
import { createKeep } from "./keeping.ts";
import type { Ask, Headers } from "./message.ts";
import type { Log } from "./observe/log.ts";
import type { PurgeReport } from "./operator/report.ts";
import { policiesOf } from "./policies.ts";
import { createPurge } from "./purging.ts";
import { Quarantine } from "./quarantine.ts";
import { createQueue, type Queue } from "./queue.ts";
import { relay } from "./relay.ts";
import { findAllocator } from "./render/allocator.ts";
import { createPool, type Pool } from "./render/pool.ts";
import { findSandbox, type Sandbox, type SandboxReport } from "./render/sandbox.ts";
import { createRender } from "./rendering.ts";
import { refuseWith, replyWith } from "./reply.ts";
import type { Scope } from "./scope.ts";
import type { Source } from "./source/source.ts";
import { isDropped, type Shelf } from "./source/dropped.ts";
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
  /** Where the playground of a development server keeps what is dropped into it. */
  readonly dropped: Shelf | undefined;
  /** What a URL may say. */
  readonly grammar: Grammar;
  readonly queue: Queue;
  readonly caches: Caches;
  /** Reads what may change while the server runs: keys of capabilities, and what is revoked. */
  readonly reload: () => void;
  /** Says what would become of a target, and why. */
  readonly explain: (target: string, headers: Headers) => Promise<Explanation>;
  /** Has something forgotten, everywhere. */
  readonly purge: (scope: Scope) => Promise<PurgeReport>;
  close(graceSeconds: number): Promise<void>;
}

/** Introduces everyone to everyone. Rejects with a sentence where the configuration cannot work. */
export async function createApp(config: Config, log: Log, watch: Watch = {}): Promise<App> {
  const listed = allowlistOf(config);
  const sandbox = await sandboxOf(config);
  const sources = openSources(config, listed);
  // What the developer has put in by hand needs no place on the list.
  const allowlist = sources.dropped
    ? { ...listed, allows: (source: string) => isDropped(source) || listed.allows(source) }
    : listed;
  const [watermark, fallback] = await Promise.all([
    watermarkOf(config, sources.own),
    fallbackOf(config, sources.own),
  ]);
  // Started last: nobody would end its processes where something above cannot work.
  const pool = startPool(config, log, sandbox);
  const queue = createQueue(queueOf(config));
  const by = randomUUID();
  const caches = await openCaches(config, by, { log, watch, onHeard: () => sources.forget() });
  const { freshness, job: jobSettings, reply: replySettings } = policiesOf(config, watermark);
  const access = openAccess(config, jobSettings, log);
  const refuse = (error: HttpError) =>
    refuseWith(error, { errorTtl: config.http.errorTtl, detailed: config.http.developmentErrorsMode });
  const { maxSrcFileSize: maxBytes } = config.source;
  const { timeout } = config.http;
  const relaySettings = { ...replySettings, source: sources.asked, maxBytes, timeout };
  const fetch = createFetch({ source: sources.asked, maxBytes, originals: caches.originals, freshness, by });

  const desk = openFallback(fallback, fetch);
  const handle = createHandle({
    timeout,
    checkSecret: createSecretCheck(config.guard.secret),
    read: access.read,
    move: access.move,
    decide: (wishes, headers) => decideOn(wishes, headers, jobSettings),
    admit: (source) => admit(source, allowlist),
    relay: (job, ask) => relay(job, ask, relaySettings),
    keep: createKeep({ ...caches, freshness, by }),
    standIn: desk.standIn,
    fetch: desk.fetch,
    weigh: (job, original) => weigh(original, job, config),
    queue,
    render: createRender({
      pool,
      quarantine: new Quarantine({ ttlSeconds: config.render.quarantineTtl }),
      watermark,
      fairMs: FAIR_SHARE * timeout * 1000,
    }),
    discard: createCollector(),
    reply: (served, job, ask) => replyWith(served, job, ask, replySettings),
    refuse,
  });
  const explain = createExplain({
    config,
    pathPrefix: config.http.pathPrefix,
    access,
    job: jobSettings,
    admit: (source) => admit(source, allowlist),
    fetch,
    caches,
  });
  const purge = createPurge({
    caches,
    edges: openEdges(config),
    resolve: jobSettings.resolve,
    forgetFailures: () => sources.forget(),
    log,
  });
  await caches.start();
  const close = async (graceSeconds: number): Promise<void> => {
    access.close();
    await pool.close({ graceSeconds });
    await caches.close();
    await sources.close();
  };
  return {
    handle,
    refuse,
    purge,
    explain,
    reload: access.reload,
    pool,
    sandbox: sandbox.report,
    source: sources.asked,
    dropped: sources.dropped,
    grammar: jobSettings.grammar,
    queue,
    caches,
    close,
  };
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
