import { Aws, Fn, RemovalPolicy } from "aws-cdk-lib";
import * as secrets from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import type { Plan } from "./plan.ts";

/** The secret with the fields `key` and `salt`: comma lists of hex, as the server reads them. */
export function keysOf(scope: Construct, { keys, protect }: Plan): secrets.ISecret | undefined {
  if (keys === "none") return undefined;
  if (keys !== "generate") return secrets.Secret.fromSecretCompleteArn(scope, "Keys", keys.secretArn);
  // Secrets Manager makes one text for each secret. A salt need not be secret, only ours: it is the stack's own number.
  const salt = Fn.join("", Fn.split("-", Fn.select(2, Fn.split("/", Aws.STACK_ID))));
  return new secrets.Secret(scope, "Keys", {
    description: "Keys and salts that sign URLs of pictures: comma lists, the first signs, all are taken",
    // Never to be changed: CloudFormation would make another key, and every URL that is signed would be void.
    generateSecretString: {
      secretStringTemplate: Fn.sub('{"salt":"${Salt}"}', { Salt: salt }),
      generateStringKey: "key",
      ...HEX,
    },
    removalPolicy: protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    // CDK's classes are less exact about what may be undefined than its interfaces, here and wherever one is cast.
  }) as secrets.ISecret;
}

/** 32 bytes in hex: of what Secrets Manager has, all but the digits and a to f is left out. */
export const HEX = {
  passwordLength: 64,
  excludeUppercase: true,
  excludePunctuation: true,
  includeSpace: false,
  requireEachIncludedType: false,
  excludeCharacters: "ghijklmnopqrstuvwxyz",
} as const;
