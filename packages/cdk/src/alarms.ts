import { Duration } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { FargateService } from "aws-cdk-lib/aws-ecs";
import * as elb from "aws-cdk-lib/aws-elasticloadbalancingv2";
import * as events from "aws-cdk-lib/aws-events";
import { SnsTopic } from "aws-cdk-lib/aws-events-targets";
import type { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { Balancer } from "./balancer.ts";
import type { Plan } from "./plan.ts";
import type { Figures } from "./stats.ts";
import { topicOf } from "./topic.ts";

export interface Watched {
  readonly service: FargateService;
  readonly balancer: Balancer | undefined;
  readonly figures: Figures;
}

interface Alarm {
  /** What is wrong and what to do, as whoever is woken reads it. */
  readonly says: string;
  readonly metric: cloudwatch.IMetric;
  readonly threshold: number;
  /** Minutes in a row. */
  readonly minutes: number;
}

const MINUTE = Duration.minutes(1);

/** A task reports its CPU once a minute, so the reports count the tasks, without the price of Container Insights. */
export const tasksRunning = (service: FargateService): cloudwatch.Metric =>
  service.metricCpuUtilization({ statistic: "SampleCount", period: MINUTE });

function alarmsOf({ tasks }: Plan, { service, balancer, figures }: Watched): Readonly<Record<string, Alarm>> {
  const { HttpCodeTarget } = elb;
  return {
    Cpu: {
      says: "Tasks have been busy for a quarter of an hour and no others are added: raise tasks.max, or find out who asks so much.",
      metric: service.metricCpuUtilization({ period: MINUTE }),
      threshold: 90,
      minutes: 15,
    },
    Memory: {
      says: "Tasks are short of memory and will be killed: give them more, or lower TINTYPE_SOURCE_MAX_SRC_FILE_SIZE.",
      metric: service.metricMemoryUtilization({ period: MINUTE, statistic: "Maximum" }),
      threshold: 90,
      minutes: 5,
    },
    // Where the number is fixed it is always reached.
    ...(tasks.max > tasks.min && {
      AtMost: {
        says: "As many tasks run as may: raise tasks.max, or find out who asks so much.",
        metric: tasksRunning(service),
        threshold: tasks.max,
        minutes: 10,
      },
    }),
    Refused: {
      says: "Pictures are refused with 429 because the line is full: tasks are added more slowly than requests.",
      metric: figures("Refused", "Sum"),
      threshold: 50,
      minutes: 3,
    },
    Queue: {
      says: "Pictures wait for a renderer in every task.",
      metric: figures("QueueLength", "Average"),
      threshold: 16,
      minutes: 5,
    },
    ...(balancer && {
      Unhealthy: {
        says: "The load balancer finds tasks that are not ready.",
        metric: balancer.targets.metrics.unhealthyHostCount({ period: MINUTE, statistic: "Maximum" }),
        threshold: 1,
        minutes: 5,
      },
      Errors: {
        says: "The server answers with errors of its own: its log has each with a stack.",
        metric: balancer.targets.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period: MINUTE }),
        threshold: 20,
        minutes: 5,
      },
      Slow: {
        says: "One picture of a hundred takes more than five seconds to make.",
        metric: balancer.targets.metrics.targetResponseTime({ period: MINUTE, statistic: "p99" }),
        threshold: 5,
        minutes: 10,
      },
    }),
  };
}

/** Has somebody told of what is wrong. Answers with the topic that alarms go to. */
export function watch(scope: Construct, plan: Plan, watched: Watched): Topic | undefined {
  if (!plan.alarms) return undefined;
  const topic = topicOf(scope, plan.alarms.email);
  for (const [name, { says, metric, threshold, minutes }] of Object.entries(alarmsOf(plan, watched))) {
    const alarm = new cloudwatch.Alarm(scope, `Alarm${name}`, {
      alarmDescription: says,
      metric,
      threshold,
      evaluationPeriods: minutes,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(topic));
  }
  // A deployment that fails is no metric but an event.
  new events.Rule(scope, "DeploymentFailed", {
    description: "A deployment was given up and the tasks before it are back",
    eventPattern: {
      source: ["aws.ecs"],
      detailType: ["ECS Deployment State Change"],
      detail: { eventName: ["SERVICE_DEPLOYMENT_FAILED"] },
      resources: [watched.service.serviceArn],
    },
    targets: [new SnsTopic(topic)],
  });
  return topic;
}
