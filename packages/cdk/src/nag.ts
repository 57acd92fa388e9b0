import { Stack, Validations } from "aws-cdk-lib";
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Construct, IConstruct } from "constructs";
import { ecrOf } from "./image.ts";
import type { Plan } from "./plan.ts";

interface Reason {
  /** A rule of cdk-nag's AwsSolutions. */
  readonly rule: string;
  /** Path of the construct that it is about, below the image server. */
  readonly at: string;
  readonly reason: string;
  readonly holds?: (plan: Plan) => boolean;
}

/** THE TABLE of rules that are not followed, and why. Whatever else cdk-nag finds is a mistake. */
const REASONS: readonly Reason[] = [
  {
    rule: "AwsSolutions-VPC7",
    at: "Network/Vpc",
    reason: "Flow logs cost more than they tell here; accessLogs.network switches them on.",
    holds: ({ accessLogs }) => !accessLogs.network,
  },
  {
    rule: "AwsSolutions-SMG4",
    at: "Keys",
    reason:
      "Signed URLs live in e-mails and pages for years: keys are added and promoted by people, in steps, and never removed by a clock.",
  },
  {
    rule: "AwsSolutions-SMG4",
    at: "OriginProof",
    reason:
      "A dynamic reference is resolved when the stack is deployed, so a rotation by itself would part CloudFront and load balancer.",
  },
  {
    rule: "AwsSolutions-S1",
    at: "Results",
    reason: "Only the tasks read and write it, and what is in it can be made again.",
  },
  {
    rule: "AwsSolutions-S1",
    at: "AccessLogs",
    reason: "It is where such logs go; logs of logs have no reader.",
  },
  {
    rule: "AwsSolutions-ECS4",
    at: "Cluster",
    reason: "The server's own figures say more, and cost a metric filter each.",
  },
  {
    rule: "AwsSolutions-ECS2",
    at: "Task",
    reason: "Settings that the server's table calls secret are refused in clear when the template is made.",
  },
  {
    rule: "AwsSolutions-IAM5[Resource::*]",
    at: "Task/ExecutionRole",
    reason: "Only ecr:GetAuthorizationToken, which is asked of no one image.",
    holds: ({ image }) => typeof image !== "string" || ecrOf(image) !== undefined,
  },
  {
    rule: "AwsSolutions-ELB2",
    at: "Balancer",
    reason: "The server logs every request itself; accessLogs.loadBalancer switches these on, too.",
    holds: ({ accessLogs }) => !accessLogs.loadBalancer,
  },
  {
    rule: "AwsSolutions-EC23",
    at: "BalancerGroup",
    reason:
      "This load balancer is public by the exposure that was chosen; HTTPS only, and behind CloudFront with proof only.",
    holds: ({ front }) => front !== "cloudfront-vpc",
  },
  {
    rule: "AwsSolutions-CFR1",
    at: "Cdn",
    reason: "Pictures are for the visitors of a site, wherever they are.",
  },
  {
    rule: "AwsSolutions-CFR2",
    at: "Cdn",
    reason:
      "The web ACL is at the load balancer, where it counts what costs CPU; cdn.webAclArn puts one here as well.",
  },
  {
    rule: "AwsSolutions-CFR3",
    at: "Cdn",
    reason:
      "accessLogs.cdn switches them on; without it nobody reads them, and visitors' addresses are not kept.",
    holds: ({ accessLogs }) => !accessLogs.cdn,
  },
  {
    rule: "AwsSolutions-CFR4",
    at: "Cdn",
    reason:
      "CloudFront's own name has CloudFront's own certificate and its floor; with cdn.hostNames the floor is TLS 1.2.",
    holds: ({ cdn }) => !cdn.hostNames?.length,
  },
];

const OPEN_ENDED =
  "The names of pictures are not known: reading ends at the bucket and folder that were named, writing in the bucket for results.";

/** Says to cdk-nag, in whosever app, which of its rules are not followed on purpose. Of `statements`, each open end by its name. */
export function acknowledge(scope: Construct, plan: Plan, statements: readonly PolicyStatement[]): void {
  for (const { rule: id, at, reason, holds } of REASONS) {
    const place = find(scope, at);
    if (place && (holds?.(plan) ?? true)) Validations.of(place).acknowledge({ id, reason });
  }
  const role = find(scope, "Task/TaskRole");
  const resources = statements.flatMap((statement) => statement.resources).filter((one) => one.endsWith("*"));
  for (const resource of role ? resources : []) {
    const id = `AwsSolutions-IAM5[Resource::${flat(Stack.of(scope).resolve(resource))}]`;
    Validations.of(role!).acknowledge({ id, reason: OPEN_ENDED });
  }
}

const find = (scope: Construct, path: string): IConstruct | undefined =>
  path.split("/").reduce<IConstruct | undefined>((parent, name) => parent?.node.tryFindChild(name), scope);

/** A value of CloudFormation's as cdk-nag spells it: what only CloudFormation knows by its name, in brackets. */
function flat(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const [name, inside] = Object.entries(value)[0] as [string, unknown];
  if (name === "Ref") return `<${String(inside)}>`;
  if (name === "Fn::GetAtt") return `<${(inside as readonly string[]).join(".")}>`;
  return (inside as readonly [string, readonly unknown[]])[1].map(flat).join("");
}
