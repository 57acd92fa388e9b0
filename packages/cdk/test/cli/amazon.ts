/** A stand-in for AWS on this machine: what the real SDK's clients ask over HTTP, kept in memory. It is AWS, and nothing of ours. */
import dns from "node:dns";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { after, before } from "node:test";

/** One call as it came. */
export interface Called {
  /** `PutSecretValue`, `PutKey`, … */
  readonly action: string;
  readonly authorization: string;
  readonly body: string;
}

export interface Deployment {
  readonly id: string;
  readonly createdAt: number;
  rolloutState: "IN_PROGRESS" | "COMPLETED" | "FAILED";
}

export const ARN = {
  secret: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:Keys-AbCdEf",
  store: "arn:aws:cloudfront::111122223333:key-value-store/8d3b7f6a-1111-2222-3333-444455556666",
} as const;

const seconds = (): number => Date.now() / 1000;

const json = (response: ServerResponse, status: number, body: unknown, headers = {}): void =>
  void response
    .writeHead(status, { "content-type": "application/x-amz-json-1.1", ...headers })
    .end(JSON.stringify(body));

const xml = (response: ServerResponse, status: number, body: string, headers = {}): void =>
  void response
    .writeHead(status, { "content-type": "text/xml", ...headers })
    .end(`<?xml version="1.0"?>${body}`);

export class Amazon {
  readonly calls: Called[] = [];
  outputs: Record<string, string> = {};
  secret = { text: "", writtenAt: seconds() - 1000 };
  store: { value: string | undefined; etag: number } = { value: undefined, etag: 1 };
  deployments: Deployment[] = [{ id: "ecs-svc/0", createdAt: seconds() - 500, rolloutState: "COMPLETED" }];
  /** How a new deployment ends, after it was looked at twice. */
  end: "COMPLETED" | "FAILED" = "COMPLETED";
  /** Looks until an invalidation is over. */
  looks = 2;
  /** ComputeUtilization of the function. */
  utilisation = "31";
  /** Called when an invalidation begins. */
  onInvalidation: (items: readonly string[]) => void = () => undefined;
  /** Actions that are answered with 403. */
  readonly denied = new Set<string>();
  url = "";

  count(action: string): number {
    return this.calls.filter((call) => call.action === action).length;
  }

  async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(incoming);
    const action = actionOf(incoming, body);
    const authorization = incoming.headers.authorization ?? "";
    this.calls.push({ action, authorization, body });
    if (this.denied.has(action)) {
      const words = `not authorized to perform ${action}`;
      if (incoming.headers["x-amz-target"] !== undefined || action.includes("Key"))
        json(
          response,
          403,
          { __type: "AccessDeniedException", message: words },
          { "x-amzn-errortype": "AccessDeniedException" },
        );
      else
        xml(
          response,
          403,
          `<ErrorResponse><Error><Code>AccessDenied</Code><Message>${words}</Message></Error></ErrorResponse>`,
        );
      return;
    }
    const handler = this.#handlers[action];
    if (handler) handler({ body, path: incoming.url ?? "", match: incoming.headers["if-match"] }, response);
    else json(response, 400, { __type: "UnknownOperationException", message: action });
  }

  readonly #handlers: Readonly<
    Record<
      string,
      (asked: { body: string; path: string; match: string | undefined }, response: ServerResponse) => void
    >
  > = {
    DescribeStacks: ({ body }, response) => {
      if (new URLSearchParams(body).get("StackName") !== "images") {
        xml(
          response,
          400,
          "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id nowhere does not exist</Message></Error></ErrorResponse>",
        );
        return;
      }
      const members = Object.entries(this.outputs).map(
        ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
      );
      xml(
        response,
        200,
        `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member><StackName>images</StackName><CreationTime>2026-11-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join("")}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
      );
    },
    GetSecretValue: (_, response) =>
      json(response, 200, {
        ARN: ARN.secret,
        SecretString: this.secret.text,
        CreatedDate: this.secret.writtenAt,
      }),
    PutSecretValue: ({ body }, response) => {
      const { SecretString } = JSON.parse(body) as { SecretString: string };
      this.secret = { text: SecretString, writtenAt: seconds() };
      json(response, 200, { ARN: ARN.secret });
    },
    UpdateService: (_, response) => {
      const made: Deployment = {
        id: `ecs-svc/${this.calls.length}`,
        createdAt: seconds(),
        rolloutState: "IN_PROGRESS",
      };
      this.deployments = [made, ...this.deployments];
      json(response, 200, { service: { deployments: this.#described() } });
    },
    DescribeServices: (_, response) => {
      json(response, 200, { services: [{ deployments: this.#described() }], failures: [] });
      const [newest] = this.deployments;
      if (newest?.rolloutState === "IN_PROGRESS" && this.count("DescribeServices") % 2 === 0) {
        newest.rolloutState = this.end;
        if (this.end === "COMPLETED") this.deployments = [newest];
      }
    },
    DescribeKeyValueStore: (_, response) =>
      json(
        response,
        200,
        { ItemCount: 1, TotalSizeInBytes: 10, KvsARN: ARN.store, Created: seconds() },
        { etag: String(this.store.etag) },
      ),
    GetKey: (_, response) => {
      if (this.store.value === undefined)
        json(
          response,
          404,
          { Message: "Key not found" },
          { "x-amzn-errortype": "ResourceNotFoundException" },
        );
      else json(response, 200, { Key: "keys", Value: this.store.value, ItemCount: 1, TotalSizeInBytes: 10 });
    },
    PutKey: ({ body, match }, response) => {
      if (match !== String(this.store.etag)) {
        json(response, 409, { Message: "etag" }, { "x-amzn-errortype": "ConflictException" });
        return;
      }
      const { Value } = JSON.parse(body) as { Value: string };
      this.store = { value: Value, etag: this.store.etag + 1 };
      json(response, 200, { ItemCount: 1, TotalSizeInBytes: 10 }, { etag: String(this.store.etag) });
    },
    CreateInvalidation: ({ body }, response) => {
      this.onInvalidation([...body.matchAll(/<Path>([^<]*)</g)].map(([, item = ""]) => item));
      xml(response, 201, invalidation("InProgress"));
    },
    GetInvalidation: (_, response) =>
      xml(
        response,
        200,
        invalidation(this.count("GetInvalidation") >= this.looks ? "Completed" : "InProgress"),
      ),
    GetDistributionConfig: (_, response) =>
      xml(
        response,
        200,
        "<DistributionConfig><DefaultCacheBehavior><FunctionAssociations><Quantity>1</Quantity><Items><FunctionAssociation><FunctionARN>arn:aws:cloudfront::111122223333:function/Edge</FunctionARN><EventType>viewer-request</EventType></FunctionAssociation></Items></FunctionAssociations></DefaultCacheBehavior></DistributionConfig>",
        { etag: "E1" },
      ),
    DescribeFunction: (_, response) =>
      xml(response, 200, "<FunctionSummary><Name>Edge</Name></FunctionSummary>", { etag: "F1" }),
    TestFunction: ({ match }, response) =>
      xml(
        response,
        match === "F1" ? 200 : 412,
        `<TestResult><ComputeUtilization>${this.utilisation}</ComputeUtilization></TestResult>`,
      ),
  };

  #described(): readonly unknown[] {
    return this.deployments.map((deployment, i) => ({
      ...deployment,
      status: i === 0 ? "PRIMARY" : "ACTIVE",
      desiredCount: 2,
      runningCount: deployment.rolloutState === "COMPLETED" ? 2 : 1,
      rolloutStateReason: deployment.rolloutState === "FAILED" ? "tasks failed to start" : "",
    }));
  }
}

const invalidation = (status: string): string =>
  `<Invalidation><Id>I1</Id><Status>${status}</Status><CreateTime>2026-11-01T00:00:00Z</CreateTime><InvalidationBatch><Paths><Quantity>0</Quantity></Paths><CallerReference>r</CallerReference></InvalidationBatch></Invalidation>`;

/** Actions of CloudFront's, whose API has paths rather than names. */
const REST: readonly (readonly [method: string, path: RegExp, action: string])[] = [
  ["GET", /^\/key-value-stores\/[^/]+\/keys\//, "GetKey"],
  ["PUT", /^\/key-value-stores\/[^/]+\/keys\//, "PutKey"],
  ["GET", /^\/key-value-stores\/[^/]+$/, "DescribeKeyValueStore"],
  ["POST", /\/distribution\/[^/]+\/invalidation/, "CreateInvalidation"],
  ["GET", /\/distribution\/[^/]+\/invalidation\//, "GetInvalidation"],
  ["GET", /\/distribution\/[^/]+\/config/, "GetDistributionConfig"],
  ["GET", /\/function\/[^/]+\/describe/, "DescribeFunction"],
  ["POST", /\/function\/[^/]+\/test/, "TestFunction"],
];

function actionOf({ method, url = "", headers }: IncomingMessage, body: string): string {
  const target = headers["x-amz-target"];
  if (typeof target === "string") return target.split(".").at(-1) ?? "";
  const [path = ""] = url.split("?");
  const rest = REST.find(([verb, pattern]) => verb === method && pattern.test(path));
  return rest?.[2] ?? new URLSearchParams(body).get("Action") ?? `${method ?? ""} ${path}`;
}

/** The client of KeyValueStore puts the account's number in front of the host, and not every system knows hosts below `localhost`. */
function answerForSubdomains(): void {
  const lookup = dns.lookup.bind(dns);
  const lookUp = (host: string, ...rest: unknown[]): void => {
    Reflect.apply(lookup, dns, [host.endsWith(".localhost") ? "127.0.0.1" : host, ...rest]);
  };
  Object.assign(dns, { lookup: lookUp });
}

/** One for the tests of the file, which the SDK in this process asks. */
export function useAmazon(): Amazon {
  const amazon = new Amazon();
  const server = createServer((incoming, response) => void amazon.answer(incoming, response));
  before(async () => {
    answerForSubdomains();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    amazon.url = `http://localhost:${(server.address() as AddressInfo).port}`;
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: amazon.url,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_MAX_ATTEMPTS: "1",
    });
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return amazon;
}

/** All outputs that a stack with a verifying edge has. */
export const OUTPUTS_OF_ALL: Readonly<Record<string, string>> = {
  SecretArn: ARN.secret,
  ClusterName: "cluster",
  ServiceName: "service",
  KeyValueStoreArn: ARN.store,
  DistributionId: "EDFDVBD6EXAMPLE",
};
