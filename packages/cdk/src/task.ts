import { Aws, Duration, RemovalPolicy } from "aws-cdk-lib";
import { Platform } from "aws-cdk-lib/aws-ecr-assets";
import * as ecr from "aws-cdk-lib/aws-ecr";
import * as ecs from "aws-cdk-lib/aws-ecs";
import * as iam from "aws-cdk-lib/aws-iam";
import * as logs from "aws-cdk-lib/aws-logs";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { ecrOf, HEALTH_COMMAND, USER } from "./image.ts";
import type { Plan } from "./plan.ts";

/** What a task is given beyond what was planned. */
export interface Given {
  readonly keys: ISecret | undefined;
  /** What the server may do, on top of what ECS needs to start it. */
  readonly statements: readonly iam.PolicyStatement[];
  /** Settings whose values CloudFormation knows. */
  readonly settings: Readonly<Record<string, string>>;
}

/** One server in a container: read-only, nobody's user, a folder of its own to write in. */
export function taskOf(scope: Construct, plan: Plan, given: Given) {
  const logGroup = new logs.LogGroup(scope, "Log", {
    retention: logs.RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const task = new ecs.FargateTaskDefinition(scope, "Task", {
    cpu: plan.cpu,
    memoryLimitMiB: plan.memory,
    runtimePlatform: {
      cpuArchitecture: ecs.CpuArchitecture.ARM64,
      operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
    },
    volumes: [{ name: "tmp" }],
  });
  for (const statement of given.statements) task.addToTaskRolePolicy(statement);
  const container = task.addContainer("server", {
    image: imageOf(scope, plan),
    environment: { ...plan.settings, AWS_REGION: Aws.REGION, ...given.settings },
    secrets: { ...keySecrets(given.keys), ...otherSecrets(scope, plan) },
    readonlyRootFilesystem: true,
    user: USER,
    linuxParameters: new ecs.LinuxParameters(scope, "Linux", { initProcessEnabled: true }),
    stopTimeout: Duration.seconds(plan.drain.stopTimeout),
    healthCheck: {
      command: HEALTH_COMMAND,
      interval: Duration.seconds(10),
      timeout: Duration.seconds(5),
      retries: 3,
      startPeriod: Duration.seconds(30),
    },
    // A log that cannot be written is no reason to hold a picture back.
    logging: ecs.LogDrivers.awsLogs({
      logGroup,
      streamPrefix: "images",
      mode: ecs.AwsLogDriverMode.NON_BLOCKING,
    }),
    portMappings: [{ containerPort: plan.port }],
  });
  container.addMountPoints({ containerPath: "/tmp", sourceVolume: "tmp", readOnly: false });
  return { task, container, logGroup };
}

const keySecrets = (keys: ISecret | undefined): Readonly<Record<string, ecs.Secret>> =>
  keys
    ? {
        IMGPROXY_KEY: ecs.Secret.fromSecretsManager(keys, "key"),
        IMGPROXY_SALT: ecs.Secret.fromSecretsManager(keys, "salt"),
      }
    : {};

function otherSecrets(scope: Construct, { secretSettings }: Plan): Readonly<Record<string, ecs.Secret>> {
  return Object.fromEntries(
    Object.entries(secretSettings).map(([name, { secretArn, field }]) => [
      name,
      ecs.Secret.fromSecretsManager(Secret.fromSecretCompleteArn(scope, `Secret-${name}`, secretArn), field),
    ]),
  );
}

function imageOf(scope: Construct, { image }: Plan): ecs.ContainerImage {
  if (typeof image !== "string")
    return ecs.ContainerImage.fromAsset(image.directory, { platform: Platform.LINUX_ARM64 });
  const found = ecrOf(image);
  if (!found) return ecs.ContainerImage.fromRegistry(image);
  const home = ecr.Repository.fromRepositoryAttributes(scope, "Repository", {
    repositoryArn: found.arn,
    repositoryName: found.repository,
  });
  return ecs.ContainerImage.fromEcrRepository(home, found.version);
}
