/** Stacks as tests want them: the exposures, synthesised once, and ways to look into a template. */
import { App, BootstraplessSynthesizer, type IStackSynthesizer, type StackProps } from "aws-cdk-lib";
import type { CloudAssembly } from "aws-cdk-lib/cx-api";
import { FEATURE_FLAGS, ImageServerStack, type ImageServerProps } from "../src/index.ts";

export const CERTIFICATE =
  "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
export const EDGE_CERTIFICATE = CERTIFICATE.replace("eu-west-1", "us-east-1");
export const SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:pictures-AbCdEf";
export const NAMED = {
  hostName: "img.example.com",
  certificateArn: CERTIFICATE,
  hostedZone: { id: "Z123", name: "example.com" },
} as const;

/** Every way to be reached, with what each needs at least. */
export const EXPOSED: Readonly<Record<string, ImageServerProps>> = {
  "cloudfront-vpc": { exposure: "cloudfront-vpc", buckets: ["uploads", "site/static/"] },
  "cloudfront-public": { ...NAMED, exposure: "cloudfront-public", buckets: ["uploads"] },
  alb: { ...NAMED, exposure: "alb", buckets: ["uploads"] },
  "private-dns": { exposure: "private-dns", buckets: ["uploads"] },
  "cloudfront-and-private": { exposure: ["cloudfront-vpc", "private-dns"], profile: "small" },
};

const NETWORK = {
  id: "vpc-0a1b2c3d",
  cidr: "10.9.0.0/16",
  availabilityZones: ["eu-west-1a", "eu-west-1b"],
  publicSubnetIds: ["subnet-0a1b2c3d", "subnet-0b1b2c3d"],
  privateSubnetIds: ["subnet-0c1b2c3d", "subnet-0d1b2c3d"],
};
const LOGS = { cdn: true, loadBalancer: true, network: true };

/** What is less usual, for those tests that nothing may escape. */
export const UNUSUAL: Readonly<Record<string, ImageServerProps>> = {
  "given-network": {
    ...NAMED,
    exposure: "cloudfront-public",
    network: NETWORK,
    cdn: { verify: true, shield: "eu-west-1" },
  },
  "no-way-out": { egress: "none", image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/images:1" },
  "all-logs": { accessLogs: LOGS, alarms: { email: "ops@example.com" }, spot: { base: 1, weight: 2 } },
  bare: {
    exposure: "private-dns",
    alarms: false,
    results: false,
    keys: "none",
    allowedSources: ["https://a.b/"],
  },
};

export const newApp = (): App => new App({ context: FEATURE_FLAGS, analyticsReporting: false });

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

/**
 * AWS's own validator takes most of the time of a synthesis. So it is off, and on in the test that every exposure passes it.
 */
process.env["CDK_VALIDATION"] = "false";
export function withValidator(synthesise: () => CloudAssembly): CloudAssembly {
  delete process.env["CDK_VALIDATION"];
  try {
    return synthesise();
  } finally {
    process.env["CDK_VALIDATION"] = "false";
  }
}

/** An app of one stack for each of several image servers, made at once. */
export function assemble(
  all: Readonly<Record<string, ImageServerProps>>,
  env?: StackProps["env"],
): CloudAssembly {
  const app = newApp();
  for (const [id, images] of Object.entries(all))
    new ImageServerStack(app, id, {
      images,
      ...(env && { env }),
      synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
    });
  return app.synth();
}

export const templateOf = (assembly: CloudAssembly, id: string): Template =>
  assembly.getStackByName(id).template as Template;

export const synth = (images: ImageServerProps): Template => templateOf(assemble({ images }), "images");

export const ofType = ({ Resources }: Template, type: string): Resource[] =>
  Object.values(Resources).filter(({ Type }) => Type === type);

/** The one resource of a type. Throws where there are none or several. */
export function only(template: Template, type: string): Resource {
  const found = ofType(template, type);
  if (found.length !== 1) throw new Error(`expected one ${type}, got ${found.length}`);
  return found[0]!;
}

/** What lies at a path of properties, as whatever the test takes it for. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- each test knows what it looks at
export const at = <T>({ Properties }: Resource, path: string): T =>
  path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], Properties) as T;

/** AWS's services that may publish to the template's topic. Its policy is all there is: the one that every topic is born with is gone. */
export const publishers = (template: Template): unknown[] =>
  at<{ readonly Effect: string; readonly Principal: { readonly Service?: string } }[]>(
    only(template, "AWS::SNS::TopicPolicy"),
    "PolicyDocument.Statement",
  ).flatMap(({ Effect, Principal }) => (Effect === "Allow" ? [Principal.Service] : []));

/** Text of a template, with what only CloudFormation knows as a word. */
export function plain(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const [[name, inside] = ["", ""]] = Object.entries(value) as [string, unknown][];
  if (name === "Fn::Join") return (inside as [string, unknown[]])[1].map(plain).join("");
  return `<${name === "Ref" ? String(inside) : (inside as unknown[]).map(plain).join(".")}>`;
}
