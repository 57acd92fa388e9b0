import type { Distribution } from "aws-cdk-lib/aws-cloudfront";
import * as route53 from "aws-cdk-lib/aws-route53";
import { CloudFrontTarget, LoadBalancerTarget } from "aws-cdk-lib/aws-route53-targets";
import type { Construct } from "constructs";
import type { Balancer } from "./balancer.ts";
import type { Plan } from "./plan.ts";

/** Enters names in the zone that was given: the load balancer's, and those of the site at the CDN that lie in it. */
export function enterNames(
  scope: Construct,
  { hostedZone, hostName, cdn, front }: Plan,
  {
    balancer,
    distribution,
  }: { readonly balancer: Balancer | undefined; readonly distribution: Distribution | undefined },
): void {
  if (!hostedZone) return;
  const zone = route53.HostedZone.fromHostedZoneAttributes(scope, "Zone", {
    hostedZoneId: hostedZone.id,
    zoneName: hostedZone.name,
  });
  const enter = (id: string, name: string, target: route53.IAliasRecordTarget): void => {
    new route53.ARecord(scope, id, {
      zone,
      // With its dot at the end it is taken as it is, also where CloudFormation alone knows it.
      recordName: `${name}.`,
      target: route53.RecordTarget.fromAlias(target),
    });
  };
  // Nothing outside of the network has a use for the name of a load balancer within it.
  if (balancer && hostName !== undefined && front !== "cloudfront-vpc")
    enter("BalancerName", hostName, new LoadBalancerTarget(balancer.alb));
  if (!distribution) return;
  for (const [index, name] of (cdn.hostNames ?? []).entries())
    if (name.endsWith(`.${hostedZone.name}`) || name === hostedZone.name)
      enter(`CdnName${index + 1}`, name, new CloudFrontTarget(distribution));
}
