import { Token } from "aws-cdk-lib";
import { ecrOf } from "./image.ts";
import { IDLE_SECONDS, MOST_STOP_SECONDS } from "./limits.ts";
import type { Plan } from "./plan.ts";
import { shown } from "./problem.ts";
import type { Exposure, ImageServerProps } from "./props.ts";
import { sizeProblem } from "./sizes.ts";

type Check = (
  plan: Plan,
  props: ImageServerProps,
  exposures: readonly Exposure[],
) => readonly (string | false)[];

const is = (value: unknown): boolean => value !== undefined;

const CHECKS: readonly Check[] = [
  (_plan, { exposure }, exposures) => {
    const fronts = exposures.filter((one) => one !== "private-dns");
    return [
      exposures.length === 0 && `exposure: expected at least one, got ${shown(exposure)}`,
      (fronts.length > 1 || new Set(exposures).size < exposures.length) &&
        `exposure: expected one of cloudfront-vpc, cloudfront-public and alb, and private-dns beside it at most, got ${shown(exposure)}`,
    ];
  },
  ({ cpu, memory }) => [sizeProblem(cpu, memory) ?? false],
  ({ tasks: { min, max } }) => [
    min > max && `tasks.max: expected at least tasks.min, which is ${min}, got ${max}`,
  ],
  ({ server: { guard, capability }, keys, settings }) => {
    const isOpen =
      guard.allowedSources.length === 0 && !Token.isUnresolved(settings["TINTYPE_GUARD_ALLOWED_SOURCES"]);
    return [
      keys === "none" &&
        isOpen &&
        capability.keys.length === 0 &&
        'keys: expected keys to sign URLs with, or the sources that may be asked in "allowedSources", got neither: leave "keys" out to have them made',
    ];
  },
  ({ server: { http } }) => [
    http.development &&
      "settings: expected a server that others reach, got development mode: leave TINTYPE_DEVELOPMENT out",
    http.network === "unix" &&
      "settings: expected a port to listen on, got a socket of files: leave TINTYPE_HTTP_NETWORK out",
    !/^(?:0\.0\.0\.0|\[?::\]?)?:\d+$/.test(http.bind) &&
      `settings: expected TINTYPE_HTTP_BIND to be a port on every address, such as :8080, got ${shown(http.bind)}`,
  ],
  ({ server: { http }, front, isPrivate, drain, dns }) => {
    const [delay, finish, stop] = [http.lameDuckDelay, http.gracefulStopTimeout, drain.stopTimeout];
    return [
      stop > MOST_STOP_SECONDS &&
        `drain.stopTimeout: expected ${MOST_STOP_SECONDS} seconds at most, which is all that Fargate gives, got ${stop}`,
      delay + finish >= stop &&
        `drain.stopTimeout: expected more than ${delay} s in which the server still answers and ${finish} s to finish, got ${stop} s: raise it, or lower TINTYPE_HTTP_LAME_DUCK_DELAY or TINTYPE_HTTP_GRACEFUL_STOP_TIMEOUT`,
      isPrivate &&
        delay < 2 * dns.ttl &&
        `settings: expected TINTYPE_HTTP_LAME_DUCK_DELAY to outlast two lives of a DNS answer, ${2 * dns.ttl} s, got ${delay} s: clients still ask a task that has left`,
      front !== undefined &&
        http.keepAliveTimeout <= IDLE_SECONDS &&
        `settings: expected TINTYPE_HTTP_KEEP_ALIVE_TIMEOUT above the load balancer's ${IDLE_SECONDS} s, got ${http.keepAliveTimeout} s: it would send requests into closing connections`,
    ];
  },
  ({ server: { observe }, alarms }) => [
    (observe.logFormat !== "json" ||
      observe.statsInterval === 0 ||
      !["debug", "info"].includes(observe.logLevel)) &&
      `settings: expected JSON lines with figures in the log, which tasks are added by${alarms ? " and alarms read" : ""}, got the format ${shown(observe.logFormat)}, the level ${shown(observe.logLevel)} and ${observe.statsInterval} s between figures: leave TINTYPE_OBSERVE_* out`,
  ],
  ({ server: { http }, front }) => [
    front !== undefined &&
      http.timeout >= IDLE_SECONDS &&
      `settings: expected TINTYPE_HTTP_TIMEOUT below the ${IDLE_SECONDS} s that a load balancer waits, got ${http.timeout} s`,
  ],
  ({ hasCdn, server: { encode, cache, source } }) => {
    const why = "which CloudFront's cache key does not hold, so that one visitor would get another's picture";
    return [
      hasCdn &&
        encode.enableClientHints &&
        `settings: expected no client hints, ${why}: leave TINTYPE_ENCODE_ENABLE_CLIENT_HINTS out`,
      hasCdn &&
        cache.keyHeaders.length > 0 &&
        `settings: expected no headers in the cache's key, ${why}: leave TINTYPE_CACHE_KEY_HEADERS out`,
      hasCdn &&
        cache.keyCookies.length > 0 &&
        `settings: expected no cookies in the cache's key, ${why}: leave TINTYPE_CACHE_KEY_COOKIES out`,
      hasCdn &&
        source.cookiePassthrough &&
        `settings: expected no cookies for sources, ${why}: leave TINTYPE_SOURCE_COOKIE_PASSTHROUGH out`,
    ];
  },
  ({ front, certificateArn, hostName, hostedZone }) => {
    const needs = front === "alb" || front === "cloudfront-public";
    const why =
      front === "alb"
        ? "browsers ask it over HTTPS"
        : "otherwise the header that proves CloudFront to it would travel in clear";
    return [
      needs &&
        !is(certificateArn) &&
        `certificateArn: expected a certificate of the load balancer with ${front}, because ${why}, got none`,
      needs &&
        !is(hostName) &&
        `hostName: expected the name in the load balancer's certificate with ${front}, got none`,
      is(hostName) &&
        is(hostedZone) &&
        !Token.isUnresolved(hostName) &&
        !Token.isUnresolved(hostedZone!.name) &&
        hostName !== hostedZone!.name &&
        !hostName!.endsWith(`.${hostedZone!.name}`) &&
        `hostName: expected a name in the zone ${hostedZone!.name}, got ${shown(hostName)}`,
    ];
  },
  ({ front, cdn, certificateArn, hostName }) => [
    cdn.origin === "https" &&
      front === "cloudfront-vpc" &&
      (!is(certificateArn) || !is(hostName)) &&
      'cdn.origin: expected certificateArn and hostName of the load balancer with "https", because CloudFront checks the name, got none',
    cdn.origin === "http" &&
      front === "cloudfront-public" &&
      'cdn.origin: expected "https" with cloudfront-public, because the request crosses the internet, got "http"',
  ],
  ({ cdn, hasCdn, front, hostName }, { cdn: given }) => [
    is(given) &&
      !hasCdn &&
      "cdn: expected an exposure with CloudFront, got none: leave it out, or choose cloudfront-vpc",
    (cdn.hostNames ?? []).length > 0 &&
      !is(cdn.certificateArn) &&
      "cdn.certificateArn: expected a certificate of cdn.hostNames in us-east-1, got none",
    is(cdn.certificateArn) &&
      !cdn.hostNames?.length &&
      "cdn.hostNames: expected the names of cdn.certificateArn, got none",
    front === "cloudfront-public" &&
      is(hostName) &&
      (cdn.hostNames ?? []).includes(hostName!) &&
      `cdn.hostNames: expected other names than the load balancer's, because CloudFront asks that one, got ${shown(hostName)}`,
    cdn.resign === true &&
      cdn.verify !== true &&
      "cdn.verify: expected true where cdn.resign is, because only what was verified is signed again",
  ],
  ({ front }, { waf }) => [
    is(waf) &&
      waf !== false &&
      front === undefined &&
      "waf: expected a load balancer to put it at, got private-dns alone: leave it out",
  ],
  ({ accessLogs, hasCdn, front, vpc, network }) => [
    accessLogs.cdn &&
      !hasCdn &&
      "accessLogs.cdn: expected an exposure with CloudFront, got none: leave it out",
    accessLogs.loadBalancer &&
      front === undefined &&
      "accessLogs.loadBalancer: expected an exposure with a load balancer, got private-dns alone: leave it out",
    accessLogs.network &&
      (is(vpc) || is(network)) &&
      "accessLogs.network: expected a network of our own, got one that exists: switch its logs on where it is made",
  ],
  ({ keys, cdn, secretSettings }) => [
    cdn.verify === true &&
      keys === "none" &&
      !Object.keys(secretSettings).includes("TINTYPE_CAPABILITY_KEYS") &&
      "cdn.verify: expected keys to verify with, got none",
  ],
  ({ egress, image, vpc, network }) => [
    egress === "none" &&
      typeof image === "string" &&
      !Token.isUnresolved(image) &&
      !ecrOf(image) &&
      `image: expected an image in ECR with egress "none", because nothing else is reached from there, got ${shown(image)}`,
    is(vpc) && is(network) && "network: expected either vpc or network, got both",
  ],
  ({ network, front, egress }) => {
    if (!network) return [];
    const isOutside = front === "alb" || front === "cloudfront-public" || egress === "public-ip";
    const isInside = front === "cloudfront-vpc" || egress !== "public-ip";
    const zones = network.availabilityZones.length;
    const isUneven = (ids: readonly string[] | undefined): boolean => (ids?.length ?? 0) % zones !== 0;
    return [
      zones < (front === undefined ? 1 : 2) &&
        `network.availabilityZones: expected ${front === undefined ? "one" : "two at least, which a load balancer takes"}, got ${zones}`,
      zones > 0 &&
        (isUneven(network.publicSubnetIds) || isUneven(network.privateSubnetIds)) &&
        `network: expected as many subnets in each of the ${zones} zones, in the order of the zones, got ${network.publicSubnetIds?.length ?? 0} public and ${network.privateSubnetIds?.length ?? 0} private ones`,
      isOutside &&
        !network.publicSubnetIds?.length &&
        "network.publicSubnetIds: expected subnets for what has public addresses, got none: name them, or choose another exposure or egress",
      isInside &&
        !network.privateSubnetIds?.length &&
        "network.privateSubnetIds: expected subnets for what has no public address, got none: name them, or choose another exposure or egress",
    ];
  },
  ({ results }, { results: given }) => [
    results?.bucket !== undefined &&
      is(given) &&
      given !== false &&
      is(given!.days) &&
      "results.days: expected it for a bucket of our own only, got a bucket that exists: give that one a lifecycle rule",
  ],
];

/** Why a plan cannot be, a sentence each. */
export const problemsOf: (...all: Parameters<Check>) => string[] = (...all) =>
  CHECKS.flatMap((check) => check(...all)).filter((problem) => problem !== false);
