import { join } from "node:path";
import { Cache } from "./cache/cache.ts";
import { diskStore, type DiskStore } from "./cache/disk.ts";
import { folderBoard } from "./cache/folder-board.ts";
import { NOBODYS_KEY } from "./cache/key.ts";
import { memoryStore, type MemoryStore } from "./cache/memory.ts";
import { Patience } from "./cache/patience.ts";
import type { Purge, PurgeBoard } from "./cache/purge.ts";
import { Purges } from "./cache/purges.ts";
import { openRedis, type RedisCache } from "./cache/redis.ts";
import { Refusals } from "./cache/refusals.ts";
import { openS3, type S3Cache } from "./cache/s3.ts";
import type { Entry } from "./cache/store.ts";
import { createTier, type Look, type Tier, type TierSettings } from "./cache/tier.ts";
import { Tiers, type NearStore } from "./cache/tiers.ts";
import { Turns } from "./cache/turns.ts";
import type { Config } from "./config/settings.ts";
import { isOriginal } from "./download.ts";
import type { HttpError } from "./errors.ts";
import { Flight } from "./flight.ts";
import { isPassing, isRendition, refusalSeconds } from "./keeping.ts";
import type { Log } from "./observe/log.ts";
import type { TierSize } from "./observe/readers.ts";
import { span } from "./observe/trace.ts";

/** What is watched of the caches. */
export interface Watch {
  readonly onLook?: (tier: string, look: Look) => void;
}

/** What is kept, and where. */
export interface Caches {
  readonly renditions: Cache;
  readonly originals: Cache;
  readonly purges: Purges;
  /** Milliseconds after which replicas have heard of a purge; 0 where there is no way for them to. */
  readonly hearingMs: number;
  /** Bytes and entries by tier, as far as they are known here. */
  readonly sizes: () => readonly TierSize[];
  /** Hears of purges, and looks after what lies on disk; resolves when what was ordered before is known. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** What replicas share, as far as it is set up. */
interface Shared {
  readonly redis: RedisCache | undefined;
  readonly s3: S3Cache | undefined;
}

/** Looking at a bucket costs money each time. */
const BOARD_MS = 1000;
const BUCKET_BOARD_MS = 2500;

/** Opens every tier that the configuration names. Rejects with a sentence where one cannot work. */
export async function openCaches(
  config: Config,
  by: string,
  { log, watch = {}, onHeard }: Watching,
): Promise<Caches> {
  const { cache, http } = config;
  const shared = await openShared(config);
  const disks = openDisks(config, log);
  const near = cache.memory > 0 ? memoryStore({ maxBytes: cache.memory }) : undefined;
  const tierOf = tierMaker(config, log, watch);
  const far = [
    ...(disks.pictures ? [tierOf("disk", disks.pictures)] : []),
    ...(shared.redis ? [tierOf("redis", shared.redis.store)] : []),
    ...(shared.s3 ? [tierOf("s3", shared.s3.store, (costMs) => costMs >= cache.sharedMinCost)] : []),
  ];
  const opened: { caches?: readonly Cache[] } = {};
  const purges = new Purges({
    by,
    boards: boardsOf(shared, disks),
    everyMs: shared.s3 ? BUCKET_BOARD_MS : BOARD_MS,
    onFault: (error) => log.warn("Purges of other replicas cannot be exchanged", { error: String(error) }),
    onHeard: (purge) => {
      onHeard?.();
      void sweepOwn(opened.caches ?? [], purge, log);
    },
  });
  const common = {
    purges,
    survives: isPassing,
    refusalSeconds: (error: HttpError) => refusalSeconds(error, http.errorTtl),
  };
  const renditions = new Cache({
    ...common,
    tiers: tiersOf({ near, far, purges, isSound: isRendition, onLook: watch.onLook }),
    renewals: new Flight(),
    refusals: new Refusals(),
    turns: turnsOf(config, shared.redis, log),
  });
  const originals = new Cache({
    ...common,
    tiers: tiersOf({
      far: disks.originals ? [tierOf("originals", disks.originals)] : [],
      purges,
      isSound: isOriginal,
    }),
    renewals: new Flight(),
    // Sources remember by themselves what could not be had.
    refusals: new Refusals(),
    refusalSeconds: () => 0,
  });
  opened.caches = [renditions, originals];
  return {
    renditions,
    originals,
    purges,
    hearingMs: shared.s3 ? BUCKET_BOARD_MS : shared.redis ? BOARD_MS : 0,
    sizes: () => sizesOf(near, disks),
    start: async () => {
      disks.pictures?.start();
      disks.originals?.start();
      await purges.start();
    },
    close: async () => {
      await Promise.all([renditions.close(), originals.close()]);
      await purges.close();
    },
  };
}

/** Tiers that other replicas share; what they hold is swept by whoever orders a purge. */
const SHARED: ReadonlySet<string> = new Set(["redis", "s3"]);

interface Watching {
  readonly log: Log;
  readonly watch?: Watch | undefined;
  /** Hears that another replica has ordered a purge. */
  readonly onHeard?: () => void;
}

async function openShared({ cache, cacheRedis, cacheS3, source, guard }: Config): Promise<Shared> {
  const { url, prefix, maxEntry, keep } = cacheRedis;
  const [redis, s3] = await Promise.all([
    url === ""
      ? undefined
      : openRedis({
          url,
          prefix,
          maxEntryBytes: maxEntry,
          keepSeconds: keep,
          connectTimeoutMs: source.connectTimeout * 1000,
        }),
    cacheS3.bucket === "" || cache.use !== "s3"
      ? undefined
      : openS3({
          ...cacheS3,
          prefix:
            cacheS3.prefix === "" || cacheS3.prefix.endsWith("/") ? cacheS3.prefix : `${cacheS3.prefix}/`,
          connectTimeoutSeconds: source.connectTimeout,
          ignoreTls: guard.ignoreSslVerification,
        }),
  ]);
  return { redis, s3 };
}

interface Disks {
  readonly pictures: DiskStore | undefined;
  readonly originals: DiskStore | undefined;
  readonly board: PurgeBoard | undefined;
}

const NO_DISK = { pictures: undefined, originals: undefined, board: undefined };

function openDisks({ cache, cacheS3 }: Config, log: Log): Disks {
  const { disk, originals, diskFiles: maxFiles } = cache;
  if (cache.dir === "") return NO_DISK;
  const directory = cache.use === "fs" ? join(cache.dir, cacheS3.bucket, cacheS3.prefix) : cache.dir;
  const say = (error: unknown): void => log.warn("The cache's folder", { error: String(error) });
  const onFault = onceAWhile(say, cache.reportErrors);
  const open = (name: string, maxBytes: number): DiskStore | undefined =>
    maxBytes > 0 ? diskStore({ directory: join(directory, name), maxBytes, maxFiles, onFault }) : undefined;
  try {
    const board = folderBoard({ directory });
    return { pictures: open("pictures", disk), originals: open("originals", originals), board };
  } catch (error) {
    log.warn("Nothing is kept on disk", { error: String(error) });
    return NO_DISK;
  }
}

const boardsOf = ({ redis, s3 }: Shared, { board }: Disks): PurgeBoard[] => [
  ...(board ? [board] : []),
  ...(redis ? [redis.board] : []),
  ...(s3 ? [s3.board] : []),
];

const tierMaker =
  ({ cache }: Config, log: Log, { onLook }: Watch) =>
  (name: string, store: TierSettings["store"], admits?: (costMs: number) => boolean): Tier =>
    createTier({
      name,
      store,
      patienceMs: cache.patience,
      ...(admits && { admits }),
      ...(onLook && { onLook }),
      onChange: (tier, change) =>
        change.lost
          ? log.warn("A tier of the cache is left alone until it answers again", {
              tier,
              error: String(change.error),
            })
          : log.info("A tier of the cache is back", { tier }),
      onFault: onceAWhile(
        (tier: string, error: unknown) =>
          log.warn("A tier of the cache did not take something", { tier, error: String(error) }),
        cache.reportErrors,
      ),
    });

const QUIET_MS = 60_000;

/** A full disk fails at every write: one line a minute says so. */
function onceAWhile<T extends unknown[]>(say: (...facts: T) => void, always: boolean): (...facts: T) => void {
  let saidAt = -Infinity;
  return (...facts) => {
    if (!always && performance.now() - saidAt < QUIET_MS) return;
    saidAt = performance.now();
    say(...facts);
  };
}

interface TiersParts {
  readonly near?: NearStore | undefined;
  readonly far: readonly Tier[];
  readonly purges: Purges;
  readonly isSound: (entry: Entry) => boolean;
  readonly onLook?: Watch["onLook"];
}

const tiersOf = ({ onLook, ...parts }: TiersParts): Tiers =>
  new Tiers({
    ...parts,
    lookups: new Flight(),
    around: (search) => span("cache", {}, search),
    ...(onLook && { onLook }),
  });

function turnsOf({ cache, http }: Config, redis: RedisCache | undefined, log: Log): Turns | undefined {
  if (!redis) return undefined;
  const patience = new Patience({
    milliseconds: cache.patience,
    probe: () => redis.store.head(NOBODYS_KEY),
    onChange: ({ lost }) => log.debug("Locks of the cache", { lost }),
  });
  return new Turns({ lock: redis.lock, patience, milliseconds: http.timeout * 1000 });
}

/** What another replica has ordered to be forgotten is swept here where nobody else can. */
async function sweepOwn(caches: readonly Cache[], purge: Purge, log: Log): Promise<void> {
  const sweep = { isOurs: (tier: string) => !SHARED.has(tier), tally: new Map<string, number>() };
  const swept = await Promise.allSettled(caches.map((cache) => cache.sweep(purge, sweep)));
  const failed = swept.flatMap((outcome) => (outcome.status === "rejected" ? [String(outcome.reason)] : []));
  log.info("Purged, as another replica was told", {
    ...purge.scope,
    removed: Object.fromEntries(sweep.tally),
  });
  if (failed.length > 0)
    log.warn("Not all could be removed; none of it is served", { error: failed.join("; ") });
}

function sizesOf(near: MemoryStore | undefined, { pictures, originals }: Disks): TierSize[] {
  return [
    ...(near ? [{ tier: "memory", bytes: near.bytes, entries: near.size }] : []),
    ...(pictures ? [{ tier: "disk", bytes: pictures.bytes, entries: pictures.files }] : []),
    ...(originals ? [{ tier: "originals", bytes: originals.bytes, entries: originals.files }] : []),
  ];
}
