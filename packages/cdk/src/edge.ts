import * as cloudfront from "aws-cdk-lib/aws-cloudfront";
import type { Construct } from "constructs";
import { edgeFunction, MAX_FUNCTION_BYTES, type Config } from "tintype/deploy";
import { DeploymentError } from "./problem.ts";
import { unique } from "./unique.ts";

/** What runs at the edge, and where its keys lie where it verifies. */
export interface Edge {
  readonly handler: cloudfront.Function;
  readonly store: cloudfront.KeyValueStore | undefined;
}

/** The function without what only its readers need: comments and indentation. */
export const compact = (code: string): string =>
  code
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("//"))
    .join("\n");

/** CloudFront's name of a store is a UUID. */
const STORE_ID_LENGTH = 36;

/** Generated from the settings of the very server behind it, so that both know the same formats. */
export function edgeOf(
  scope: Construct,
  server: Config,
  { verify, resign }: { readonly verify: boolean; readonly resign: boolean },
): Edge {
  const store = verify
    ? new cloudfront.KeyValueStore(scope, "EdgeKeys", {
        keyValueStoreName: unique(scope, "keys"),
        comment: "Keys of signatures, under the name keys",
      })
    : undefined;
  const codeFor = (id: string): string => compact(edgeFunction(server, { verify, resign, store: id }));
  const bytes = Buffer.byteLength(codeFor("0".repeat(STORE_ID_LENGTH)));
  if (bytes > MAX_FUNCTION_BYTES)
    throw new DeploymentError([
      `settings: expected an edge function of ${MAX_FUNCTION_BYTES} bytes at most, got ${bytes}: shorten TINTYPE_GUARD_TRUSTED_SIGNATURES`,
    ]);
  const handler = new cloudfront.Function(scope, "Edge", {
    functionName: unique(scope, "edge"),
    runtime: cloudfront.FunctionRuntime.JS_2_0,
    code: cloudfront.FunctionCode.fromInline(codeFor(store?.keyValueStoreId ?? "")),
    comment: "Sorts browsers into classes, drops the query, hides what is no picture",
    ...(store && { keyValueStore: store }),
  });
  return { handler, store };
}
