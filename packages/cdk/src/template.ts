import {
  App,
  Aws,
  BootstraplessSynthesizer,
  CfnCondition,
  CfnParameter,
  Fn,
  Stack,
  type CfnParameterProps,
  type IStackSynthesizer,
} from "aws-cdk-lib";
import type { CfnDistribution, Distribution } from "aws-cdk-lib/aws-cloudfront";
import * as iam from "aws-cdk-lib/aws-iam";
import { FEATURE_FLAGS } from "./feature-flags.ts";
import { DEFAULT_IMAGE } from "./image.ts";
import { ImageServer } from "./image-server.ts";
import type { Exposure, ImageServerProps } from "./props.ts";
import { shieldOf } from "./shield.ts";
import { sourceStatements } from "./storage.ts";

/** Exposures that a template is published for. */
export const PUBLISHED: readonly Exposure[] = ["cloudfront-vpc", "cloudfront-public", "alb", "private-dns"];

/** Bytes that CloudFormation takes of a template that lies in no bucket. */
export const MAX_TEMPLATE_BYTES = 51_200;

/** THE TABLE of what a template asks for, because nobody but who deploys it can know. */
const PARAMETERS = {
  Image: { default: DEFAULT_IMAGE, description: "The container image, by digest at best." },
  SourceBucket: {
    default: "",
    allowedPattern: "^$|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    description: "A bucket that pictures come from, as s3://bucket/name; empty for none.",
  },
  AllowedSources: {
    default: "",
    description:
      "Beginnings of source URLs that may be asked, with commas between; empty for all that are signed.",
  },
  HostName: {
    allowedPattern: "(?:[a-z0-9-]+\\.)+[a-z]{2,}",
    description: "The name of the load balancer, which is in the certificate.",
  },
  HostedZoneId: {
    allowedPattern: "Z[A-Z0-9]+",
    description: "The zone in Route 53 that the name is entered in.",
  },
  CertificateArn: {
    allowedPattern: "arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/.+",
    description: "The certificate of the name, in this region.",
  },
  OriginShield: {
    default: "on",
    allowedValues: ["on", "off"],
    description: "One more cache in front of the servers, in the nearest region that has it.",
  },
} as const satisfies Readonly<Record<string, CfnParameterProps>>;

type Asked = keyof typeof PARAMETERS;

const ALWAYS: readonly Asked[] = ["Image", "SourceBucket", "AllowedSources"];
const NAMED: readonly Asked[] = ["HostName", "HostedZoneId", "CertificateArn"];
const ASKED: Readonly<Record<Exposure, readonly Asked[]>> = {
  "cloudfront-vpc": [...ALWAYS, "OriginShield"],
  "cloudfront-public": [...ALWAYS, ...NAMED, "OriginShield"],
  alb: [...ALWAYS, ...NAMED],
  "private-dns": ALWAYS,
};

/** A stack that is deployed with nothing but CloudFormation: no asset, no function of Lambda's, no bootstrap. */
export function templateStack(app: App, exposure: Exposure): Stack {
  const stack = new Stack(app, exposure, {
    synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
    description: `Tintype, an image server: ${exposure}`,
  });
  const asked = new Map(
    ASKED[exposure].map((name) => [name, new CfnParameter(stack, name, PARAMETERS[name])]),
  );
  const valueOf = (name: Asked): string | undefined => asked.get(name)?.valueAsString;
  const [hostName, zone, certificateArn] = NAMED.map(valueOf);
  const bucket = valueOf("SourceBucket") ?? "";
  const props: ImageServerProps = {
    exposure,
    image: valueOf("Image") ?? DEFAULT_IMAGE,
    settings: {
      TINTYPE_GUARD_ALLOWED_SOURCES: valueOf("AllowedSources") ?? "",
      TINTYPE_S3_ENABLED: "true",
      TINTYPE_S3_ALLOWED_BUCKETS: bucket,
    },
    ...(hostName !== undefined && { hostName }),
    ...(certificateArn !== undefined && { certificateArn }),
    ...(zone !== undefined && hostName !== undefined && { hostedZone: { id: zone, name: hostName } }),
    ...(asked.has("OriginShield") && { cdn: { shield: false } }),
  };
  const images = new ImageServer(stack, "Images", props);
  images.writeOutputs();
  readFrom(stack, images, bucket);
  if (images.distribution) shieldWhereWished(stack, images.distribution, valueOf("OriginShield") ?? "");
  return stack;
}

/** Lets tasks read the bucket, where one is named; without it an empty list allows all buckets, and no policy any of them. */
function readFrom(stack: Stack, { service }: ImageServer, bucket: string): void {
  const policy = new iam.CfnPolicy(stack, "SourcePolicy", {
    policyName: "sources",
    roles: [service.taskDefinition.taskRole.roleName],
    policyDocument: new iam.PolicyDocument({ statements: sourceStatements([{ name: bucket, prefix: "" }]) }),
  });
  policy.cfnOptions.condition = new CfnCondition(stack, "HasSourceBucket", {
    expression: Fn.conditionNot(Fn.conditionEquals(bucket, "")),
  });
}

function shieldWhereWished(stack: Stack, distribution: Distribution, wish: string): void {
  const isOn = new CfnCondition(stack, "IsShielded", { expression: Fn.conditionEquals(wish, "on") });
  (distribution.node.defaultChild as CfnDistribution).addPropertyOverride(
    "DistributionConfig.Origins.0.OriginShield",
    Fn.conditionIf(
      isOn.logicalId,
      { Enabled: true, OriginShieldRegion: shieldOf(stack, Aws.REGION) },
      { Enabled: false },
    ),
  );
}

/** The published templates by file name; one resource a line, so that a change is read as one. */
export function templates(): ReadonlyMap<string, string> {
  const app = new App({ context: FEATURE_FLAGS, analyticsReporting: false });
  for (const exposure of PUBLISHED) templateStack(app, exposure);
  const assembly = app.synth();
  return new Map(
    PUBLISHED.map((exposure) => [
      `${exposure}.json`,
      written(assembly.getStackByName(exposure).template as Readonly<Record<string, unknown>>),
    ]),
  );
}

function written(template: Readonly<Record<string, unknown>>): string {
  const sections = Object.entries(template).map(([name, section]) => {
    if (typeof section !== "object" || section === null)
      return `${JSON.stringify(name)}:${JSON.stringify(section)}`;
    const lines = Object.entries(section).map(
      ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
    );
    return `${JSON.stringify(name)}:{\n${lines.join(",\n")}}`;
  });
  return `{${sections.join(",\n")}}\n`;
}
