/** Where pairs lie and who has to learn of them: the secret, the edge's store, the tasks. */
import { setTimeout as sleep } from "node:timers/promises";
import { EDGE_REGION, isCalled, type StackOutputs } from "./aws.ts";

export interface SecretText {
  readonly text: string;
  /** When this version of it was written. */
  readonly writtenAt: Date;
}

export interface Places {
  readSecret(): Promise<SecretText>;
  writeSecret(text: string): Promise<void>;
  /** Undefined where the edge has no store; `value` undefined where the store has no keys yet. */
  readStore(): Promise<{ readonly value: string | undefined } | undefined>;
  writeStore(value: string): Promise<void>;
  /** Whether every task that serves was started after `moment`. */
  tasksKnow(moment: Date): Promise<boolean>;
  /** Starts all tasks anew and waits until they serve; undefined where the servers are no tasks of ECS, such as functions. */
  readonly restartTasks: ((say: (line: string) => void) => Promise<void>) | undefined;
}

/** The name that the edge's function looks its keys up by. */
const STORE_KEY = "keys";
const MOST_WAIT_MS = 30 * 60_000;

/** The places of a stack; `pollMs` lies between two looks at a deployment. */
export async function placesOf(outputs: StackOutputs, pollMs = 5000): Promise<Places> {
  const [secret, store, tasks] = await Promise.all([
    secretOf(outputs.need("SecretArn")),
    storeOf(outputs.get("KeyValueStoreArn")),
    tasksOf(outputs.get("ClusterName"), outputs.get("ServiceName"), pollMs),
  ]);
  return { ...secret, ...store, ...tasks };
}

async function secretOf(arn: string): Promise<Pick<Places, "readSecret" | "writeSecret">> {
  const { SecretsManagerClient, GetSecretValueCommand, PutSecretValueCommand } =
    await import("@aws-sdk/client-secrets-manager");
  const client = new SecretsManagerClient({});
  return {
    readSecret: async () => {
      const { SecretString, CreatedDate } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
      return { text: SecretString ?? "", writtenAt: CreatedDate ?? new Date(0) };
    },
    writeSecret: async (text) => {
      await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: text }));
    },
  };
}

async function storeOf(arn: string | undefined): Promise<Pick<Places, "readStore" | "writeStore">> {
  if (arn === undefined)
    return { readStore: () => Promise.resolve(undefined), writeStore: () => Promise.resolve() };
  // The store's API takes no other signature, and the client finds this one only where it was loaded.
  await import("@aws-sdk/signature-v4a");
  const { CloudFrontKeyValueStoreClient, DescribeKeyValueStoreCommand, GetKeyCommand, PutKeyCommand } =
    await import("@aws-sdk/client-cloudfront-keyvaluestore");
  const client = new CloudFrontKeyValueStoreClient({ region: EDGE_REGION });
  return {
    readStore: async () => {
      try {
        const { Value } = await client.send(new GetKeyCommand({ KvsARN: arn, Key: STORE_KEY }));
        return { value: Value };
      } catch (error) {
        if (isCalled(error, "ResourceNotFoundException")) return { value: undefined };
        throw error;
      }
    },
    writeStore: async (value) => {
      const { ETag } = await client.send(new DescribeKeyValueStoreCommand({ KvsARN: arn }));
      await client.send(new PutKeyCommand({ KvsARN: arn, Key: STORE_KEY, Value: value, IfMatch: ETag }));
    },
  };
}

async function tasksOf(
  cluster: string | undefined,
  service: string | undefined,
  pollMs: number,
): Promise<Pick<Places, "tasksKnow" | "restartTasks">> {
  if (cluster === undefined || service === undefined)
    return { tasksKnow: () => Promise.resolve(true), restartTasks: undefined };
  const { ECSClient, DescribeServicesCommand, UpdateServiceCommand } = await import("@aws-sdk/client-ecs");
  const client = new ECSClient({});
  const look = async () => {
    const { services = [] } = await client.send(
      new DescribeServicesCommand({ cluster, services: [service] }),
    );
    return services[0]?.deployments ?? [];
  };
  return {
    tasksKnow: async (moment) => {
      const serving = await look();
      const isNewer = ({ createdAt }: { createdAt?: Date | undefined }): boolean =>
        createdAt !== undefined && createdAt >= moment;
      return serving.length > 0 && serving.every(isNewer) && serving[0]?.rolloutState === "COMPLETED";
    },
    restartTasks: async (say) => {
      const started = await client.send(
        new UpdateServiceCommand({ cluster, service, forceNewDeployment: true }),
      );
      const id = started.service?.deployments?.find(({ status }) => status === "PRIMARY")?.id;
      let said = "";
      const end = Date.now() + MOST_WAIT_MS;
      while (Date.now() < end) {
        const ours = (await look()).find((deployment) => deployment.id === id);
        if (ours === undefined)
          throw new Error(`expected the deployment ${id ?? ""} to end, got another one in its place`);
        const { rolloutState, rolloutStateReason = "", runningCount = 0, desiredCount = 0 } = ours;
        if (rolloutState === "COMPLETED") return;
        if (rolloutState === "FAILED")
          throw new Error(`expected new tasks to serve, got a failed deployment: ${rolloutStateReason}`);
        const now = `  ${runningCount} of ${desiredCount} new tasks run`;
        if (now !== said) say(now);
        said = now;
        await sleep(pollMs);
      }
      throw new Error(
        "expected new tasks to serve within 30 minutes, got none: look at the service's events",
      );
    },
  };
}
