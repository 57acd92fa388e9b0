import { Duration } from "aws-cdk-lib";
import { AdjustmentType } from "aws-cdk-lib/aws-applicationautoscaling";
import type { FargateService } from "aws-cdk-lib/aws-ecs";
import type { Balancer } from "./balancer.ts";
import type { Plan } from "./plan.ts";
import type { Figures } from "./stats.ts";

/** Out quickly, because a picture is waited for; in slowly, because a task takes a minute to come back. */
const COOLDOWN = { scaleOutCooldown: Duration.seconds(30), scaleInCooldown: Duration.seconds(300) } as const;

/** Pictures that wait in a task's line, on average, from which the number of tasks grows at once. */
const WAITING = { some: 4, many: 16 } as const;

/** As many tasks as CPU, requests, busy renderers and the waiting line ask for. */
export function scale(
  service: FargateService,
  { tasks, scaling }: Plan,
  { balancer, figures }: { readonly balancer: Balancer | undefined; readonly figures: Figures },
): void {
  const target = service.autoScaleTaskCount({ minCapacity: tasks.min, maxCapacity: tasks.max });
  target.scaleOnCpuUtilization("Cpu", { targetUtilizationPercent: scaling.cpu, ...COOLDOWN });
  if (balancer)
    target.scaleOnRequestCount("Requests", {
      requestsPerTarget: scaling.requests,
      targetGroup: balancer.targets,
      ...COOLDOWN,
    });
  target.scaleToTrackCustomMetric("Workers", {
    metric: figures("WorkersUtilization", "Average"),
    targetValue: scaling.workers,
    ...COOLDOWN,
  });
  target.scaleOnMetric("Queue", {
    metric: figures("QueueLength", "Average"),
    adjustmentType: AdjustmentType.PERCENT_CHANGE_IN_CAPACITY,
    cooldown: Duration.seconds(60),
    minAdjustmentMagnitude: 1,
    scalingSteps: [
      { lower: 0, change: 0 },
      { lower: WAITING.some, change: 25 },
      { lower: WAITING.many, change: 100 },
    ],
  });
}
