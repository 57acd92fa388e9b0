import { createApp } from "./app.ts";
import { markLate } from "./collector.ts";
import { takesCapabilities } from "./config/derive.ts";
import type { Loaded } from "./config/load.ts";
import type { Config } from "./config/settings.ts";
import { findFloor } from "./config/floor.ts";
import { version } from "./config/version.ts";
import { classify } from "./guard/address.ts";
import { createPeers } from "./guard/peers.ts";
import { listen, type Door, type DoorEvent } from "./http/node.ts";
import { createReadiness, runUntilSignal } from "./http/lifecycle.ts";
import type { Handle } from "./message.ts";
import { createLog, type Fields, type Log } from "./observe/log.ts";
import { metricsHandle, type Metrics } from "./observe/metrics.ts";
import { createSampling } from "./observe/sampling.ts";
import { lineSink } from "./observe/sink.ts";
import { createSite, type Companion } from "./site.ts";
import { createLookout, operatorHandle, startWatching } from "./watching.ts";

/** Starts the server, which then lives until a signal; resolves when it listens. Rejects with a sentence. */
export async function serve({ config, warnings }: Loaded, companion?: Companion): Promise<void> {
  markLate();
  const { logFormat: format, logLevel: level } = config.observe;
  const log = createLog({ format, level, write: lineSink(process.stdout) });
  const floor = findFloor(config.http.maxClients);
  if (floor.refusal !== undefined) throw new Error(floor.refusal);
  const floors = floor.warning === undefined ? [] : [floor.warning];
  for (const warning of [...warnings, ...openings(config), ...floors]) log.warn(warning);
  const lookout = createLookout();
  const app = await createApp(config, log, lookout);
  if (app.sandbox.level === 0 && process.platform === "linux")
    log.warn(`renderers are not confined beyond being processes: ${app.sandbox.notHigher.join("; ")}`);
  const readiness = createReadiness();
  const watchers = await startWatching(config, app, log);
  lookout.metrics = watchers.metrics;
  const doors = await openDoors(config, {
    log,
    metrics: watchers.metrics,
    handle: createSite(config, { app, log, readiness, companion, ...watchers }),
    operator: operatorHandle(config, { app, log, ...watchers }),
  });
  const [door] = doors;
  companion?.onListening(door.url);
  await app.pool.started;
  log.info("listening", {
    url: door.url,
    version: version(),
    renderers: config.render.workers,
    sandbox: app.sandbox.name,
  });
  process.on("SIGHUP", app.reload);
  runUntilSignal({
    doors,
    readiness,
    lameDuckSeconds: config.http.lameDuckDelay,
    graceSeconds: config.http.gracefulStopTimeout,
    closeRenderers: async () => {
      await app.close(0);
      await watchers.stop();
    },
    exit: (code) => {
      companion?.onLeaving();
      process.exit(code);
    },
    report: (error, origin) => {
      log.error(`${origin}: the server ends`, { error: String(error), stack: stackOf(error) });
      watchers.reporter?.report(error, { origin });
    },
  });
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? "") : "");

/** What an operator should know about who is let in. */
function openings({ guard, capability, http }: Config): string[] {
  if (http.development) {
    const served = guard.keys.length > 0 ? "URLs that are signed" : "unsigned URLs of any source";
    return [`development mode: ${served} are served, to this machine only`];
  }
  const onlyCapabilities = takesCapabilities(capability) && guard.allowedSources.length === 0;
  if (guard.keys.length > 0 || onlyCapabilities) return [];
  const served = guard.allowedSources.length > 0 ? "listed sources" : "local:// files";
  return [
    `URLs are not signed, so only ${served} are served: set IMGPROXY_KEY and IMGPROXY_SALT to sign them, or IMGPROXY_ALLOWED_SOURCES to list more`,
  ];
}

interface Household {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly handle: Handle;
  readonly operator: Handle;
}

/** A purge names sources by their whole URLs, percent-encoded. */
const OPERATOR_TARGET_BYTES = 32_768;

/** The pictures' door, and those of the operator and of the metrics where they are wanted. */
async function openDoors(
  { http, observe, operator: own }: Config,
  { log, metrics, handle, operator }: Household,
): Promise<[Door, ...Door[]]> {
  const headers = { Server: http.serverName };
  const sample = createSampling(observe.refusalLines);
  const report = (event: DoorEvent): void => {
    const leftOut = sample(event.kind);
    if (leftOut !== undefined) reportDoor(log, event, { left_out: leftOut || undefined });
  };
  const trusts = createPeers(http.trustForwarded);
  const door = await listen(handle, {
    bind: http.bind,
    network: http.network,
    readRequestTimeoutSeconds: http.readRequestTimeout,
    writeResponseTimeoutSeconds: http.writeResponseTimeout,
    keepAliveSeconds: http.keepAliveTimeout,
    maxClients: http.maxClients,
    maxClientsPerPeer: http.maxClientsPerAddress,
    // Load balancers and the server's own network have other addresses; one of a proxy elsewhere is named.
    isClient: (peer) => classify(peer) === "public" && !trusts(peer),
    reusePort: http.soReuseport,
    headers,
    report,
  });
  const others = [
    ...(own.bind === "" ? [] : [{ handle: operator, bind: own.bind }]),
    ...(observe.prometheusBind === ""
      ? []
      : [{ handle: metricsHandle(metrics), bind: observe.prometheusBind }]),
  ];
  const shared = { headers, report, maxTargetBytes: OPERATOR_TARGET_BYTES };
  return [
    door,
    ...(await Promise.all(others.map(({ handle: each, bind }) => listen(each, { bind, ...shared })))),
  ];
}

function reportDoor(log: Log, event: DoorEvent, more: Fields): void {
  if (event.kind === "refused") {
    log.warn("Refused", { status: event.status, client_ip: event.peer, error: event.detail, ...more });
    return;
  }
  if (event.kind === "crowded") {
    log.warn(
      "Too many connections of one address: where it is a proxy, name it in TINTYPE_HTTP_TRUST_FORWARDED",
      { client_ip: event.peer, ...more },
    );
    return;
  }
  const error = { error: String(event.error), stack: stackOf(event.error), ...more };
  if (event.kind === "broken") log.error("The listening socket failed", error);
  else log.error(event.kind === "cut" ? "Cut short" : "Fault", { target: event.ask.target, ...error });
}
