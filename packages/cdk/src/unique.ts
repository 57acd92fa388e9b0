import { Aws, Fn } from "aws-cdk-lib";
import type { Construct } from "constructs";

/**
 * A name for what CloudFront has one set of names for in a whole account, so that a template can be deployed twice: the end
 * of the stack's own number tells stacks apart, and the end of the scope's address two image servers of a stack.
 */
export const unique = (scope: Construct, what: string): string =>
  Fn.join("-", [
    "tintype",
    what,
    Fn.select(4, Fn.split("-", Fn.select(2, Fn.split("/", Aws.STACK_ID)))),
    scope.node.addr.slice(-6),
  ]);
