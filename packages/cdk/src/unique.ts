import { Aws, Fn, Stack } from "aws-cdk-lib";
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

/** The names on the way from a stack to a scope, which tell two image servers of a stack apart where people read them. */
export const wayTo = (scope: Construct): readonly string[] => {
  const { scopes } = scope.node;
  return scopes.slice(scopes.indexOf(Stack.of(scope)) + 1).map(({ node }) => node.id);
};
