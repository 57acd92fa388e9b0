/** CloudFront's flat rates beside what it asks by use. */
import { edgeLines, sumOf } from "./bill.ts";
import { FLAT_RATES } from "./prices.ts";
import { transferGb, type Workload } from "./workload.ts";

export interface Plan {
  readonly name: string;
  /** US dollars a month. */
  readonly dollars: number;
}

/** The cheapest plan that a month fits into; undefined where it is too much for any. */
export function planFor(workload: Workload): Plan | undefined {
  const { requests } = workload;
  const gb = transferGb(workload);
  return FLAT_RATES.find((plan) => requests <= plan.requestsM * 1e6 && gb <= plan.transferGb);
}

/** $ a month for the CDN by use, which a plan takes the place of. */
export const edgeByUse = (workload: Workload): number => sumOf(edgeLines(workload));
