/** What AWS asks, as this package knows it: one table, and nothing else in the package names a price. */

/** One price of the list. */
export interface Price {
  /** As AWS's bill calls it, shortened. */
  readonly what: string;
  /** US dollars for one unit. */
  readonly dollars: number;
  readonly unit: string;
}

/** A price that falls with the amount: `upTo` is where the next one begins, in units from the first. */
export interface Tier {
  readonly upTo: number;
  readonly dollars: number;
}

/** Where and when the prices below were listed. Taxes, credits and private contracts are not in them. */
export const PRICE_LIST = {
  region: "us-east-1",
  date: "2026-11",
  source: "AWS's public price list as it was noted down, not looked up again: confirm it in AWS's calculator",
  verified: false,
} as const;

const price = (what: string, dollars: number, unit: string): Price => ({ what, dollars, unit });

/** GB are 2^30 bytes, as on AWS's bills; M is a million. */
export const PRICES = {
  edgeRequests: price("CloudFront, HTTPS requests, North America", 1, "M requests"),
  edgeFunctions: price("CloudFront Functions", 0.1, "M invocations"),
  edgeKeys: price("CloudFront KeyValueStore, reads by functions", 0.03, "M reads"),
  edgeInvalidations: price("CloudFront invalidations", 0.005, "path or tag beyond the free ones"),
  shield: price("CloudFront Origin Shield", 0.75, "M requests"),
  vcpu: price("Fargate, Linux on ARM", 0.0324, "vCPU-hour"),
  memory: price("Fargate, Linux on ARM, memory", 0.00356, "GB-hour"),
  firewall: price("WAF, web ACL", 5, "month"),
  firewallRule: price("WAF, rule", 1, "month"),
  firewallRequests: price("WAF, requests", 0.6, "M requests"),
  balancer: price("Application Load Balancer", 0.0225, "hour"),
  balancerCapacity: price("Application Load Balancer, capacity units", 0.008, "LCU-hour"),
  nat: price("NAT gateway", 0.045, "hour"),
  natBytes: price("NAT gateway, data processed", 0.045, "GB"),
  publicAddress: price("public IPv4 address", 0.005, "hour"),
  storeGet: price("S3 GET", 0.4, "M requests"),
  storePut: price("S3 PUT", 5, "M requests"),
  logs: price("CloudWatch Logs, ingestion", 0.5, "GB"),
} as const satisfies Record<string, Price>;

/** CloudFront's transfer to North America and Europe, $ per GB a month. */
export const TRANSFER: readonly Tier[] = [
  { upTo: 10 * 1024, dollars: 0.085 },
  { upTo: 50 * 1024, dollars: 0.08 },
  { upTo: 150 * 1024, dollars: 0.06 },
  { upTo: 500 * 1024, dollars: 0.04 },
  { upTo: 1024 * 1024, dollars: 0.03 },
  { upTo: 5 * 1024 * 1024, dollars: 0.025 },
  { upTo: Infinity, dollars: 0.02 },
];

/** What is free each month, in the units of the prices. */
export const FREE = { transferGb: 1024, edgeRequestsM: 10, edgeFunctionsM: 2, invalidations: 1000 } as const;

/** What a task costs on spare capacity, as a share of its list price. It moves; 0.3 is AWS's "up to 70 % off". */
export const SPOT_SHARE = 0.3;

/** CloudFront's plans with a flat rate: $ a month, with what is included. Functions and an edge WAF are. */
export const FLAT_RATES = [
  { name: "Free", dollars: 0, requestsM: 1, transferGb: 100 },
  { name: "Pro", dollars: 15, requestsM: 10, transferGb: 50 * 1024 },
  { name: "Business", dollars: 200, requestsM: 125, transferGb: 50 * 1024 },
  { name: "Premium", dollars: 1000, requestsM: 500, transferGb: 50 * 1024 },
] as const;
