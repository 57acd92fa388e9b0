import { readdir } from "node:fs/promises";
import { sign } from "@tintype/url/sign";
import type { App } from "./app.ts";
import type { Config } from "./config/settings.ts";
import { version } from "./config/version.ts";
import { ERRORS, type HttpError, traceRefusals } from "./errors.ts";
import { classify } from "./guard/address.ts";
import { createPeers } from "./guard/peers.ts";
import type { Told } from "./handle.ts";
import { clientIp } from "./http/client.ts";
import type { Readiness } from "./http/lifecycle.ts";
import { requestId } from "./http/request-id.ts";
import { spelling } from "./job.ts";
import { header, type Ask, type Handle, type Reply } from "./message.ts";
import { logRequest, type Log, type RequestRecord } from "./observe/log.ts";
import type { Metrics } from "./observe/metrics.ts";
import type { Reporter } from "./observe/reporter.ts";
import { createSampling } from "./observe/sampling.ts";
import type { StatsCounter } from "./observe/stats.ts";
import { failurePage, failurePolicy } from "./pages/failure.ts";
import { galleryPage, galleryPolicy } from "./pages/gallery.ts";
import { landingPage, landingPolicy } from "./pages/landing.ts";
import { createPlayground } from "./pages/playground/handle.ts";
import { createRoutes, type RouteSettings } from "./routes.ts";

/** Who stands beside a site and looks on: `tintype dev`. */
export interface Companion {
  /** Comes between those who ask for pictures and those who make them. */
  readonly between: (handle: App["handle"]) => App["handle"];
  /** Pages of its own, by their path behind the prefix. */
  readonly pages: RouteSettings["pages"];
  /** Hears where the site is, as soon as it answers. */
  readonly onListening: (url: string) => void;
  /** Hears that the process is about to end. */
  readonly onLeaving: () => void;
}

/** Everything that a site is watched and made by. */
export interface Surroundings {
  readonly app: App;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Counts every picture that was asked for. */
  readonly stats?: StatsCounter;
  /** Hears of errors that are the server's own fault. */
  readonly reporter?: Reporter | undefined;
  readonly readiness: Readiness;
  readonly companion?: Pick<Companion, "between" | "pages"> | undefined;
}

/** Says that a picture is a picture whatever is in it: contract http.md, section 4. */
const PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

/** All that is served at the public door: routes, headers of every answer, one log line each. */
export function createSite(config: Config, around: Surroundings): Handle {
  const { app, log, metrics, readiness, stats, reporter, companion } = around;
  const trusts = createPeers(config.http.trustForwarded);
  const sample = createSampling(config.observe.refusalLines);
  if (config.http.developmentErrorsMode) traceRefusals();
  const viewerHeader = config.http.viewerAddressHeader.toLowerCase();
  const routes = createRoutes({
    ...config.http,
    cors: corsOf(config),
    pages: { ...pagesOf(config), ...companion?.pages },
    unready: () => unready(app, readiness),
    handle: counted(companion ? companion.between(app.handle) : app.handle, metrics),
    refuse: app.refuse,
    playground: playgroundOf(config, app),
  });
  return async (ask) => {
    const startedAt = performance.now();
    const id = requestId(ask.headers);
    const told = await routes(ask);
    if (!told.quiet) {
      const ip = clientIp(ask, { trustForwarded: trusts(ask.peer), viewerHeader });
      const record = {
        ...recordOf(told, ask),
        requestId: id,
        clientIp: ip,
        durationMs: performance.now() - startedAt,
      };
      if (told.failure) warnOfFallback(log, told.failure, record);
      const leftOut = isRefusal(record) ? sample(record.code ?? String(record.status)) : 0;
      if (leftOut !== undefined) logRequest(log, { ...record, leftOut });
      stats?.count(record);
      if (told.error) reporter?.report(told.error, reportOf(told, id));
    }
    const always = { "Content-Security-Policy": PICTURE_POLICY, "X-Content-Type-Options": "nosniff" };
    const named = { Server: config.http.serverName, "X-Request-ID": id };
    const reply = config.http.developmentErrorsMode ? explained(told, ask, id) : told.reply;
    return { ...reply, headers: { ...always, ...named, ...reply.headers } };
  };
}

/** What a client did wrong: whoever does it in floods shall not fill the log, too. */
const isRefusal = ({ status }: RequestRecord): boolean => status >= 400 && status < 500;

/** A refusal as a page, for a developer's browser (contract http.md, section 3). */
function explained({ reply, error }: Told, { headers }: Ask, id: string): Reply {
  if (!error || !header(headers, "accept")?.includes("text/html")) return reply;
  const { message, docs } = ERRORS[error.code];
  const failure = {
    status: error.status,
    message,
    code: error.code,
    docs,
    requestId: id,
    version: version(),
    error,
  };
  return {
    ...reply,
    headers: {
      ...reply.headers,
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": failurePolicy(),
    },
    body: failurePage(failure),
  };
}

const corsOf = ({ http: { allowOrigin } }: Config): Reply["headers"] =>
  allowOrigin === ""
    ? {}
    : { "Access-Control-Allow-Origin": allowOrigin, "Access-Control-Allow-Methods": "GET, OPTIONS" };

function recordOf({ reply, job, rendition, state, error }: Told, { method, target }: Ask) {
  return {
    method,
    target,
    status: reply.status,
    state,
    code: error?.code,
    error,
    imageUrl: job?.source,
    options: job && spelling(job.options),
    bytesIn: rendition?.origin.bytes,
    bytesOut: rendition && lengthOf(reply.body),
    steps: state === "miss" ? rendition?.steps : undefined,
  };
}

function warnOfFallback(log: Log, error: HttpError, { requestId, imageUrl }: RequestRecord): void {
  log.warn("Could not load image. Using fallback image", {
    request_id: requestId,
    image_url: imageUrl,
    code: error.code,
    error: error.message,
  });
}

const reportOf = ({ job }: Told, requestId: string) => ({
  requestId,
  source: job?.source,
  options: job && spelling(job.options),
  origin: "request",
});

function counted(handle: App["handle"], metrics: Metrics): App["handle"] {
  return async (ask) => {
    if (ask.method !== "GET") return handle(ask);
    const done = metrics.request();
    const told = await handle(ask);
    const { reply, rendition, state: cache, error = told.failure } = told;
    done({
      status: reply.status,
      errorType: error && errorTypeOf(told, error),
      cache,
      // What the client had already is no picture that was served.
      format: rendition && lengthOf(reply.body) > 0 ? rendition.format : undefined,
      bytesIn: rendition?.origin.bytes,
      bytesOut: rendition && lengthOf(reply.body),
    });
    return { ...told, reply: { ...reply, body: metrics.streamed(reply.body) } };
  };
}

const lengthOf = (body: Reply["body"]): number => (body instanceof Uint8Array ? body.byteLength : 0);

/** In raw mode what a download fails with is a failure to stream (contract http.md, section 9). */
function errorTypeOf({ job }: Told, { code }: HttpError): string {
  const { metric } = ERRORS[code];
  return metric === "download" && job?.options.raw ? "streaming" : metric;
}

/** A renderer that has made a picture this recently needs no proof that it can. */
const FRESH_MILLISECONDS = 120_000;

async function unready({ pool }: App, readiness: Readiness): Promise<string | undefined> {
  if (readiness.draining) return "draining";
  if (!pool.ready) return "no renderer is ready";
  if (Date.now() - (pool.lastSuccessAt ?? 0) < FRESH_MILLISECONDS) return undefined;
  try {
    await pool.probe();
    return undefined;
  } catch {
    return "no renderer answers";
  }
}

function pagesOf({ http, guard, source }: Config): RouteSettings["pages"] {
  const page = (body: string, policy: string): Reply => ({
    status: 200,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": policy,
      "Cache-Control": "no-cache",
    },
    body,
  });
  const landing = (): Reply =>
    page(
      landingPage({
        version: version(),
        gallery: http.gallery,
        playground: http.playground,
        prefix: http.pathPrefix,
      }),
      landingPolicy(),
    );
  if (!http.gallery) return { "/": landing };
  const signer = signerOf(guard);
  const gallery = async (): Promise<Reply> => {
    const samples = await samplesOf(source);
    const signing = http.development ? { sign: signer } : { unsigned: signer !== undefined };
    return page(galleryPage({ samples, prefix: http.pathPrefix, ...signing }), galleryPolicy());
  };
  return { "/": landing, "/gallery": gallery };
}

/** Names of what lies in the folder that `local://` URLs begin at. */
const samplesOf = ({ localFilesystemRoot: root }: Config["source"]): Promise<readonly string[]> =>
  root === "" ? Promise.resolve([]) : readdir(root);

/** Signs as the first of the keys does; undefined where there is none. */
function signerOf({ keys, salts, signatureSize: size }: Config["guard"]) {
  const [[key], [salt]] = [keys, salts];
  if (key === undefined || salt === undefined) return undefined;
  return (path: string): string => sign(path, { key, salt, size });
}

function playgroundOf({ http, guard, source }: Config, app: App): RouteSettings["playground"] {
  if (!http.playground) return undefined;
  const signer = signerOf(guard);
  return createPlayground({
    prefix: http.pathPrefix,
    gallery: http.gallery,
    grammar: app.grammar,
    signed: signer !== undefined,
    samples: () => samplesOf(source),
    workshop: app.dropped && {
      isLoopback: (address) => classify(address) === "loopback",
      keep: app.dropped.put,
      sign: signer,
    },
  });
}
