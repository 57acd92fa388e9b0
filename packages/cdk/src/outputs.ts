/** THE TABLE of outputs: what a stack says of itself, by the names that `tintype-cdk` looks for. Which exist depends on the exposure. */
export const OUTPUTS = {
  Url: "Where pictures are asked for.",
  DistributionId: "The CloudFront distribution, for invalidations.",
  SecretArn: "The secret with the fields `key` and `salt`, which sign URLs.",
  ClusterName: "The ECS cluster.",
  ServiceName: "The ECS service in it.",
  LoadBalancerDns: "The load balancer, which only the CDN or the network should reach.",
  KeyValueStoreArn: "The store that the edge function reads keys from, where it verifies.",
  ResultsBucket: "The bucket that finished pictures are kept in.",
  AlarmTopicArn: "The SNS topic that alarms are sent to.",
} as const;

export type OutputName = keyof typeof OUTPUTS;
