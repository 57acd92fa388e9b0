/** The bill and what is needed, as a terminal shows it. */
import { avoided, billOf } from "./bill.ts";
import { capacityAt } from "./capacity.ts";
import { edgeByUse, planFor } from "./plans.ts";
import { PRICE_LIST } from "./prices.ts";
import { dollars, plainTable, rough, spaced } from "./table.ts";
import { missesOf, transferGb, type Workload } from "./workload.ts";

/** What the figures rest on, in one sentence. */
export const BASIS = `${PRICE_LIST.region} list prices of ${PRICE_LIST.date}, unverified: ${PRICE_LIST.source}.`;

/** What the month is, in one line. */
export const describeWorkload = (workload: Workload): string =>
  [
    `${spaced(workload.requests)} requests a month`,
    `${spaced(workload.kb)} KB each`,
    `${spaced(workload.hitShare * 100)} % answered by the CDN`,
    `${spaced(workload.ms)} ms of CPU a picture`,
    `originals of ${spaced(workload.sourceMb)} MB from ${workload.sources === "s3" ? "S3" : "web servers"}`,
    `profile ${workload.profile}`,
    `egress ${workload.egress}`,
  ].join(", ");

/** What a plan with a flat rate would change. */
export function planSentence(workload: Workload): string {
  const plan = planFor(workload);
  const byUse = edgeByUse(workload);
  if (plan === undefined)
    return `No plan of CloudFront's with a flat rate takes ${spaced(workload.requests / 1e6)} M requests and ${spaced(transferGb(workload))} GB.`;
  const verdict = plan.dollars < byUse ? "cheaper" : "dearer";
  return `CloudFront's plan ${plan.name} is $${dollars(plan.dollars)} flat, ${verdict} than the $${dollars(byUse)} of the CDN's lines; whether it goes with a VPC origin has to be tried.`;
}

/** All of it, in lines. */
export function reportOf(workload: Workload): readonly string[] {
  const { lines, total, perMillion } = billOf(workload);
  const peaks = [1, 3, 10].map((peak) => ({ peak, ...capacityAt(workload, peak) }));
  return [
    describeWorkload(workload),
    BASIS,
    "",
    ...plainTable([
      ["what", "of", "$ a month"],
      ...lines.map(({ what, of, dollars: each }) => [what, of, dollars(each)]),
      ["total", "", dollars(total)],
      ["for a million requests", "", dollars(perMillion)],
    ]),
    "",
    "Not on this bill:",
    ...plainTable(avoided(workload).map(({ what, of, dollars: each }) => [what, of, dollars(each)])),
    "",
    planSentence(workload),
    "",
    `${spaced(missesOf(workload) / 1e6)} M pictures to be made; what that takes:`,
    ...plainTable([
      ["", ...peaks.map(({ peak }) => (peak === 1 ? "on average" : `at ${peak} times that`))],
      ["requests a second", ...peaks.map((at) => rough(at.requestsPerSecond))],
      ["pictures made a second", ...peaks.map((at) => rough(at.missesPerSecond))],
      ["vCPU", ...peaks.map((at) => rough(at.vcpu))],
      ["tasks", ...peaks.map((at) => String(at.tasks))],
      ["originals, Gbit/s", ...peaks.map((at) => rough(at.sourceGbits))],
      ["to browsers, Gbit/s", ...peaks.map((at) => rough(at.edgeGbits))],
    ]),
  ];
}

/** The same for programs. */
export const factsOf = (workload: Workload): Readonly<Record<string, unknown>> => ({
  prices: PRICE_LIST,
  workload,
  ...billOf(workload),
  avoided: avoided(workload),
  plan: planFor(workload) ?? null,
  capacity: Object.fromEntries([1, 3, 10].map((peak) => [`x${peak}`, capacityAt(workload, peak)])),
});
