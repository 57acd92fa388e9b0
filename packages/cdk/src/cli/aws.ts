/** What commands ask AWS. Clients find region, credentials and endpoints where all of AWS's tools do. */
import { OUTPUTS, type OutputName } from "../outputs.ts";
import { UsageError } from "./command.ts";

/** What a stack says of itself. */
export interface StackOutputs {
  readonly stack: string;
  get(name: OutputName): string | undefined;
  /** Throws a sentence where the stack has no such output. */
  need(name: OutputName): string;
}

/** CloudFront is one service for the whole world, and asked in this region. */
export const EDGE_REGION = "us-east-1";

/** Reads a stack's outputs, in the region that all of AWS's tools take or in another one. Rejects where there is no such stack. */
export async function readOutputs(stack: string, region?: string): Promise<StackOutputs> {
  const { CloudFormationClient, DescribeStacksCommand } = await import("@aws-sdk/client-cloudformation");
  const client = new CloudFormationClient(region === undefined ? {} : { region });
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
  return outputsOf(stack, Stacks[0]?.Outputs ?? []);
}

/** By the names of the table; a stack that holds more than the image server may have put something in front. */
export function outputsOf(
  stack: string,
  outputs: readonly { readonly OutputKey?: string | undefined; readonly OutputValue?: string | undefined }[],
): StackOutputs {
  const get = (name: OutputName): string | undefined => {
    const exact = outputs.filter(({ OutputKey }) => OutputKey === name);
    const fitting =
      exact.length > 0 ? exact : outputs.filter(({ OutputKey = "" }) => OutputKey.endsWith(name));
    if (fitting.length > 1)
      throw new Error(
        `expected one output ${name} of the stack ${stack}, got ${fitting.map(({ OutputKey }) => OutputKey).join(" and ")}`,
      );
    return fitting[0]?.OutputValue;
  };
  return {
    stack,
    get,
    need: (name) => {
      const value = get(name);
      if (value !== undefined) return value;
      throw new Error(`expected an output ${name} of the stack ${stack} (${OUTPUTS[name]}), got none`);
    },
  };
}

/** Whether an error of the SDK bears a name. */
export const isCalled = (error: unknown, ...names: readonly string[]): boolean =>
  error instanceof Error && names.includes(error.name);

/** An error in words for who sits at the terminal. */
export function sentenceOf(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (!(error instanceof Error)) return String(error);
  if (isCalled(error, "CredentialsProviderError", "TokenProviderError"))
    return `expected credentials of AWS, got none (${error.message}): set AWS_PROFILE or run \`aws login\``;
  if (isCalled(error, "ExpiredToken", "ExpiredTokenException"))
    return "expected credentials of AWS that hold, got expired ones: sign in again";
  if (error.message === "Region is missing") return "expected a region, got none: set AWS_REGION";
  if (!("$metadata" in error)) return error.message;
  const { httpStatusCode } = error.$metadata as { readonly httpStatusCode?: number };
  if (httpStatusCode === undefined) return `expected an answer of AWS, got none: ${error.message}`;
  return `expected AWS to do it, got ${httpStatusCode} ${error.name}: ${error.message}`;
}
