import { CfnResource, Duration } from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as ecs from "aws-cdk-lib/aws-ecs";
import * as cloudmap from "aws-cdk-lib/aws-servicediscovery";
import type { Construct } from "constructs";
import type { Balancer } from "./balancer.ts";
import type { Network } from "./network.ts";
import type { Plan } from "./plan.ts";

/** Seconds after its start in which a task may fail the load balancer's health check. */
const GRACE_SECONDS = 30;

/**
 * Tasks of a definition, spread over zones, replaced two by two and never fewer than they were. How many there are is up to
 * scaling alone: a number here would be set anew by every deployment, whatever the load.
 */
export function serviceOf(
  scope: Construct,
  plan: Plan,
  {
    network: { vpc, tasks: vpcSubnets, ways },
    balancer,
    task,
  }: {
    readonly network: Network;
    readonly balancer: Balancer | undefined;
    readonly task: ecs.FargateTaskDefinition;
  },
) {
  const { spot, egress, isPrivate, cidr, port, dns } = plan;
  const cluster = new ecs.Cluster(scope, "Cluster", {
    vpc,
    containerInsightsV2: ecs.ContainerInsights.DISABLED,
    enableFargateCapacityProviders: spot.weight > 0,
  });
  const group = new ec2.SecurityGroup(scope, "TasksGroup", { vpc, description: "Who may ask a task" });
  if (balancer) group.connections.allowFrom(balancer.group, ec2.Port.tcp(port), "The load balancer");
  if (isPrivate)
    group.addIngressRule(ec2.Peer.ipv4(cidr), ec2.Port.tcp(port), "This network, by private DNS");
  const service = new ecs.FargateService(scope, "Service", {
    cluster: cluster as ecs.ICluster,
    taskDefinition: task,
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
    circuitBreaker: { rollback: true },
    availabilityZoneRebalancing: ecs.AvailabilityZoneRebalancing.ENABLED,
    securityGroups: [group],
    vpcSubnets,
    assignPublicIp: egress === "public-ip",
    propagateTags: ecs.PropagatedTagSource.SERVICE,
    ...(balancer && { healthCheckGracePeriod: Duration.seconds(GRACE_SECONDS) }),
    ...(spot.weight > 0 && {
      capacityProviderStrategies: [
        { capacityProvider: "FARGATE", base: spot.base, weight: 1 },
        { capacityProvider: "FARGATE_SPOT", weight: spot.weight },
      ],
    }),
  });
  // Of the service alone: what hangs on it waits for it anyway, and each wait is written out in a template.
  for (const resource of service.node.children.filter((child) => CfnResource.isCfnResource(child)))
    for (const way of ways) resource.addResourceDependency(way);
  if (balancer) service.attachToApplicationTargetGroup(balancer.targets);
  if (isPrivate)
    service.enableCloudMap({
      cloudMapNamespace: new cloudmap.PrivateDnsNamespace(scope, "Names", { name: dns.namespace, vpc }),
      name: dns.name,
      dnsRecordType: cloudmap.DnsRecordType.A,
      dnsTtl: Duration.seconds(dns.ttl),
    });
  return { cluster, service };
}
