import { CfnMapping, Token } from "aws-cdk-lib";
import type { Construct } from "constructs";

/** THE TABLE of regions and the nearest Origin Shield, by CloudFront's developer guide. */
export const SHIELDS: Readonly<Record<string, string>> = {
  "us-east-1": "us-east-1",
  "us-east-2": "us-east-2",
  "us-west-1": "us-west-2",
  "us-west-2": "us-west-2",
  "af-south-1": "eu-west-1",
  "ap-east-1": "ap-southeast-1",
  "ap-south-1": "ap-south-1",
  "ap-northeast-1": "ap-northeast-1",
  "ap-northeast-2": "ap-northeast-2",
  "ap-southeast-1": "ap-southeast-1",
  "ap-southeast-2": "ap-southeast-2",
  "ca-central-1": "us-east-1",
  "eu-central-1": "eu-central-1",
  "eu-north-1": "eu-west-2",
  "eu-south-1": "eu-central-1",
  "eu-west-1": "eu-west-1",
  "eu-west-2": "eu-west-2",
  "eu-west-3": "eu-west-2",
  "me-south-1": "ap-south-1",
  "sa-east-1": "sa-east-1",
};

/** The region of Origin Shield for a stack's region; undefined where the table does not know one. */
export function shieldOf(scope: Construct, region: string): string | undefined {
  if (!Token.isUnresolved(region)) return SHIELDS[region];
  const mapping = Object.fromEntries(Object.entries(SHIELDS).map(([from, to]) => [from, { shield: to }]));
  return new CfnMapping(scope, "Shields", { mapping }).findInMap(region, "shield");
}
