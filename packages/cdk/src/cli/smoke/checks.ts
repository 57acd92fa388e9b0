/** All that is looked at, in order. Each check asks for pictures of its own, so none hangs on another. */
import { cacheChecks } from "./checks-cache.ts";
import { gateChecks } from "./checks-gate.ts";
import { typeChecks } from "./checks-type.ts";
import type { Check } from "./check.ts";

export const CHECKS: readonly Check[] = [...typeChecks, ...cacheChecks, ...gateChecks];
