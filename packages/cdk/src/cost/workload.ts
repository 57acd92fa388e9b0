/** What is to be paid for: a month of pictures. All below are pure functions of it. */

export const PROFILES = ["standard", "small"] as const;
export const EGRESSES = ["nat", "public-ip"] as const;
export const SOURCES = ["s3", "http"] as const;

export interface Workload {
  /** Pictures that browsers ask for in a month of 30 days. */
  readonly requests: number;
  /** Mean size of an answer in KB of 1024 bytes. */
  readonly kb: number;
  /** Share of requests that the CDN answers by itself, 0 to 1. */
  readonly hitShare: number;
  /** Milliseconds of CPU that one picture takes to be made, download and decode included. */
  readonly ms: number;
  /** Mean size of an original in MB of 2^20 bytes. */
  readonly sourceMb: number;
  /** Where originals lie: S3, reached through a gateway endpoint for nothing, or web servers, reached through `egress`. */
  readonly sources: (typeof SOURCES)[number];
  readonly egress: (typeof EGRESSES)[number];
  /** `standard`: 2 vCPU and 4 GB a task, all on demand. `small`: 1 vCPU and 2 GB, all but one on spare capacity. */
  readonly profile: (typeof PROFILES)[number];
}

/** What each profile reaches the world by, where nobody says otherwise. */
export const EGRESS_OF: Readonly<Record<Workload["profile"], Workload["egress"]>> = {
  standard: "nat",
  small: "public-ip",
};

/** The month that this package's documentation speaks of. */
export const EXAMPLE: Workload = {
  requests: 1e9,
  kb: 40,
  hitShare: 0.95,
  ms: 60,
  sourceMb: 2,
  sources: "s3",
  egress: "nat",
  profile: "standard",
};

/** What AVIF does to a month: 30 % fewer bytes, and 200 ms of CPU a picture at the server's own effort (docs/operate/scale.md). */
export const AVIF = { bytesShare: 0.7, ms: 200 } as const;

/** The same month with AVIF for everyone who reads it, taken as everyone. */
export const withAvif = (workload: Workload): Workload => ({
  ...workload,
  kb: workload.kb * AVIF.bytesShare,
  ms: Math.max(workload.ms, AVIF.ms),
});

/** Hours of a month of 30 days. */
export const HOURS = 30 * 24;
export const SECONDS = HOURS * 3600;

/** Requests that reach the servers in a month, each taken as a picture to be made. */
export const missesOf = ({ requests, hitShare }: Workload): number => requests * (1 - hitShare);

/** GB of 2^30 bytes that go to browsers in a month. */
export const transferGb = ({ requests, kb }: Workload): number => (requests * kb) / 1024 / 1024;

/** GB of 2^30 bytes that servers send to the CDN in a month. */
export const answeredGb = (workload: Workload): number => transferGb(workload) * (1 - workload.hitShare);

/** GB of 2^30 bytes of originals that servers read in a month. */
export const sourceGb = (workload: Workload): number => (missesOf(workload) * workload.sourceMb) / 1024;
