import { Aws, Duration } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import * as logs from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { wayTo } from "./unique.ts";

/** The lines of the log that figures are read from: one of each task, every ten seconds. */
export const STATS_PATTERN = '{ $.msg = "stats" }';

/** THE TABLE of metrics that are read from those lines: by name, where each figure stands. No agent, no SDK, no permission. */
export const FIGURES = {
  WorkersUtilization: "$.workers_utilization",
  QueueLength: "$.queue.length",
  Refused: "$.refused",
  Requests: "$.requests",
  HitRatio: "$.hit_ratio",
} as const;

export type Figure = keyof typeof FIGURES;

/** Metrics of one image server. */
export type Figures = (
  figure: Figure,
  statistic: "Average" | "Maximum" | "Sum",
  period?: Duration,
) => cloudwatch.Metric;

/** Has CloudWatch read figures from the log. */
export function figuresOf(scope: Construct, logGroup: logs.ILogGroup): Figures {
  const namespace = ["Tintype", Aws.STACK_NAME, ...wayTo(scope)].join("/");
  for (const [name, place] of Object.entries(FIGURES))
    new logs.MetricFilter(scope, `Figure${name}`, {
      logGroup,
      filterPattern: logs.FilterPattern.literal(STATS_PATTERN),
      metricNamespace: namespace,
      metricName: name,
      metricValue: place,
    });
  return (metricName, statistic, period = Duration.minutes(1)) =>
    new cloudwatch.Metric({ namespace, metricName, statistic, period });
}
