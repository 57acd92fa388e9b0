import { Token } from "aws-cdk-lib";
import type { IVpc } from "aws-cdk-lib/aws-ec2";
import type { Config } from "tintype/deploy";
import { problemsOf } from "./checks.ts";
import { DEFAULT_IMAGE } from "./image.ts";
import { VIEWER_HEADER } from "./limits.ts";
import { DeploymentError } from "./problem.ts";
import type { CdnProps, Egress, Exposure, ExistingNetwork, ImageServerProps, SecretField } from "./props.ts";
import { placeProblems, readSettings, withDefaults, type Settings } from "./settings.ts";
import { shapeProblems } from "./shape.ts";

/** A bucket that pictures come from, and the beginning of the names of those that may be asked for. */
export interface SourceBucket {
  readonly name: string;
  readonly prefix: string;
}

/** Properties with every default filled in, and the server's own reading of its settings. */
export interface Plan {
  /** The one public way in, if any. */
  readonly front: Exclude<Exposure, "private-dns"> | undefined;
  readonly isPrivate: boolean;
  readonly hasCdn: boolean;
  readonly settings: Settings;
  readonly secretSettings: Readonly<Record<string, SecretField>>;
  /** What the server makes of them. */
  readonly server: Config;
  readonly port: number;
  readonly keys: "generate" | "none" | { readonly secretArn: string };
  readonly buckets: readonly SourceBucket[];
  readonly results:
    { readonly bucket: string | undefined; readonly days: number; readonly minCost: number } | undefined;
  readonly image: string | { readonly directory: string };
  readonly cpu: number;
  readonly memory: number;
  readonly tasks: { readonly min: number; readonly max: number };
  readonly spot: { readonly base: number; readonly weight: number };
  readonly egress: Egress;
  readonly vpc: IVpc | undefined;
  readonly network: ExistingNetwork | undefined;
  readonly azs: number;
  readonly cidr: string;
  readonly hostName: string | undefined;
  readonly hostedZone: { readonly id: string; readonly name: string } | undefined;
  readonly certificateArn: string | undefined;
  readonly cdn: CdnProps;
  readonly waf: { readonly missesPerMinute: number } | undefined;
  /** Seconds. */
  readonly drain: { readonly deregistration: number; readonly stopTimeout: number };
  readonly scaling: { readonly cpu: number; readonly requests: number; readonly workers: number };
  readonly alarms: { readonly email: string | undefined } | undefined;
  readonly accessLogs: { readonly cdn: boolean; readonly loadBalancer: boolean; readonly network: boolean };
  readonly dns: { readonly namespace: string; readonly name: string; readonly ttl: number };
  readonly protect: boolean;
}

const KEEP_ALIVE_SECONDS = "75";
/** The load balancer has stopped sending by then: it deregisters a task before the task hears of its end. */
const LAME_DUCK_SECONDS = 5;

const PROFILES = {
  standard: { cpu: 2048, memory: 4096, min: 2, max: 20, egress: "nat", spot: { base: 2, weight: 0 } },
  small: { cpu: 1024, memory: 2048, min: 2, max: 6, egress: "public-ip", spot: { base: 1, weight: 4 } },
} as const;

/** Fills in defaults, reads settings and finds out what cannot be. Throws DeploymentError with every complaint. */
export function planOf(props: ImageServerProps): Plan {
  const shape = shapeProblems(props);
  if (shape.length > 0) throw new DeploymentError(shape);
  const { keys = "generate", secretSettings = {}, settings: given = {} } = props;
  const [hasKeys, secretNames] = [keys !== "none", Object.keys(secretSettings)];
  const places = placeProblems(given, secretNames, hasKeys);
  if (places.length > 0) throw new DeploymentError(places);
  const profile = PROFILES[props.profile ?? "standard"];
  const exposures = [props.exposure ?? "cloudfront-vpc"].flat();
  const fronts = exposures.filter((one) => one !== "private-dns");
  const { cpu = profile.cpu, memory = profile.memory } = props;
  const buckets = (props.buckets ?? []).map(bucketOf);
  const results = props.results === false ? undefined : (props.results ?? {});
  const cidr = props.network?.cidr ?? props.vpc?.vpcCidrBlock ?? props.cidr ?? "10.0.0.0/16";
  const hasCdn = fronts.some((one) => one !== "alb");
  const isPrivate = exposures.includes("private-dns");
  const dns = { namespace: "tintype.internal", name: "images", ttl: 10, ...props.dns };
  const settings = withDefaults(given, {
    ...(fronts.length > 0 && {
      TINTYPE_HTTP_KEEP_ALIVE_TIMEOUT: KEEP_ALIVE_SECONDS,
      TINTYPE_HTTP_TRUST_FORWARDED: cidr,
    }),
    ...(hasCdn && {
      TINTYPE_HTTP_VIEWER_ADDRESS_HEADER: VIEWER_HEADER,
      TINTYPE_CACHE_TAGS_FORMAT: "cloudfront",
    }),
    // The one folder of a task that can be written to.
    TINTYPE_CACHE_DIR: "/tmp/tintype",
    TINTYPE_HTTP_LAME_DUCK_DELAY: String(isPrivate ? 2 * dns.ttl : LAME_DUCK_SECONDS),
    ...(props.allowedSources && { TINTYPE_GUARD_ALLOWED_SOURCES: props.allowedSources.join(",") }),
    ...(buckets.length > 0 && {
      TINTYPE_S3_ENABLED: "true",
      TINTYPE_S3_ALLOWED_BUCKETS: [...new Set(buckets.map(({ name }) => name))].join(","),
    }),
    ...(results && { TINTYPE_CACHE_SHARED_MIN_COST: String(results.minCost ?? 100) }),
  });
  const machine = { cpus: cpu / 1024, memoryBytes: memory * 1024 ** 2 };
  const server = readSettings(settings, { hasKeys, secretNames, machine });
  const plan: Plan = {
    front: fronts[0],
    isPrivate,
    hasCdn,
    settings,
    secretSettings,
    server,
    port: Number(/:(\d+)$/.exec(server.http.bind)?.[1] ?? 0),
    keys,
    buckets,
    results: results && { bucket: results.bucket, days: results.days ?? 30, minCost: results.minCost ?? 100 },
    image: props.image ?? DEFAULT_IMAGE,
    cpu,
    memory,
    tasks: {
      min: props.tasks?.min ?? profile.min,
      max: props.tasks?.max ?? Math.max(profile.max, props.tasks?.min ?? 0),
    },
    spot: props.spot ?? profile.spot,
    egress: props.egress ?? profile.egress,
    vpc: props.vpc,
    network: props.network,
    azs: props.azs ?? 3,
    cidr,
    hostName: props.hostName,
    hostedZone: props.hostedZone,
    certificateArn: props.certificateArn,
    cdn: props.cdn ?? {},
    waf:
      props.waf === false || fronts.length === 0
        ? undefined
        : { missesPerMinute: props.waf?.missesPerMinute ?? 600 },
    drain: { deregistration: props.drain?.deregistration ?? 30, stopTimeout: props.drain?.stopTimeout ?? 90 },
    scaling: { cpu: 60, requests: 1200, workers: 50, ...props.scaling },
    alarms: props.alarms === false ? undefined : { email: props.alarms?.email },
    accessLogs: { cdn: false, loadBalancer: false, network: false, ...props.accessLogs },
    dns,
    protect: props.protect ?? true,
  };
  const problems = problemsOf(plan, props, exposures);
  if (problems.length > 0) throw new DeploymentError(problems);
  return plan;
}

function bucketOf(text: string): SourceBucket {
  if (Token.isUnresolved(text)) return { name: text, prefix: "" };
  const cut = text.indexOf("/");
  return cut < 0 ? { name: text, prefix: "" } : { name: text.slice(0, cut), prefix: text.slice(cut + 1) };
}
