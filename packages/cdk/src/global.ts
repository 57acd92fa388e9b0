import { Duration, Stack, type StackProps } from "aws-cdk-lib";
import { Certificate, CertificateValidation } from "aws-cdk-lib/aws-certificatemanager";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { HostedZone } from "aws-cdk-lib/aws-route53";
import * as waf from "aws-cdk-lib/aws-wafv2";
import { CfnOutput } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { DeploymentError, shown } from "./problem.ts";
import { topicOf } from "./topic.ts";

/** What CloudFront takes from us-east-1 alone. Every part is optional. */
export interface GlobalStackProps extends StackProps {
  /** A certificate for names of the site; entered in the zone for proof, which has to be in Route 53. */
  readonly certificate?: {
    readonly hostNames: readonly string[];
    readonly hostedZone: { readonly id: string; readonly name: string };
  };
  /** A web ACL at the edge: requests of five minutes from one address, above which it gets 429. $0.60 for a million requests, hits included. */
  readonly waf?: { readonly requestsPerFiveMinutes: number };
  /** Alarms of a distribution, whose metrics are in us-east-1 only. */
  readonly alarms?: { readonly distributionId: string; readonly email?: string };
}

const HOME = "us-east-1";

/**
 * The companion of an image server behind CloudFront. What it makes is told by its outputs `CertificateArn` and `WebAclArn`,
 * which go into `cdn`: two stacks in two regions that know each other by configuration only.
 */
export class GlobalStack extends Stack {
  constructor(scope: Construct, id: string, { certificate, waf: limit, alarms, ...props }: GlobalStackProps) {
    const region = props.env?.region ?? HOME;
    if (region !== HOME)
      throw new DeploymentError([
        `env.region: expected ${HOME}, where CloudFront looks, got ${shown(region)}`,
      ]);
    super(scope, id, { ...props, env: { ...props.env, region } });
    if (certificate) this.#certify(certificate);
    if (limit) this.#limit(limit);
    if (alarms) this.#watch(alarms);
  }

  #certify({ hostNames, hostedZone }: NonNullable<GlobalStackProps["certificate"]>): void {
    const [domainName, ...subjectAlternativeNames] = hostNames;
    if (domainName === undefined)
      throw new DeploymentError(["certificate.hostNames: expected at least one name, got none"]);
    const zone = HostedZone.fromHostedZoneAttributes(this, "Zone", {
      hostedZoneId: hostedZone.id,
      zoneName: hostedZone.name,
    });
    const { certificateArn } = new Certificate(this, "Certificate", {
      domainName,
      subjectAlternativeNames,
      validation: CertificateValidation.fromDns(zone),
    });
    new CfnOutput(this, "CertificateArn", { value: certificateArn, description: "For cdn.certificateArn." });
  }

  #limit({ requestsPerFiveMinutes }: NonNullable<GlobalStackProps["waf"]>): void {
    const seen = (metricName: string) => ({
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: true,
      metricName,
    });
    const acl = new waf.CfnWebACL(this, "Firewall", {
      scope: "CLOUDFRONT",
      defaultAction: { allow: {} },
      visibilityConfig: seen("PicturesAtTheEdge"),
      rules: [
        {
          name: "TooManyRequests",
          priority: 0,
          action: { block: { customResponse: { responseCode: 429 } } },
          visibilityConfig: seen("TooManyRequests"),
          statement: { rateBasedStatement: { limit: requestsPerFiveMinutes, aggregateKeyType: "IP" } },
        },
      ],
    });
    new CfnOutput(this, "WebAclArn", { value: acl.attrArn, description: "For cdn.webAclArn." });
  }

  #watch({ distributionId, email }: NonNullable<GlobalStackProps["alarms"]>): void {
    const topic = topicOf(this, email);
    const metric = (metricName: string): cloudwatch.Metric =>
      new cloudwatch.Metric({
        namespace: "AWS/CloudFront",
        metricName,
        dimensionsMap: { DistributionId: distributionId, Region: "Global" },
        statistic: "Average",
        period: Duration.minutes(5),
      });
    const { GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
    for (const [name, metricName, threshold, comparisonOperator, alarmDescription] of [
      [
        "EdgeErrors",
        "5xxErrorRate",
        1,
        GREATER_THAN_THRESHOLD,
        "More than one answer of a hundred at the edge is an error of the server.",
      ],
      [
        "EdgeHits",
        "CacheHitRate",
        70,
        LESS_THAN_THRESHOLD,
        "Fewer than 70 % are found at the edge: did the spelling of URLs change, or was all invalidated? Needs CloudFront's additional metrics.",
      ],
    ] as const) {
      const alarm = new cloudwatch.Alarm(this, name, {
        alarmDescription,
        metric: metric(metricName),
        threshold,
        comparisonOperator,
        evaluationPeriods: 3,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(topic));
    }
  }
}
