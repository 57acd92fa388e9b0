import { Aws } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as sns from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";

/** The topic that alarms go to, and an address that hears of it where one is given. */
export function topicOf(scope: Construct, email: string | undefined): sns.Topic {
  const topic = new sns.Topic(scope, "Alarms", { enforceSSL: true });
  // A policy of its own, which enforcing TLS makes, takes the place of the one by which an account's alarms may publish.
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: "Alarms",
      principals: [new iam.ServicePrincipal("cloudwatch.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } },
    }),
  );
  if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
  return topic;
}
