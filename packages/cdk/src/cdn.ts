import { createHash } from "node:crypto";
import { Duration, Stack } from "aws-cdk-lib";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import * as cloudfront from "aws-cdk-lib/aws-cloudfront";
import * as origins from "aws-cdk-lib/aws-cloudfront-origins";
import type { CfnLoadBalancer } from "aws-cdk-lib/aws-elasticloadbalancingv2";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { ORIGIN_HEADER, type Balancer } from "./balancer.ts";
import type { Edge } from "./edge.ts";
import { VIEWER_HEADER } from "./limits.ts";
import type { Plan } from "./plan.ts";
import { DeploymentError } from "./problem.ts";
import type { CdnProps } from "./props.ts";
import { shieldOf } from "./shield.ts";
import { unique } from "./unique.ts";

/** The header that the server says a picture's tags in; CloudFront invalidates by them. */
export const TAG_HEADER = "x-amz-meta-cache-tag";

const PRICE_CLASSES = {
  "100": cloudfront.PriceClass.PRICE_CLASS_100,
  "200": cloudfront.PriceClass.PRICE_CLASS_200,
  all: cloudfront.PriceClass.PRICE_CLASS_ALL,
} as const;

/** Seconds that the edge remembers a failure. Overload is 429, which it never does, as it never does 422. */
const ERROR_SECONDS: Readonly<Record<number, number>> = { 403: 10, 404: 10, 500: 1, 502: 1, 503: 1, 504: 1 };

const MOST_DAYS = 365;

interface Surroundings {
  readonly origin: cloudfront.IOrigin;
  readonly edge: Edge;
  readonly logs: IBucket | undefined;
}

/** The distribution in front of an origin: cached by path and class of browser, and by nothing else. */
export function distributionOf(scope: Construct, cdn: CdnProps, { origin, edge, logs }: Surroundings) {
  const distribution = new cloudfront.Distribution(scope, "Cdn", {
    comment: "Pictures",
    httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
    priceClass: PRICE_CLASSES[cdn.priceClass ?? "all"],
    ...(cdn.hostNames?.length && {
      domainNames: [...cdn.hostNames],
      minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
      certificate: Certificate.fromCertificateArn(scope, "CdnCertificate", cdn.certificateArn ?? ""),
    }),
    ...(cdn.webAclArn !== undefined && { webAclId: cdn.webAclArn }),
    ...(logs && { enableLogging: true, logBucket: logs, logFilePrefix: "cdn/" }),
    defaultBehavior: {
      origin,
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      allowedMethods: cloudfront.AllowedMethods.ALLOW_GET_HEAD,
      cachedMethods: cloudfront.CachedMethods.CACHE_GET_HEAD,
      compress: false,
      cachePolicy: cachePolicyOf(scope),
      originRequestPolicy: new cloudfront.OriginRequestPolicy(scope, "Forwarded", {
        originRequestPolicyName: unique(scope, "forwarded"),
        headerBehavior: cloudfront.OriginRequestHeaderBehavior.allowList(VIEWER_HEADER),
      }),
      functionAssociations: [
        { eventType: cloudfront.FunctionEventType.VIEWER_REQUEST, function: edge.handler },
      ],
    },
    errorResponses: Object.entries(ERROR_SECONDS).map(([status, seconds]) => ({
      httpStatus: Number(status),
      ttl: Duration.seconds(seconds),
    })),
  });
  (distribution.node.defaultChild as cloudfront.CfnDistribution).addPropertyOverride(
    "DistributionConfig.CacheTagConfig",
    { HeaderName: TAG_HEADER },
  );
  return distribution;
}

const cachePolicyOf = (scope: Construct): cloudfront.CachePolicy =>
  new cloudfront.CachePolicy(scope, "Cached", {
    cachePolicyName: unique(scope, "cached"),
    headerBehavior: cloudfront.CacheHeaderBehavior.allowList("Accept"),
    queryStringBehavior: cloudfront.CacheQueryStringBehavior.none(),
    cookieBehavior: cloudfront.CacheCookieBehavior.none(),
    enableAcceptEncodingBrotli: false,
    enableAcceptEncodingGzip: false,
    // The server says how long each answer lives.
    minTtl: Duration.seconds(0),
    defaultTtl: Duration.seconds(0),
    maxTtl: Duration.days(MOST_DAYS),
  });

/** What CloudFront knows of the load balancer as an origin. */
export function originOf(scope: Construct, plan: Plan, balancer: Balancer): cloudfront.IOrigin {
  const seconds = Duration.seconds(plan.server.http.timeout + 10);
  const shield = shieldFor(scope, plan.cdn);
  const shared = {
    readTimeout: seconds,
    keepaliveTimeout: Duration.seconds(30),
    ...(shield === undefined ? { originShieldEnabled: false } : { originShieldRegion: shield }),
  };
  if (plan.front === "cloudfront-vpc")
    return origins.VpcOrigin.withVpcOrigin(vpcOriginOf(scope, plan, balancer), {
      ...shared,
      ...(plan.hostName !== undefined && plan.cdn.origin === "https" && { domainName: plan.hostName }),
    });
  return new origins.HttpOrigin(plan.hostName ?? "", {
    ...shared,
    protocolPolicy: cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
    originSslProtocols: [cloudfront.OriginSslPolicy.TLS_V1_2],
    ...(balancer.proof && { customHeaders: { [ORIGIN_HEADER]: balancer.proof.unsafeUnwrap() } }),
  });
}

/**
 * CloudFront changes no VPC origin that is in use. So its name in the template follows from all that it points to: a change
 * makes another one, which the distribution moves to before this one goes.
 */
function vpcOriginOf(
  scope: Construct,
  { cdn, cidr, vpc, network }: Plan,
  { alb }: Balancer,
): cloudfront.VpcOrigin {
  const isTls = cdn.origin === "https";
  const { scheme, type, name, ipAddressType } = alb.node.defaultChild as CfnLoadBalancer;
  const place = network?.id ?? vpc?.vpcId ?? cidr;
  const pointsTo = JSON.stringify(Stack.of(scope).resolve([isTls, scheme, type, name, ipAddressType, place]));
  const mark = createHash("sha256").update(pointsTo).digest("hex").slice(0, 8);
  return new cloudfront.VpcOrigin(scope, `VpcOrigin${mark}`, {
    endpoint: cloudfront.VpcOriginEndpoint.applicationLoadBalancer(alb),
    vpcOriginName: unique(scope, mark),
    ...(isTls
      ? {
          protocolPolicy: cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
          httpsPort: 443,
          originSslProtocols: [cloudfront.OriginSslPolicy.TLS_V1_2],
        }
      : { protocolPolicy: cloudfront.OriginProtocolPolicy.HTTP_ONLY, httpPort: 80 }),
  });
}

/** The region of Origin Shield that was wished for, or that is near; undefined for none. */
export function shieldFor(scope: Construct, { shield = true }: CdnProps): string | undefined {
  if (shield === false) return undefined;
  if (typeof shield === "string") return shield;
  const { region } = Stack.of(scope);
  const near = shieldOf(scope, region);
  if (near === undefined)
    throw new DeploymentError([
      `cdn.shield: expected a region with Origin Shield near ${region}, which the table does not know: name one, or false for none`,
    ]);
  return near;
}
