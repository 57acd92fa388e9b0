import { existsSync } from "node:fs";
import { join } from "node:path";
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { Distribution } from "aws-cdk-lib/aws-cloudfront";
import * as origins from "aws-cdk-lib/aws-cloudfront-origins";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as logs from "aws-cdk-lib/aws-logs";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { distributionOf, shieldFor } from "./cdn.ts";
import { edgeOf } from "./edge.ts";
import { keysOf } from "./keys.ts";
import { acknowledge } from "./nag.ts";
import type { OutputName } from "./outputs.ts";
import { planOf } from "./plan.ts";
import { DeploymentError, shown } from "./problem.ts";
import type { CdnProps, ImageServerProps } from "./props.ts";
import { resultsOf, resultStatements, sourceStatements } from "./storage.ts";

export interface ImageFunctionProps extends Pick<
  ImageServerProps,
  "settings" | "keys" | "allowedSources" | "buckets" | "results" | "protect"
> {
  /** The folder that is the function: `handler.mjs` of this package and `node_modules` with `tintype`, for linux and arm64. */
  readonly bundle: string;
  readonly cdn?: CdnProps;
  /** In MiB; CPU comes with it, one vCPU for 1769. */
  readonly memory?: number;
  /** Pictures at a time; each is a function of its own. Without it, as many as the account has. */
  readonly concurrency?: number;
}

const HANDLER = "handler.mjs";
/** One vCPU and a little; a picture of 50 megapixels fits. */
const MEMORY = 2048;
/** Seconds on top of the server's own deadline, in which it starts. */
const START_SECONDS = 15;

/**
 * Tintype as a function of Lambda's behind CloudFront, for sites with few pictures or none at night: nothing runs while
 * nobody asks. Edge, keys and buckets are those of `ImageServer`. Throws a DeploymentError as that does.
 */
export class ImageFunction extends Construct {
  readonly keys: ISecret | undefined;
  readonly function: lambda.Function;
  readonly distribution: Distribution;
  readonly outputs: Readonly<Partial<Record<OutputName, string>>>;

  constructor(scope: Construct, id: string, props: ImageFunctionProps) {
    super(scope, id);
    const { bundle, memory = MEMORY, concurrency, settings, ...shared } = props;
    if (!existsSync(join(bundle, HANDLER)) || !existsSync(join(bundle, "node_modules", "tintype")))
      throw new DeploymentError([
        `bundle: expected a folder with ${HANDLER} and node_modules/tintype, got ${shown(bundle)}`,
      ]);
    const plan = planOf({
      ...shared,
      settings: { TINTYPE_HTTP_TRUST_FORWARDED: "127.0.0.1", ...settings },
    });
    this.keys = keysOf(this, plan);
    const results = resultsOf(this, plan);
    this.function = new lambda.Function(this, "Function", {
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: "handler.handler",
      code: lambda.Code.fromAsset(bundle),
      memorySize: memory,
      timeout: Duration.seconds(plan.server.http.timeout + START_SECONDS),
      ...(concurrency !== undefined && { reservedConcurrentExecutions: concurrency }),
      logGroup: new logs.LogGroup(this, "Log", {
        retention: logs.RetentionDays.ONE_MONTH,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      environment: {
        ...plan.settings,
        ...(results && { TINTYPE_CACHE_S3_BUCKET: results.bucketName }),
        ...(this.keys && { KEYS_SECRET_ARN: this.keys.secretArn }),
      },
    });
    const statements = [
      ...(plan.buckets.length > 0 ? sourceStatements(plan.buckets) : []),
      ...(results ? resultStatements(results) : []),
    ];
    for (const statement of statements) this.function.addToRolePolicy(statement);
    this.keys?.grantRead(this.function);
    const url = this.function.addFunctionUrl({
      authType: lambda.FunctionUrlAuthType.AWS_IAM,
      invokeMode: lambda.InvokeMode.RESPONSE_STREAM,
    });
    const { verify = false, resign = false } = plan.cdn;
    const shield = shieldFor(this, plan.cdn);
    const edge = edgeOf(this, plan.server, { verify, resign });
    this.distribution = distributionOf(this, plan.cdn, {
      origin: origins.FunctionUrlOrigin.withOriginAccessControl(url, {
        readTimeout: Duration.seconds(plan.server.http.timeout + START_SECONDS),
        ...(shield === undefined ? { originShieldEnabled: false } : { originShieldRegion: shield }),
      }),
      edge,
      logs: undefined,
    });
    this.outputs = {
      Url: `https://${plan.cdn.hostNames?.[0] ?? this.distribution.distributionDomainName}${plan.server.http.pathPrefix}`,
      DistributionId: this.distribution.distributionId,
      ...(this.keys && { SecretArn: this.keys.secretArn }),
      ...(edge.store && { KeyValueStoreArn: edge.store.keyValueStoreArn }),
      ...(results && { ResultsBucket: results.bucketName }),
    };
    acknowledge(this, plan, statements);
  }
}
