import flags from "aws-cdk-lib/recommended-feature-flags.json" with { type: "json" };

/** What `cdk init` would write into a new app's cdk.json, so that command line, tests and templates make the same stack; and AWS's own rules as errors. */
export const FEATURE_FLAGS: Readonly<Record<string, unknown>> = {
  ...flags,
  "@aws-cdk/core:validateAgainstDefaultRules": true,
};
