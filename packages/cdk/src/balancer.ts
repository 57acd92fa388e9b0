import { Duration, SecretValue, Stack, Token } from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as elb from "aws-cdk-lib/aws-elasticloadbalancingv2";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import * as secrets from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { HEX } from "./keys.ts";
import { IDLE_SECONDS } from "./limits.ts";
import type { Network } from "./network.ts";
import type { Plan } from "./plan.ts";
import { DeploymentError } from "./problem.ts";

/** What CloudFront says to a public load balancer, so that nobody else is let in. */
export const ORIGIN_HEADER = "x-origin-secret";

export interface Balancer {
  readonly alb: elb.ApplicationLoadBalancer;
  readonly targets: elb.ApplicationTargetGroup;
  readonly group: ec2.SecurityGroup;
  /** What CloudFront proves itself by: a reference that is resolved where it is used, and never lies in the template. */
  readonly proof: SecretValue | undefined;
}

/** The load balancer of an exposure that has one. */
export function balancerOf(
  scope: Construct,
  plan: Plan,
  { network, logs }: { readonly network: Network; readonly logs: Bucket | undefined },
): Balancer {
  const { vpc, balancer: vpcSubnets, gateway } = network;
  const { front, cdn, cidr } = plan;
  const isInternal = front === "cloudfront-vpc";
  const isTls = !isInternal || cdn.origin === "https";
  const port = isTls ? 443 : 80;
  const group = new ec2.SecurityGroup(scope, "BalancerGroup", {
    vpc,
    description: "Who may ask the load balancer",
    allowAllOutbound: false,
  });
  // The network interfaces of a VPC origin have addresses of this network; a public one stands in the open, and asks for proof.
  if (isInternal)
    group.addIngressRule(ec2.Peer.ipv4(cidr), ec2.Port.tcp(port), "CloudFront, by its VPC origin");
  else group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(port), "HTTPS from anywhere");
  const alb = new elb.ApplicationLoadBalancer(scope, "Balancer", {
    vpc,
    vpcSubnets,
    internetFacing: !isInternal,
    securityGroup: group,
    idleTimeout: Duration.seconds(IDLE_SECONDS),
    dropInvalidHeaderFields: true,
    deletionProtection: plan.protect,
  });
  // AWS makes a public one, and a VPC origin of an internal one, only in a network that has its gateway already.
  if (gateway) (alb.node.defaultChild as elb.CfnLoadBalancer).addResourceDependency(gateway);
  if (logs && plan.accessLogs.loadBalancer) {
    alb.setAttribute("access_logs.s3.enabled", "true");
    alb.setAttribute("access_logs.s3.bucket", logs.bucketName);
    alb.setAttribute("access_logs.s3.prefix", "alb");
    alb.node.addDependency(logs);
  }
  const targets = new elb.ApplicationTargetGroup(scope, "Targets", {
    vpc,
    targetType: elb.TargetType.IP,
    protocol: elb.ApplicationProtocol.HTTP,
    port: plan.port,
    deregistrationDelay: Duration.seconds(plan.drain.deregistration),
    loadBalancingAlgorithmType: elb.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
    healthCheck: {
      path: `${plan.server.http.pathPrefix}/ready`,
      interval: Duration.seconds(10),
      timeout: Duration.seconds(3),
      healthyThresholdCount: 2,
      unhealthyThresholdCount: 3,
      healthyHttpCodes: "200",
    },
  });
  const proof = front === "cloudfront-public" ? proofOf(scope) : undefined;
  listen(alb, { plan, targets, isTls, proof });
  return { alb, targets, group, proof };
}

function listen(
  alb: elb.ApplicationLoadBalancer,
  {
    plan,
    targets,
    isTls,
    proof,
  }: {
    readonly plan: Plan;
    readonly targets: elb.ApplicationTargetGroup;
    readonly isTls: boolean;
    readonly proof: SecretValue | undefined;
  },
): void {
  const forward = elb.ListenerAction.forward([targets]);
  const refuse = elb.ListenerAction.fixedResponse(403, {
    contentType: "text/plain",
    messageBody: "Forbidden",
  });
  const listener = alb.addListener("Door", {
    open: false,
    ...(isTls
      ? {
          port: 443,
          protocol: elb.ApplicationProtocol.HTTPS,
          certificates: [elb.ListenerCertificate.fromArn(certificateFor(alb, plan))],
          sslPolicy: elb.SslPolicy.RECOMMENDED_TLS,
        }
      : { port: 80, protocol: elb.ApplicationProtocol.HTTP }),
    defaultAction: proof ? refuse : forward,
  });
  if (proof)
    listener.addAction("FromTheCdn", {
      priority: 1,
      conditions: [elb.ListenerCondition.httpHeader(ORIGIN_HEADER, [proof.unsafeUnwrap()])],
      action: forward,
    });
}

/** The certificate's ARN. A load balancer takes only one of its own region, which is known here where the stack is pinned to one. */
function certificateFor(scope: Construct, { certificateArn = "" }: Plan): string {
  const { region } = Stack.of(scope);
  const [, , , its] = certificateArn.split(":");
  if (Token.isUnresolved(region) || Token.isUnresolved(certificateArn) || its === region)
    return certificateArn;
  throw new DeploymentError([
    `certificateArn: expected a certificate in ${region}, where the load balancer is, got one in ${its ?? ""}`,
  ]);
}

function proofOf(scope: Construct): SecretValue {
  const secret = new secrets.Secret(scope, "OriginProof", {
    description: "What CloudFront says to the load balancer, so that nobody else is let in",
    generateSecretString: HEX,
  });
  return SecretValue.secretsManager(secret.secretArn);
}
