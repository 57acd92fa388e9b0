import { randomUUID } from "node:crypto";
import { peer } from "../peer.ts";
import { DEFAULT_PATIENCE, type Edge, type Patience, tagOf } from "./edge.ts";
import { failure } from "./order.ts";

export interface CloudfrontSettings extends Patience {
  /** The distribution's identifier; its CacheTagConfig names the header that has the tags. */
  readonly distribution: string;
  /** Where the API is; Amazon's own by default. */
  readonly endpoint?: string;
}

/** CloudFront is one service for the whole world, and signed for this region. */
const REGION = "us-east-1";
/** One retry, which is the same invalidation by its reference. */
const MOST_ATTEMPTS = 2;

/**
 * Invalidates a distribution of CloudFront's by cache tag; by prefix, and of everything, all paths. Credentials come
 * from Amazon's usual chain and need `cloudfront:CreateInvalidation`.
 */
export function cloudfront({
  distribution,
  endpoint,
  patience = DEFAULT_PATIENCE,
}: CloudfrontSettings): Edge {
  const open = async () => {
    const name = "@aws-sdk/client-cloudfront";
    const { CloudFrontClient, CreateInvalidationCommand } = await peer(
      name,
      "purge CloudFront",
      () => import("@aws-sdk/client-cloudfront"),
    );
    const client = new CloudFrontClient({
      region: REGION,
      maxAttempts: MOST_ATTEMPTS,
      ...(endpoint !== undefined && { endpoint }),
    });
    return (item: string, abortSignal: AbortSignal) =>
      client.send(
        new CreateInvalidationCommand({
          DistributionId: distribution,
          InvalidationBatch: {
            CallerReference: `tintype-${randomUUID()}`,
            Paths: { Quantity: 1, Items: [item] },
          },
        }),
        { abortSignal },
      );
  };
  let opened: ReturnType<typeof open> | undefined;
  return {
    name: "cloudfront",
    purge: async (scope, signal) => {
      const invalidate = await (opened ??= open());
      const tag = tagOf(scope);
      const late = AbortSignal.timeout(patience);
      const either = AbortSignal.any([signal, late]);
      try {
        // Credentials are looked for without an eye on the signal.
        await Promise.race([invalidate(tag === undefined ? "/*" : `#${tag}`, either), aborted(either)]);
      } catch (error) {
        const cause: unknown = late.aborted ? late.reason : answerOf(error);
        throw failure({ to: "CloudFront", secret: "", patience }, cause, signal);
      }
    },
  };
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const leave = (): void => reject(signal.reason as Error);
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
  });

/** The SDK's error with the status and the name that its sentence leaves out. */
function answerOf(error: unknown): unknown {
  if (!(error instanceof Error) || !("$metadata" in error)) return error;
  const { httpStatusCode } = error.$metadata as { readonly httpStatusCode?: number };
  return new Error([httpStatusCode, error.name, error.message].filter(Boolean).join(" "));
}
