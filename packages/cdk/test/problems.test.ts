import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DeploymentError } from "../src/index.ts";
import { planOf } from "../src/plan.ts";
import { EDGE_CERTIFICATE, NAMED, SECRET } from "./fixtures.ts";

/** What is said of properties; nothing where they can be. */
function complaints(props: object): string {
  try {
    planOf(props);
    return "";
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    return error.message;
  }
}

const NETWORK = {
  id: "vpc-0a",
  cidr: "10.0.0.0/16",
  availabilityZones: ["a", "b"],
  privateSubnetIds: ["subnet-0a", "subnet-0b"],
};

/** What cannot be, and what is said of it; beside it the nearest thing that can. */
const CASES: readonly (readonly [name: string, wrong: object, says: RegExp, right: object])[] = [
  [
    "a pair of CPU and memory that Fargate does not sell",
    { cpu: 2048, memory: 2048 },
    /^memory: expected 4096 to 16384 MiB in steps of 1024 with 2048 CPU units.*got 2048$/,
    { cpu: 2048, memory: 8192 },
  ],
  [
    "CPU that Fargate does not sell",
    { cpu: 1000 },
    /^cpu: expected one of 512, 1024/,
    { cpu: 4096, memory: 8192 },
  ],
  [
    "two public ways in",
    { ...NAMED, exposure: ["alb", "cloudfront-vpc"] },
    /^exposure: expected one of cloudfront-vpc, cloudfront-public and alb/,
    { ...NAMED, exposure: ["alb", "private-dns"] },
  ],
  [
    "no way in",
    { exposure: [] },
    /^exposure: expected at least one, got \[\]/,
    { exposure: ["private-dns"] },
  ],
  [
    "a public load balancer without a certificate",
    { exposure: "cloudfront-public", hostName: "o.example.com" },
    /^certificateArn: expected a certificate.*travel in clear, got none$/,
    { ...NAMED, exposure: "cloudfront-public" },
  ],
  [
    "a load balancer without a name",
    { exposure: "alb", certificateArn: NAMED.certificateArn },
    /^hostName: expected/,
    { ...NAMED, exposure: "alb" },
  ],
  [
    "HTTPS to a VPC origin without a certificate",
    { cdn: { origin: "https" } },
    /^cdn\.origin: expected certificateArn and hostName/,
    { cdn: { origin: "https" }, ...NAMED },
  ],
  [
    "a name outside of its zone",
    { ...NAMED, exposure: "alb", hostName: "img.example.org" },
    /^hostName: expected a name in the zone example\.com, got "img\.example\.org"$/,
    { ...NAMED, exposure: "alb" },
  ],
  [
    "names at CloudFront without a certificate",
    { cdn: { hostNames: ["img.example.com"] } },
    /^cdn\.certificateArn: expected a certificate of cdn\.hostNames in us-east-1, got none$/,
    { cdn: { hostNames: ["img.example.com"], certificateArn: EDGE_CERTIFICATE } },
  ],
  [
    "a certificate that CloudFront does not find",
    { cdn: { hostNames: ["img.example.com"], certificateArn: NAMED.certificateArn } },
    /^cdn\.certificateArn: expected the ARN of a certificate in us-east-1/,
    { cdn: { hostNames: ["img.example.com"], certificateArn: EDGE_CERTIFICATE } },
  ],
  [
    "a drain that outlasts the stop timeout",
    { settings: { TINTYPE_HTTP_LAME_DUCK_DELAY: "40", TINTYPE_HTTP_GRACEFUL_STOP_TIMEOUT: "50" } },
    /^drain\.stopTimeout: expected more than 40 s in which.*50 s to finish, got 90 s/,
    { settings: { TINTYPE_HTTP_LAME_DUCK_DELAY: "39", TINTYPE_HTTP_GRACEFUL_STOP_TIMEOUT: "50" } },
  ],
  [
    "more time than Fargate gives",
    { drain: { stopTimeout: 121 } },
    /^drain\.stopTimeout: expected 120 seconds at most/,
    { drain: { stopTimeout: 120 } },
  ],
  [
    "a delay that DNS outlives",
    { exposure: "private-dns", settings: { TINTYPE_HTTP_LAME_DUCK_DELAY: "19" } },
    /TINTYPE_HTTP_LAME_DUCK_DELAY to outlast two lives of a DNS answer, 20 s, got 19 s/,
    { exposure: "private-dns", dns: { ttl: 5 } },
  ],
  [
    "a keep-alive that the load balancer outlives",
    { settings: { TINTYPE_HTTP_KEEP_ALIVE_TIMEOUT: "60" } },
    /TINTYPE_HTTP_KEEP_ALIVE_TIMEOUT above the load balancer's 60 s, got 60 s/,
    { exposure: "private-dns", settings: { TINTYPE_HTTP_KEEP_ALIVE_TIMEOUT: "60" } },
  ],
  [
    "a key in clear",
    { settings: { IMGPROXY_KEY: "aa" } },
    /^settings\.IMGPROXY_KEY: expected nothing secret in clear.*"keys" makes or names/,
    { keys: { secretArn: SECRET } },
  ],
  [
    "another secret in clear",
    { settings: { TINTYPE_CACHE_REDIS_URL: "redis://x" } },
    /^settings\.TINTYPE_CACHE_REDIS_URL: expected nothing secret in clear.*"secretSettings"$/,
    { secretSettings: { TINTYPE_CACHE_REDIS_URL: { secretArn: SECRET } } },
  ],
  [
    "neither keys nor a list",
    { keys: "none" },
    /^keys: expected keys to sign URLs with, or the sources that may be asked/,
    { keys: "none", allowedSources: ["https://img.example.com/"] },
  ],
  [
    "buckets for all to ask",
    { keys: "none", settings: { IMGPROXY_USE_S3: "true" } },
    /IMGPROXY_USE_S3|S3_ALLOWED_BUCKETS: expected the buckets/,
    { settings: { IMGPROXY_USE_S3: "true" } },
  ],
  [
    "a setting that is misspelt",
    { settings: { IMGPROXY_QUALTY: "80" } },
    /^settings: IMGPROXY_QUALTY is not a setting; is IMGPROXY_QUALITY meant\?$/,
    { settings: { IMGPROXY_QUALITY: "80" } },
  ],
  [
    "a setting that the server refuses",
    { settings: { IMGPROXY_QUALITY: "300" } },
    /^settings: IMGPROXY_QUALITY: expected/,
    { settings: { IMGPROXY_QUALITY: "100" } },
  ],
  [
    "development mode",
    { settings: { TINTYPE_DEVELOPMENT: "true", IMGPROXY_BIND: "127.0.0.1:8080" } },
    /got development mode/,
    {},
  ],
  [
    "a port for this machine alone",
    { settings: { IMGPROXY_BIND: "127.0.0.1:8080" } },
    /TINTYPE_HTTP_BIND to be a port on every address/,
    { settings: { IMGPROXY_BIND: ":9000" } },
  ],
  [
    "a log that nobody can read figures from",
    { settings: { IMGPROXY_LOG_FORMAT: "pretty" } },
    /^settings: expected JSON lines with figures/,
    { settings: { IMGPROXY_LOG_LEVEL: "debug" } },
  ],
  [
    "no figures",
    { settings: { TINTYPE_OBSERVE_STATS_INTERVAL: "0" } },
    /and 0 s between figures/,
    { settings: { TINTYPE_OBSERVE_STATS_INTERVAL: "5" } },
  ],
  [
    "client hints behind CloudFront",
    { settings: { IMGPROXY_ENABLE_CLIENT_HINTS: "true" } },
    /^settings: expected no client hints, which CloudFront's cache key/,
    { exposure: "private-dns", settings: { IMGPROXY_ENABLE_CLIENT_HINTS: "true" } },
  ],
  [
    "a longer wait than the load balancer's",
    { settings: { IMGPROXY_TIMEOUT: "60" } },
    /^settings: expected TINTYPE_HTTP_TIMEOUT below the 60 s that a load balancer waits, got 60 s$/,
    { settings: { IMGPROXY_TIMEOUT: "59" } },
  ],
  [
    "a load balancer that CloudFront would look for at itself",
    {
      ...NAMED,
      exposure: "cloudfront-public",
      cdn: { hostNames: [NAMED.hostName], certificateArn: EDGE_CERTIFICATE },
    },
    /^cdn\.hostNames: expected other names than the load balancer's/,
    {
      ...NAMED,
      exposure: "cloudfront-public",
      cdn: { hostNames: ["pictures.example.com"], certificateArn: EDGE_CERTIFICATE },
    },
  ],
  [
    "a secret that is no secret",
    {
      secretSettings: {
        TINTYPE_CACHE_REDIS_URL: { secretArn: "arn:aws:ssm:eu-west-1:123456789012:parameter/redis" },
      },
    },
    /^secretSettings\.TINTYPE_CACHE_REDIS_URL\.secretArn: expected the whole ARN of a secret in Secrets Manager/,
    { secretSettings: { TINTYPE_CACHE_REDIS_URL: { secretArn: SECRET } } },
  ],
  [
    "half the ARN of a secret",
    { keys: { secretArn: SECRET.slice(0, -7) } },
    /^keys\.secretArn: expected the whole ARN of a secret.*six characters at its end/,
    { keys: { secretArn: SECRET } },
  ],
  [
    "one zone for a load balancer",
    { network: { ...NETWORK, availabilityZones: ["a"], privateSubnetIds: ["subnet-0a"] } },
    /^network\.availabilityZones: expected two at least, which a load balancer takes, got 1$/,
    {
      exposure: "private-dns",
      network: { ...NETWORK, availabilityZones: ["a"], privateSubnetIds: ["subnet-0a"] },
    },
  ],
  [
    "zones without a subnet",
    { network: { ...NETWORK, availabilityZones: ["a", "b", "c"] } },
    /^network: expected as many subnets in each of the 3 zones.*got 0 public and 2 private ones$/,
    { network: NETWORK },
  ],
  [
    "logs of a CDN that is not there",
    { exposure: "private-dns", accessLogs: { cdn: true } },
    /^accessLogs\.cdn: expected an exposure with CloudFront/,
    { accessLogs: { cdn: true } },
  ],
  [
    "logs of a load balancer that is not there",
    { exposure: "private-dns", accessLogs: { loadBalancer: true } },
    /^accessLogs\.loadBalancer: expected an exposure with a load balancer/,
    { accessLogs: { loadBalancer: true } },
  ],
  [
    "logs of somebody else's network",
    { network: NETWORK, accessLogs: { network: true } },
    /^accessLogs\.network: expected a network of our own/,
    { accessLogs: { network: true } },
  ],
  [
    "signing again without verifying",
    { cdn: { resign: true } },
    /^cdn\.verify: expected true/,
    { cdn: { resign: true, verify: true } },
  ],
  [
    "a CDN's properties without one",
    { exposure: "private-dns", cdn: { shield: false } },
    /^cdn: expected an exposure with CloudFront/,
    { cdn: { shield: false } },
  ],
  [
    "a firewall with nowhere to stand",
    { exposure: "private-dns", waf: {} },
    /^waf: expected a load balancer/,
    { exposure: "private-dns", waf: false },
  ],
  [
    "an image that nothing leads to",
    { egress: "none" },
    /^image: expected an image in ECR with egress "none"/,
    { egress: "none", image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/images:1" },
  ],
  [
    "a network without a place for the tasks",
    { network: { ...NETWORK, publicSubnetIds: ["subnet-0a", "subnet-0b"], privateSubnetIds: [] } },
    /^network\.privateSubnetIds: expected subnets for what has no public address, got none/,
    { network: NETWORK },
  ],
  [
    "capabilities without the host that they are made out to",
    { keys: "none", secretSettings: { TINTYPE_CAPABILITY_KEYS: { secretArn: SECRET } } },
    /TINTYPE_CAPABILITY_AUDIENCE: expected the host/,
    {
      keys: "none",
      secretSettings: { TINTYPE_CAPABILITY_KEYS: { secretArn: SECRET } },
      settings: { TINTYPE_CAPABILITY_AUDIENCE: "img.example.com" },
    },
  ],
  [
    "fewer tasks at most than at least",
    { tasks: { min: 4, max: 2 } },
    /^tasks\.max: expected at least tasks\.min, which is 4, got 2$/,
    { tasks: { min: 4 } },
  ],
  [
    "a lifetime for somebody else's bucket",
    { results: { bucket: "theirs", days: 7 } },
    /^results\.days: expected it for a bucket of our own/,
    { results: { bucket: "theirs" } },
  ],
  ["a property that is none", { exposur: "alb" }, /^exposur: expected one of exposure, profile/, {}],
  [
    "a property within that is none",
    { cdn: { verfy: true } },
    /^cdn\.verfy: expected one of hostNames/,
    { cdn: { verify: true } },
  ],
  [
    "text where a number is wanted",
    { cpu: "2048" },
    /^cpu: expected an integer from 1 to \d+, got "2048"$/,
    { cpu: 2048 },
  ],
  [
    "a bucket that cannot be",
    { buckets: ["Uploads"] },
    /^buckets\[0\]: expected a bucket.*got "Uploads"$/,
    { buckets: ["uploads/2026/"] },
  ],
  [
    "the key pairs twice",
    { secretSettings: { IMGPROXY_KEY: { secretArn: SECRET } } },
    /expected the key pairs in "keys" alone/,
    { keys: "none", allowedSources: ["https://a.b/"], secretSettings: {} },
  ],
];

describe("what cannot be", () => {
  for (const [name, wrong, says, right] of CASES)
    it(`${name} is refused with a sentence`, () => {
      assert.match(complaints(wrong), says);
      assert.equal(complaints(right), "");
    });

  it("is said all at once", () => {
    const all = complaints({ exposure: "alb", cpu: 512, memory: 512, tasks: { min: 4, max: 2 } });
    assert.equal(all.split("\n").length, 4);
  });

  it("never shows what it calls a secret", () => {
    const secret = "736563726574";
    assert.ok(!complaints({ settings: { IMGPROXY_KEY: secret } }).includes(secret));
  });
});
