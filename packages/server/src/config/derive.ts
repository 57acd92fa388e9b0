import type { Config } from "./settings.ts";
import { version } from "./version.ts";

/** What defaults follow from, besides the table. */
export interface Surroundings {
  /** CPUs that the machine or its cgroup grants. */
  readonly cpus: number;
  /** Bytes that the machine or its cgroup grants; 0 or left out where it is not known. */
  readonly memoryBytes?: number;
  /** The PORT variable, where it is set. */
  readonly port?: string | undefined;
  /** The AWS_REGION variable, where it is set. */
  readonly awsRegion?: string | undefined;
  /** Where the user's programs keep what they can make again; empty or left out where there is no such place. */
  readonly cacheFolder?: string | undefined;
  /** Runs in AWS Lambda, which sends one request at a time. */
  readonly lambda?: boolean;
}

/** Renderers for so many CPUs: encoders keep one busy each. */
export const workersFor = (cpus: number): number => Math.max(1, Math.floor(cpus));

/** Places in the waiting line for so many renderers; fewer than a page full of pictures would refuse its own visitors. */
export const queueFor = (workers: number): number => Math.max(16, 4 * workers);

const MIB = 1024 ** 2;
/** Measured in a soak at 512 MiB: what the processes hold besides pictures in the making, once they have been at it for a while. */
const FRONT_BYTES = 144 * MIB;
const IDLE_RENDERER_BYTES = 56 * MIB;
const LEAST_BYTES = 64 * MIB;

/** Bytes of the front with what it keeps, of the renderers and their spare. */
const heldBy = (workers: number, keptBytes: number): number =>
  FRONT_BYTES + keptBytes + (workers + 1) * IDLE_RENDERER_BYTES;

/** What pictures in the making may take of so much memory, beside all that is held anyway; 0 where it is not known. */
export function memoryFor(workers: number, memoryBytes: number, keptBytes = cacheFor(memoryBytes)): number {
  if (memoryBytes === 0) return 0;
  return Math.max(LEAST_BYTES, memoryBytes - heldBy(workers, keptBytes));
}

/** A sentence where the machine or its cgroup grants less memory than the server takes at its busiest. */
export function shortage({ render, cache }: Config, memoryBytes: number): string | undefined {
  const needed = heldBy(render.workers, cache.memory) + render.memory;
  if (memoryBytes === 0 || render.memory === 0 || needed <= memoryBytes) return undefined;
  // What is kept grows with what is granted: cacheFor.
  const enough = Math.ceil((needed * 17) / 16 / (16 * MIB)) * 16;
  const have = Math.floor(memoryBytes / MIB);
  return `${have} MiB of memory are fewer than ${render.workers === 1 ? "one renderer takes" : `${render.workers} renderers take`} at their busiest: allow ${enough} MiB, or lower IMGPROXY_WORKERS, TINTYPE_CACHE_MEMORY or TINTYPE_RENDER_MEMORY`;
}

/** What finished pictures may take of so much memory. */
export const cacheFor = (memoryBytes: number): number =>
  memoryBytes === 0 ? 64 * MIB : Math.min(256 * MIB, Math.max(16 * MIB, Math.floor(memoryBytes / 16)));

/** Whether URLs may be capabilities; checking them takes keys. */
export const takesCapabilities = ({ keys, file }: Config["capability"]): boolean =>
  keys.length > 0 || file !== "";

/** Puts in the defaults that follow from elsewhere, for every setting that was not given. */
export function derive(config: Config, given: ReadonlySet<string>, around: Surroundings): Config {
  const { http, guard, source, render, s3 } = config;
  const unless = <T>(path: string, value: T, fallback: T): T => (given.has(path) ? value : fallback);
  const workers = around.lambda ? 1 : unless("render.workers", render.workers, workersFor(around.cpus));
  const queue = around.lambda
    ? 0
    : unless("render.requestsQueueSize", render.requestsQueueSize, queueFor(workers));
  const port = around.port ?? "8080";
  const memoryBytes = around.memoryBytes ?? 0;
  const kept = unless("cache.memory", config.cache.memory, cacheFor(memoryBytes));
  const ttl = unless("http.ttl", http.ttl, http.development ? 0 : http.ttl);
  return {
    ...config,
    http: {
      ...http,
      bind: unless("http.bind", http.bind, `${http.development ? "127.0.0.1" : ""}:${port}`),
      lameDuckDelay: unless(
        "http.lameDuckDelay",
        http.lameDuckDelay,
        http.development ? 0 : http.lameDuckDelay,
      ),
      gallery: unless("http.gallery", http.gallery, http.development),
      playground: unless("http.playground", http.playground, http.development),
      ttl,
    },
    guard: {
      ...guard,
      allowLoopbackSourceAddresses: unless(
        "guard.allowLoopbackSourceAddresses",
        guard.allowLoopbackSourceAddresses,
        http.development,
      ),
    },
    source: {
      ...source,
      missingTtl: unless("source.missingTtl", source.missingTtl, http.development ? 0 : source.missingTtl),
      failureTtl: unless("source.failureTtl", source.failureTtl, http.development ? 0 : source.failureTtl),
      userAgent: source.userAgent.replaceAll("%current_version", version()),
    },
    cache: {
      ...config.cache,
      dir: unless("cache.dir", config.cache.dir, around.cacheFolder ?? ""),
      memory: kept,
      ttl: unless("cache.ttl", config.cache.ttl, Math.min(config.cache.ttl, ttl)),
    },
    cacheS3: {
      ...config.cacheS3,
      region: unless("cacheS3.region", config.cacheS3.region, around.awsRegion || config.cacheS3.region),
    },
    observe: {
      ...config.observe,
      statsInterval: unless(
        "observe.statsInterval",
        config.observe.statsInterval,
        http.development ? 0 : config.observe.statsInterval,
      ),
      sentryRelease: unless("observe.sentryRelease", config.observe.sentryRelease, `tintype@${version()}`),
    },
    s3: { ...s3, region: unless("s3.region", s3.region, around.awsRegion || s3.region) },
    render: {
      ...render,
      workers,
      requestsQueueSize: queue,
      memory: unless("render.memory", render.memory, memoryFor(workers, memoryBytes, kept)),
    },
  };
}
