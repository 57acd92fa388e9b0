/** A month's bill, line by line. */
import { computeDollars, TASKS, tasksAt } from "./compute.ts";
import { FREE, PRICES, TRANSFER, type Price, type Tier } from "./prices.ts";
import { spaced } from "./table.ts";
import { answeredGb, HOURS, missesOf, sourceGb, transferGb, type Workload } from "./workload.ts";

export interface Line {
  readonly what: string;
  /** The amount that is paid for, in words. */
  readonly of: string;
  /** US dollars a month. */
  readonly dollars: number;
}

export interface Bill {
  readonly lines: readonly Line[];
  readonly total: number;
  /** US dollars for a million pictures that browsers asked for. */
  readonly perMillion: number;
}

/** Bytes of a log line, as the server writes one a request. */
const LOG_LINE_BYTES = 512;
/** Bytes an hour that one load balancer capacity unit carries, in GB; for pictures no other of its measures is larger. */
const LCU_GB = 1;

/** What an amount costs whose price falls in steps. */
export function tiered(amount: number, tiers: readonly Tier[]): number {
  let from = 0;
  let sum = 0;
  for (const { upTo, dollars } of tiers) {
    sum += Math.max(0, Math.min(amount, upTo) - from) * dollars;
    from = upTo;
  }
  return sum;
}

const beyond = (amount: number, free: number): number => Math.max(0, amount - free);

/** $ for bytes to browsers; the free ones come first. */
export const transferDollars = (gb: number): number => tiered(beyond(gb, FREE.transferGb), TRANSFER);

/** $ for a web ACL with one rule that looks at so many million requests. */
export const firewallDollars = (millions: number): number =>
  PRICES.firewall.dollars + PRICES.firewallRule.dollars + millions * PRICES.firewallRequests.dollars;

const times = (amount: number, { dollars }: Price): number => amount * dollars;

/** What the CDN asks: all that a plan with a flat rate would take the place of. */
export function edgeLines(workload: Workload): readonly Line[] {
  const millions = workload.requests / 1e6;
  const gb = transferGb(workload);
  return [
    { what: "CDN transfer", of: amount(gb, "GB"), dollars: transferDollars(gb) },
    {
      what: "CDN HTTPS requests",
      of: amount(millions, "M"),
      dollars: times(beyond(millions, FREE.edgeRequestsM), PRICES.edgeRequests),
    },
    {
      what: "CDN function",
      of: amount(millions, "M"),
      dollars: times(beyond(millions, FREE.edgeFunctionsM), PRICES.edgeFunctions),
    },
    {
      what: "keys read at the edge (where it verifies)",
      of: amount(millions, "M"),
      dollars: times(millions, PRICES.edgeKeys),
    },
  ];
}

/** What the servers ask. */
function originLines(workload: Workload): readonly Line[] {
  const misses = missesOf(workload) / 1e6;
  const answered = answeredGb(workload);
  const tasks = tasksAt(workload, 1);
  const fromWeb = workload.sources === "http" ? sourceGb(workload) : 0;
  return [
    {
      what: "tasks",
      of: `${TASKS[workload.profile].fewest} or more of ${TASKS[workload.profile].vcpu} vCPU`,
      dollars: computeDollars(workload),
    },
    { what: "Origin Shield", of: amount(misses, "M"), dollars: times(misses, PRICES.shield) },
    { what: "WAF at the load balancer", of: amount(misses, "M"), dollars: firewallDollars(misses) },
    {
      what: "load balancer",
      of: amount(answered, "GB"),
      dollars: times(HOURS, PRICES.balancer) + times(answered / LCU_GB, PRICES.balancerCapacity),
    },
    ...(workload.egress === "nat"
      ? [
          {
            what: "NAT gateway",
            of: fromWeb > 0 ? amount(fromWeb, "GB") : "no originals pass it",
            dollars: times(HOURS, PRICES.nat) + times(fromWeb, PRICES.natBytes),
          },
        ]
      : [
          {
            what: "public addresses",
            of: String(tasks),
            dollars: times(tasks * HOURS, PRICES.publicAddress),
          },
        ]),
    ...(workload.sources === "s3"
      ? [{ what: "originals from S3", of: amount(misses, "M"), dollars: times(misses, PRICES.storeGet) }]
      : []),
    {
      what: "logs",
      of: amount((misses * 1e6 * LOG_LINE_BYTES) / 2 ** 30, "GB"),
      dollars: times((misses * 1e6 * LOG_LINE_BYTES) / 2 ** 30, PRICES.logs),
    },
  ];
}

/** The whole bill of a month. */
export function billOf(workload: Workload): Bill {
  const lines = [...edgeLines(workload), ...originLines(workload)];
  const total = sumOf(lines);
  return { lines, total, perMillion: total / (workload.requests / 1e6) };
}

export const sumOf = (lines: readonly Line[]): number => lines.reduce((sum, { dollars }) => sum + dollars, 0);

/** What could be on the bill, and why it is not. */
export const avoided = (workload: Workload): readonly Line[] => [
  {
    what: "WAF at the edge rather than at the load balancer",
    of: amount(workload.requests / 1e6, "M"),
    dollars: firewallDollars(workload.requests / 1e6),
  },
  ...(workload.egress === "nat" && workload.sources === "s3"
    ? [
        {
          what: "originals through the NAT gateway",
          of: amount(sourceGb(workload), "GB"),
          dollars: times(sourceGb(workload), PRICES.natBytes),
        },
      ]
    : []),
  {
    what: "every result written to S3",
    of: amount(missesOf(workload) / 1e6, "M"),
    dollars: times(missesOf(workload) / 1e6, PRICES.storePut),
  },
];

const amount = (value: number, unit: string): string => `${spaced(value)} ${unit}`;
