import { Aws } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { HttpCodeTarget } from "aws-cdk-lib/aws-elasticloadbalancingv2";
import type { Construct } from "constructs";
import { tasksRunning, type Watched } from "./alarms.ts";
import { wayTo } from "./unique.ts";

/** Of the names of constructs, what a dashboard's may hold. */
const asName = (id: string): string => id.replace(/[^\w-]/g, "-");

/** One page: is it well, is it fast, is it large enough. */
export function draw(scope: Construct, { service, balancer, figures }: Watched): void {
  const graph = (title: string, ...left: readonly cloudwatch.IMetric[]): cloudwatch.GraphWidget =>
    new cloudwatch.GraphWidget({ title, left: [...left], width: 8, height: 6 });
  new cloudwatch.Dashboard(scope, "Dashboard", {
    dashboardName: [Aws.STACK_NAME, ...wayTo(scope).map(asName), Aws.REGION].join("-"),
    widgets: [
      [
        graph("Tasks", tasksRunning(service)),
        graph("CPU and memory, %", service.metricCpuUtilization(), service.metricMemoryUtilization()),
        graph(
          "Renderers busy, %",
          figures("WorkersUtilization", "Average"),
          figures("WorkersUtilization", "Maximum"),
        ),
      ],
      [
        graph("Waiting", figures("QueueLength", "Average"), figures("QueueLength", "Maximum")),
        graph("Refused", figures("Refused", "Sum")),
        graph("Found in the cache", figures("HitRatio", "Average")),
      ],
      ...(balancer
        ? [
            [
              graph("Requests", balancer.targets.metrics.requestCount()),
              graph(
                "Seconds",
                balancer.targets.metrics.targetResponseTime({ statistic: "p50" }),
                balancer.targets.metrics.targetResponseTime({ statistic: "p99" }),
              ),
              graph(
                "Errors",
                balancer.targets.metrics.httpCodeTarget(HttpCodeTarget.TARGET_4XX_COUNT),
                balancer.targets.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT),
              ),
            ],
          ]
        : [[graph("Requests", figures("Requests", "Sum"))]]),
    ],
  });
}
