import type { App } from "./app.ts";
import type { Watch } from "./caches.ts";
import { environment } from "./config/process.ts";
import type { Config } from "./config/settings.ts";
import { version } from "./config/version.ts";
import type { Handle } from "./message.ts";
import type { Log } from "./observe/log.ts";
import { createMetrics, metricsHandle, type Metrics } from "./observe/metrics.ts";
import { startTelemetry } from "./observe/otel.ts";
import type { Readers } from "./observe/readers.ts";
import { openReporter, type Reporter } from "./observe/reporter.ts";
import { startStatsLine } from "./observe/stats-line.ts";
import { createStats, type StatsCounter } from "./observe/stats.ts";
import { createOperatorHandle } from "./operator/door.ts";

/** Everyone who watches a server at work. */
export interface Watchers {
  readonly metrics: Metrics;
  readonly stats: StatsCounter;
  readonly reporter: Reporter | undefined;
  /** Has what is sent elsewhere sent to its end. */
  stop(): Promise<void>;
}

/** Tells the metrics, which come into being after the caches, what is looked for in them. */
export function createLookout(): Watch & { metrics?: Metrics } {
  const lookout: Watch & { metrics?: Metrics } = {
    onLook: (tier, look) => lookout.metrics?.tier(tier, look),
  };
  return lookout;
}

/** Starts to watch. Rejects with a sentence where a package for it is missing. */
export async function startWatching(config: Config, app: App, log: Log): Promise<Watchers> {
  const { observe } = config;
  const readers = readersOf(app);
  const metrics = createMetrics({
    namespace: observe.prometheusNamespace,
    workers: config.render.workers,
    imagesInProgress: () => app.queue.running,
    ...readers,
  });
  const stats = createStats({ ...readers, utilization: metrics.utilization });
  const reporter = await openReporter({
    sentryDsn: observe.sentryDsn,
    environment: observe.sentryEnvironment,
    release: observe.sentryRelease,
  });
  const onTrouble = (sentence: string): void => log.warn(sentence);
  // Platforms set its variables for all that runs on them: a package that is missing is no reason not to serve.
  const telemetry = await startTelemetry(environment(), { metrics, version: version(), onTrouble }).catch(
    (error: unknown) => onTrouble(error instanceof Error ? error.message : String(error)),
  );
  const stopLine =
    observe.statsInterval > 0
      ? startStatsLine((message, fields) => log.info(message, fields), stats, observe.statsInterval)
      : () => undefined;
  const stop = async (): Promise<void> => {
    stopLine();
    metrics.close();
    await Promise.all([reporter?.close(), telemetry?.stop()]);
  };
  return { metrics, stats, reporter, stop };
}

const readersOf = ({ queue, pool, caches }: App): Readers => ({
  queue: () => ({ length: queue.waiting, running: queue.running }),
  renderers: () => pool.strength,
  tiers: () => caches.sizes(),
});

/** What the operator's listener answers. */
export function operatorHandle(
  { operator }: Config,
  {
    app,
    metrics,
    stats,
    log,
  }: { readonly app: App; readonly log: Log } & Pick<Watchers, "metrics" | "stats">,
): Handle {
  return createOperatorHandle({
    token: operator.token,
    metrics: metricsHandle(metrics),
    purge: (scope) => {
      metrics.purge(scope.kind);
      return app.purge(scope);
    },
    explain: app.explain,
    stats: () => stats.snapshot(),
    onFault: (error, { method, target }) =>
      log.error("The operator's request failed", { method, target, error: String(error) }),
  });
}
