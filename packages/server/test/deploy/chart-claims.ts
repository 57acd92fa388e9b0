/** What we claim of everything that the chart renders; scripts/chart.mjs and chart.test.ts hold the documents against it. */
import type { Rendered } from "./chart-cases.ts";
import { CONFIGURATION } from "./chart-configuration.ts";
import { NETWORK } from "./chart-network.ts";
import { POD } from "./chart-pod.ts";
import { SCALE } from "./chart-scale.ts";

export interface Claim {
  /** What holds, to stand alone. */
  readonly claim: string;
  /** What is not so; empty where all is well, or where the case has nothing that the claim is about. */
  check(rendered: Rendered): readonly string[];
}

export const CLAIMS: readonly Claim[] = [...POD, ...CONFIGURATION, ...SCALE, ...NETWORK];
