import { Aws, CfnOutput, Stack } from "aws-cdk-lib";
import type { Distribution } from "aws-cdk-lib/aws-cloudfront";
import type { FargateService, ICluster } from "aws-cdk-lib/aws-ecs";
import * as iam from "aws-cdk-lib/aws-iam";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { watch } from "./alarms.ts";
import { balancerOf, type Balancer } from "./balancer.ts";
import { distributionOf, originOf } from "./cdn.ts";
import { draw } from "./dashboard.ts";
import { edgeOf, type Edge } from "./edge.ts";
import { guard } from "./firewall.ts";
import { keysOf } from "./keys.ts";
import { enterNames } from "./names.ts";
import { acknowledge } from "./nag.ts";
import { networkOf } from "./network.ts";
import { OUTPUTS, type OutputName } from "./outputs.ts";
import { planOf, type Plan } from "./plan.ts";
import type { ImageServerProps } from "./props.ts";
import { scale } from "./scaling.ts";
import { serviceOf } from "./service.ts";
import { figuresOf } from "./stats.ts";
import { logBucketOf, resultsOf, resultStatements, sourceStatements } from "./storage.ts";
import { taskOf } from "./task.ts";

/**
 * Tintype on ECS, and what stands in front of it. Properties that cannot be, and settings that the server would not start
 * with, throw a DeploymentError: a sentence for each.
 */
export class ImageServer extends Construct {
  readonly keys: ISecret | undefined;
  readonly cluster: ICluster;
  readonly service: FargateService;
  readonly distribution: Distribution | undefined;
  readonly loadBalancer: Balancer["alb"] | undefined;
  /** What `tintype-cdk` wants to know of it, by name of the output. */
  readonly outputs: Readonly<Partial<Record<OutputName, string>>>;

  constructor(scope: Construct, id: string, props: ImageServerProps = {}) {
    super(scope, id);
    const plan = planOf(props);
    const network = networkOf(this, plan);
    const logs = logBucketOf(this, plan);
    const results = resultsOf(this, plan);
    this.keys = keysOf(this, plan);
    const balancer = plan.front && balancerOf(this, plan, { network, logs });
    const edge = plan.hasCdn
      ? edgeOf(this, plan.server, { verify: plan.cdn.verify ?? false, resign: plan.cdn.resign ?? false })
      : undefined;
    this.loadBalancer = balancer?.alb;
    this.distribution =
      balancer && edge
        ? distributionOf(this, plan.cdn, {
            origin: originOf(this, plan, balancer),
            edge,
            logs: plan.accessLogs.cdn ? (logs as IBucket) : undefined,
          })
        : undefined;
    const statements = [
      ...(plan.buckets.length > 0 ? sourceStatements(plan.buckets) : []),
      ...(results ? resultStatements(results) : []),
      ...(this.distribution ? [purging(this.distribution)] : []),
    ];
    const { task, logGroup } = taskOf(this, plan, {
      keys: this.keys,
      statements,
      settings: {
        ...(results && { TINTYPE_CACHE_S3_BUCKET: results.bucketName }),
        ...(this.distribution && { TINTYPE_EDGE_CLOUDFRONT_DISTRIBUTION: this.distribution.distributionId }),
      },
    });
    const { cluster, service } = serviceOf(this, plan, { network, balancer, task });
    this.cluster = cluster as ICluster;
    this.service = service;
    const figures = figuresOf(this, logGroup);
    scale(service, plan, { balancer, figures });
    if (balancer) guard(this, plan, balancer);
    enterNames(this, plan, { balancer, distribution: this.distribution });
    const topic = watch(this, plan, { service, balancer, figures });
    if (plan.alarms) draw(this, { service, balancer, figures });
    this.outputs = {
      Url: urlOf(plan, this.distribution),
      ClusterName: cluster.clusterName,
      ServiceName: service.serviceName,
      ...(this.keys && { SecretArn: this.keys.secretArn }),
      ...(this.distribution && { DistributionId: this.distribution.distributionId }),
      ...(balancer && { LoadBalancerDns: balancer.alb.loadBalancerDnsName }),
      ...storeOf(edge),
      ...(results && { ResultsBucket: results.bucketName }),
      ...(topic && { AlarmTopicArn: topic.topicArn }),
    };
    acknowledge(this, plan, statements);
  }

  /** Writes the outputs of the stack, under the names that `tintype-cdk` looks for; for one image server of a stack. */
  writeOutputs(stack: Stack = Stack.of(this)): void {
    for (const [name, value] of Object.entries(this.outputs))
      new CfnOutput(stack, name, { value, description: OUTPUTS[name as OutputName] });
  }
}

const storeOf = (edge: Edge | undefined) =>
  edge?.store ? { KeyValueStoreArn: edge.store.keyValueStoreArn } : {};

/** The server tells its own distribution of purges, and no other one. */
const purging = ({ distributionId }: Distribution): iam.PolicyStatement =>
  new iam.PolicyStatement({
    sid: "Purge",
    actions: ["cloudfront:CreateInvalidation"],
    resources: [`arn:${Aws.PARTITION}:cloudfront::${Aws.ACCOUNT_ID}:distribution/${distributionId}`],
  });

function urlOf({ cdn, hostName, dns, port, server }: Plan, distribution: Distribution | undefined): string {
  const { pathPrefix } = server.http;
  if (distribution)
    return `https://${cdn.hostNames?.[0] ?? distribution.distributionDomainName}${pathPrefix}`;
  return hostName === undefined
    ? `http://${dns.name}.${dns.namespace}:${port}${pathPrefix}`
    : `https://${hostName}${pathPrefix}`;
}
