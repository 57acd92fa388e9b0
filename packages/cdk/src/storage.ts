import { Aws, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as s3 from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import type { Plan, SourceBucket } from "./plan.ts";

const arnOf = (bucket: string): string => `arn:${Aws.PARTITION}:s3:::${bucket}`;

/**
 * What the server may do with buckets that pictures come from. It may list them, because S3 says 403 of a key that is not
 * there to those who may not, and a picture that is missing would look forbidden.
 */
export const sourceStatements = (buckets: readonly SourceBucket[]): iam.PolicyStatement[] => [
  new iam.PolicyStatement({
    sid: "ReadPictures",
    actions: ["s3:GetObject", "s3:GetObjectVersion"],
    resources: buckets.map(({ name, prefix }) => `${arnOf(name)}/${prefix}*`),
  }),
  new iam.PolicyStatement({
    sid: "TellMissingFromForbidden",
    actions: ["s3:ListBucket"],
    resources: [...new Set(buckets.map(({ name }) => name))].map(arnOf),
  }),
];

/** The bucket that finished pictures are kept in. */
export function resultsOf(scope: Construct, { results, protect }: Plan): s3.IBucket | undefined {
  if (!results) return undefined;
  if (results.bucket !== undefined) return s3.Bucket.fromBucketName(scope, "Results", results.bucket);
  return new s3.Bucket(scope, "Results", {
    ...closed,
    removalPolicy: protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    lifecycleRules: [
      { expiration: Duration.days(results.days), abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
  }) as s3.IBucket;
}

export const resultStatements = ({ bucketArn }: s3.IBucket): iam.PolicyStatement[] => [
  new iam.PolicyStatement({
    sid: "KeepResults",
    actions: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
    resources: [`${bucketArn}/*`],
  }),
  new iam.PolicyStatement({ sid: "ReadPurges", actions: ["s3:ListBucket"], resources: [bucketArn] }),
];

const closed = {
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
  encryption: s3.BucketEncryption.S3_MANAGED,
  enforceSSL: true,
} as const;

/** One bucket for all logs of who asked, where any are wanted. */
export function logBucketOf(scope: Construct, { accessLogs }: Plan): s3.Bucket | undefined {
  if (!accessLogs.cdn && !accessLogs.loadBalancer) return undefined;
  const bucket = new s3.Bucket(scope, "AccessLogs", {
    ...closed,
    // CloudFront writes its logs by an access list, the one thing that still needs them.
    objectOwnership: accessLogs.cdn
      ? s3.ObjectOwnership.BUCKET_OWNER_PREFERRED
      : s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    removalPolicy: RemovalPolicy.RETAIN,
    lifecycleRules: [{ expiration: Duration.days(30) }],
  });
  if (accessLogs.loadBalancer)
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: "LoadBalancerLogs",
        actions: ["s3:PutObject"],
        principals: [new iam.ServicePrincipal("logdelivery.elasticloadbalancing.amazonaws.com")],
        resources: [`${bucket.bucketArn}/alb/AWSLogs/${Stack.of(scope).account}/*`],
      }),
    );
  return bucket;
}
