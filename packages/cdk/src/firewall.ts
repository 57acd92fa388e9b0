import * as waf from "aws-cdk-lib/aws-wafv2";
import type { Construct } from "constructs";
import type { Balancer } from "./balancer.ts";
import { VIEWER_HEADER } from "./limits.ts";
import type { Plan } from "./plan.ts";

const WINDOW_SECONDS = 60;

/**
 * A web ACL at the load balancer rather than at the edge: there it counts misses, which cost CPU, and a twentieth of the
 * requests. Behind CloudFront every request comes from its addresses, so it counts by the viewer's, which the edge says.
 */
export function guard(scope: Construct, { waf: wish, hasCdn }: Plan, { alb }: Balancer): void {
  if (!wish) return;
  const name = "TooManyMisses";
  const seen = (metricName: string): waf.CfnWebACL.VisibilityConfigProperty => ({
    cloudWatchMetricsEnabled: true,
    sampledRequestsEnabled: true,
    metricName,
  });
  const acl = new waf.CfnWebACL(scope, "Firewall", {
    scope: "REGIONAL",
    defaultAction: { allow: {} },
    visibilityConfig: seen("Pictures"),
    rules: [
      {
        name,
        priority: 0,
        action: { block: { customResponse: { responseCode: 429 } } },
        visibilityConfig: seen(name),
        statement: {
          rateBasedStatement: {
            limit: wish.missesPerMinute,
            evaluationWindowSec: WINDOW_SECONDS,
            ...(hasCdn
              ? {
                  aggregateKeyType: "FORWARDED_IP",
                  forwardedIpConfig: { headerName: VIEWER_HEADER, fallbackBehavior: "MATCH" },
                }
              : { aggregateKeyType: "IP" }),
          },
        },
      },
    ],
  });
  new waf.CfnWebACLAssociation(scope, "FirewallAtBalancer", {
    webAclArn: acl.attrArn,
    resourceArn: alb.loadBalancerArn,
  });
}
