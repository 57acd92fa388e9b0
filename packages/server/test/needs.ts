/** What a test may need from the system's packages; the table is scripts/needs.mjs. */
import { find } from "../../../scripts/needs.mjs";

/** Path at which a need is met, or undefined: then the test skips, and `npm test` names the line that gets it. */
export const needs = (
  name: "chromium" | "openssl" | "fonts" | "redis" | "njs" | "nginx" | "nginx-js" | "varnish" | "haproxy",
): string | undefined => find(name);

/** The `skip` of a test that cannot do without a need: a sentence where it is missing, else false. */
export const unless = (name: Parameters<typeof needs>[0]): string | false =>
  needs(name) === undefined && `${name} is not installed`;
