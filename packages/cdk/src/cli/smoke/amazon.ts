/** What only CloudFront itself can say of a deployment. */
import { EDGE_REGION } from "../aws.ts";
import { invalidatorOf } from "../invalidate.ts";
import { BROWSERS } from "./place.ts";

/** Makes CloudFront forget all with a tag; the invalidation is under way when this resolves. */
export async function purgeByTag(distribution: string): Promise<(tag: string) => Promise<void>> {
  const invalidator = await invalidatorOf(distribution);
  return async (tag) => {
    await invalidator.begin([`#${tag}`]);
  };
}

/** Has CloudFront try the live function on a target; resolves to its ComputeUtilization, 0 to 100. */
export async function utilisationOf(distribution: string): Promise<(target: string) => Promise<number>> {
  const { CloudFrontClient, GetDistributionConfigCommand, DescribeFunctionCommand, TestFunctionCommand } =
    await import("@aws-sdk/client-cloudfront");
  const client = new CloudFrontClient({ region: EDGE_REGION });
  return async (target) => {
    const { DistributionConfig } = await client.send(new GetDistributionConfigCommand({ Id: distribution }));
    const functions = DistributionConfig?.DefaultCacheBehavior?.FunctionAssociations?.Items ?? [];
    const arn = functions.find(({ EventType }) => EventType === "viewer-request")?.FunctionARN;
    const name = arn?.split("/").at(-1);
    if (name === undefined)
      throw new Error(`expected a function at the viewer requests of ${distribution}, got none`);
    const { ETag } = await client.send(new DescribeFunctionCommand({ Name: name, Stage: "LIVE" }));
    const { TestResult } = await client.send(
      new TestFunctionCommand({ Name: name, IfMatch: ETag, Stage: "LIVE", EventObject: eventOf(target) }),
    );
    const { FunctionErrorMessage: trouble, ComputeUtilization: share } = TestResult ?? {};
    if (trouble !== undefined && trouble !== "")
      throw new Error(`expected the function to answer, got its error: ${trouble}`);
    if (share === undefined || !/^\d+$/.test(share))
      throw new Error(`expected a ComputeUtilization, got ${share ?? "none"}`);
    return Number(share);
  };
}

/** The event that a browser's request becomes. */
const eventOf = (target: string): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      version: "1.0",
      context: { eventType: "viewer-request" },
      viewer: { ip: "198.51.100.7" },
      request: {
        method: "GET",
        uri: target,
        querystring: {},
        headers: { accept: { value: BROWSERS.chrome } },
        cookies: {},
      },
    }),
  );
