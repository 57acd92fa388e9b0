/** What metrics read when they are asked. */
import { Counter, Gauge } from "prom-client";
import type { Registry } from "prom-client";
import type { Named } from "./counters.ts";
import { bounded, TIERS } from "./labels.ts";
import type { Readers, TierSize } from "./readers.ts";

export interface Vips {
  readonly memoryBytes: number;
  readonly mostMemoryBytes: number;
  readonly allocations: number;
}

/** Where gauges have their values from; what nobody reads is zero. */
export interface GaugeReaders extends Readers {
  /** How many pictures may be rendered at once. */
  readonly workers: number;
  readonly requestsInProgress: () => number;
  readonly imagesInProgress: () => number;
  readonly vips?: () => Vips;
}

/** Per cent: above 100 where more is asked at once than can be rendered. */
export function utilizationOf({
  workers,
  requestsInProgress,
}: Pick<GaugeReaders, "workers" | "requestsInProgress">): number {
  return (requestsInProgress() / workers) * 100;
}

const NO_VIPS: Vips = { memoryBytes: 0, mostMemoryBytes: 0, allocations: 0 };

interface GaugeEntry {
  readonly name: string;
  readonly help: string;
  readonly read: (readers: GaugeReaders) => number;
}

const GAUGES: readonly GaugeEntry[] = [
  { name: "workers", help: "Pictures that can be rendered at once.", read: ({ workers }) => workers },
  {
    name: "requests_in_progress",
    help: "Processing requests that are not answered yet.",
    read: ({ requestsInProgress }) => requestsInProgress(),
  },
  {
    name: "images_in_progress",
    help: "Pictures that are being rendered or streamed.",
    read: ({ imagesInProgress }) => imagesInProgress(),
  },
  {
    name: "workers_utilization",
    help: "Requests in progress as a percentage of workers.",
    read: utilizationOf,
  },
  {
    name: "vips_memory_bytes",
    help: "Memory that libvips holds.",
    read: ({ vips }) => (vips?.() ?? NO_VIPS).memoryBytes,
  },
  {
    name: "vips_max_memory_bytes",
    help: "The most memory that libvips has held.",
    read: ({ vips }) => (vips?.() ?? NO_VIPS).mostMemoryBytes,
  },
  {
    name: "vips_allocs",
    help: "Allocations that libvips has active.",
    read: ({ vips }) => (vips?.() ?? NO_VIPS).allocations,
  },
  {
    name: "queue_length",
    help: "Pictures that wait to be rendered.",
    read: ({ queue }) => queue?.().length ?? 0,
  },
  {
    name: "queue_running",
    help: "Pictures that have a place to be rendered.",
    read: ({ queue }) => queue?.().running ?? 0,
  },
  {
    name: "renderers_ready",
    help: "Renderer processes that have passed their self-test.",
    read: ({ renderers }) => renderers?.().ready ?? 0,
  },
];

interface SizeEntry {
  readonly name: string;
  readonly help: string;
  readonly read: (size: TierSize) => number;
}

const SIZES: readonly SizeEntry[] = [
  { name: "cache_bytes", help: "Bytes that a tier of the cache holds.", read: ({ bytes }) => bytes },
  { name: "cache_entries", help: "Entries that a tier of the cache holds.", read: ({ entries }) => entries },
];

const NO_TIERS: readonly TierSize[] = TIERS.filter((tier) => tier !== "other").map((tier) => ({
  tier,
  bytes: 0,
  entries: 0,
}));

/** Adds what is read at every scrape. */
export function addGauges(registry: Registry, name: Named, readers: GaugeReaders): void {
  const registers = [registry];
  for (const { name: plain, help, read } of GAUGES) {
    new Gauge({
      name: name(plain),
      help,
      registers,
      collect() {
        this.set(read(readers));
      },
    });
  }
  for (const { name: plain, help, read } of SIZES) {
    new Gauge({
      name: name(plain),
      help,
      labelNames: ["tier"],
      registers,
      collect() {
        this.reset();
        for (const size of readers.tiers?.() ?? NO_TIERS)
          this.inc({ tier: bounded(TIERS, size.tier, "other") }, read(size));
      },
    });
  }
  new Counter({
    name: name("renderer_restarts_total"),
    help: "Renderer processes that ended and were replaced.",
    registers,
    collect() {
      this.reset();
      this.inc(readers.renderers?.().restarts ?? 0);
    },
  });
}
