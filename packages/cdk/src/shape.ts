import { Token } from "aws-cdk-lib";
import type { CdnProps, ImageServerProps } from "./props.ts";
import { shown } from "./problem.ts";

/** What a value must look like. Answers with complaints, each with the path of what it is about. */
type Kind = (value: unknown, path: string) => string[];

const expects =
  (words: string, fits: (value: unknown) => boolean): Kind =>
  (value, path) =>
    Token.isUnresolved(value) || fits(value) ? [] : [`${path}: expected ${words}, got ${shown(value)}`];

const text = expects("text", (value) => typeof value === "string" && value !== "");
const flag = expects("true or false", (value) => typeof value === "boolean");
const matching = (words: string, pattern: RegExp): Kind =>
  expects(words, (value) => typeof value === "string" && pattern.test(value));
const integer = (from: number, to: number): Kind =>
  expects(
    `an integer from ${from} to ${to}`,
    (value) => Number.isInteger(value) && (value as number) >= from && (value as number) <= to,
  );
const word = (words: readonly (string | number | boolean)[]): Kind =>
  expects(`one of ${words.map(shown).join(", ")}`, (value) => words.includes(value as string));
const list =
  (kind: Kind): Kind =>
  (value, path) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => kind(item, `${path}[${index}]`))
      : [`${path}: expected a list, got ${shown(value)}`];
const either =
  (words: string, ...kinds: readonly Kind[]): Kind =>
  (value, path) => {
    const complaints = kinds.map((kind) => kind(value, path));
    // What got further into a value knows better what is wrong with it.
    const deep = complaints.find((some) => some.some((one) => !one.startsWith(`${path}: `)));
    return complaints.some((some) => some.length === 0)
      ? []
      : (deep ?? [`${path}: expected ${words}, got ${shown(value)}`]);
  };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const record =
  (kind: Kind): Kind =>
  (value, path) =>
    isObject(value)
      ? Object.entries(value).flatMap(([name, item]) => kind(item, `${path}.${name}`))
      : [`${path}: expected names and values, got ${shown(value)}`];

const object =
  (fields: Readonly<Record<string, Kind>>, needed: readonly string[] = []): Kind =>
  (value, path) => {
    if (!isObject(value)) return [`${path}: expected ${Object.keys(fields).join(", ")}, got ${shown(value)}`];
    const under = (name: string): string => (path === "" ? name : `${path}.${name}`);
    const missing = needed.filter((name) => value[name] === undefined);
    return [
      ...missing.map((name) => `${under(name)}: expected a value, got none`),
      ...Object.entries(value).flatMap(([name, item]) => {
        const kind = Object.hasOwn(fields, name) ? fields[name] : undefined;
        if (item === undefined) return [];
        if (kind) return kind(item, under(name));
        return [`${under(name)}: expected one of ${Object.keys(fields).join(", ")}, which this is not`];
      }),
    ];
  };

const ARN = matching("an ARN", /^arn:aws[a-z-]*:[a-z0-9-]+:/);
const SECRET = matching(
  "the whole ARN of a secret in Secrets Manager, with the six characters at its end",
  /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+-[A-Za-z0-9]{6}$/,
);
const CERTIFICATE = matching(
  "the ARN of a certificate",
  /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\//,
);
const HOST = matching("a host name in lower case", /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/);
const CIDR = matching("a block of addresses from /16 to /22", /^\d+\.\d+\.\d+\.\d+\/(?:1[6-9]|2[0-2])$/);
const BUCKET = matching(
  "a bucket, or a bucket and a folder that ends with a slash",
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/(?:[^*?]*\/)?)?$/,
);
const EXPOSURE = word(["cloudfront-vpc", "cloudfront-public", "alb", "private-dns"]);
const SUBNET = matching("the id of a subnet", /^subnet-[0-9a-f]+$/);
const OFF = word([false]);

/** THE TABLE of properties of the CDN. */
export const CDN: Readonly<Record<keyof CdnProps, Kind>> = {
  hostNames: list(HOST),
  certificateArn: matching(
    "the ARN of a certificate in us-east-1, where CloudFront looks for it",
    /^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\//,
  ),
  shield: either("true, false or a region", flag, matching("a region", /^[a-z]{2}-[a-z]+-\d$/)),
  verify: flag,
  resign: flag,
  origin: word(["http", "https"]),
  priceClass: word(["100", "200", "all"]),
  webAclArn: ARN,
};

/** THE TABLE of properties and what each must look like. */
export const SHAPE: Readonly<Record<keyof ImageServerProps, Kind>> = {
  exposure: either("an exposure or a list of them", EXPOSURE, list(EXPOSURE)),
  profile: word(["standard", "small"]),
  settings: record(expects("text", (value) => typeof value === "string")),
  secretSettings: record(object({ secretArn: SECRET, field: text }, ["secretArn"])),
  keys: either(
    '"generate", "none" or { "secretArn": … }',
    word(["generate", "none"]),
    object({ secretArn: SECRET }, ["secretArn"]),
  ),
  allowedSources: list(text),
  buckets: list(BUCKET),
  results: either(
    "false or an object",
    OFF,
    object({ bucket: text, days: integer(1, 3650), minCost: integer(0, 60_000) }),
  ),
  image: either(
    'the name of an image or { "directory": … }',
    text,
    object({ directory: text }, ["directory"]),
  ),
  cpu: integer(1, 1_048_576),
  memory: integer(1, 1_048_576),
  tasks: object({ min: integer(1, 1000), max: integer(1, 1000) }),
  spot: object({ base: integer(0, 1000), weight: integer(0, 1000) }, ["base", "weight"]),
  egress: word(["nat", "public-ip", "none"]),
  vpc: expects("a VPC of CDK's", (value) => isObject(value) && "vpcId" in value),
  network: object(
    {
      id: matching("the id of a VPC", /^vpc-[0-9a-f]+$/),
      cidr: matching("a block of addresses", /^\d+\.\d+\.\d+\.\d+\/\d+$/),
      availabilityZones: list(text),
      publicSubnetIds: list(SUBNET),
      privateSubnetIds: list(SUBNET),
    },
    ["id", "cidr", "availabilityZones"],
  ),
  azs: word([2, 3]),
  cidr: CIDR,
  hostName: HOST,
  hostedZone: object({ id: text, name: text }, ["id", "name"]),
  certificateArn: CERTIFICATE,
  cdn: object(CDN),
  waf: either("false or an object", OFF, object({ missesPerMinute: integer(10, 2_000_000_000) })),
  drain: object({ deregistration: integer(0, 3600), stopTimeout: integer(1, 3600) }),
  scaling: object({ cpu: integer(1, 100), requests: integer(1, 1_000_000), workers: integer(1, 1000) }),
  alarms: either(
    "false or an object",
    OFF,
    object({ email: matching("an e-mail address", /^[^@\s]+@[^@\s]+$/) }),
  ),
  accessLogs: object({ cdn: flag, loadBalancer: flag, network: flag }),
  dns: object({
    namespace: HOST,
    name: matching("a label of DNS", /^[a-z0-9-]{1,63}$/),
    ttl: integer(1, 3600),
  }),
  protect: flag,
};

/** What is wrong with the looks of properties, whoever wrote them; their meaning is `plan.ts`. */
export const shapeProblems = (given: unknown): string[] => object(SHAPE)(given, "");
