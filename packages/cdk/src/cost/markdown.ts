/** The tables of docs/operate/scale.md, from the same formulas as the command. */
import { avoided, billOf, transferDollars } from "./bill.ts";
import { capacityAt, EDGE_QUOTA } from "./capacity.ts";
import {
  computeDollars,
  dollarsPerMillion,
  missesPerSecond,
  rereadsToPay,
  tasksAt,
  vcpuAt,
} from "./compute.ts";
import { edgeByUse, planFor } from "./plans.ts";
import { PRICE_LIST, PRICES } from "./prices.ts";
import { dollars, markdownTable, rough, spaced, type Row } from "./table.ts";
import { AVIF, EXAMPLE, transferGb, withAvif, type Workload } from "./workload.ts";

/** What a million transforms take, and what they cost: rows of the same month by CPU for one picture. */
const MILLISECONDS = [5, 20, 60, 200];
const SIZES_KB = [20, 30, 40, 60];
const MONTHS = [1e6, 1e7, 1e8, 1e9, 1e10];

const at = (change: Partial<Workload>): Workload => ({ ...EXAMPLE, ...change });

/** A block of Markdown by the name that it is marked with in a page. */
export const BLOCKS: ReadonlyMap<string, () => readonly string[]> = new Map([
  ["basis", basis],
  ["bill", billTable],
  ["transfer", transferTable],
  ["compute", computeTable],
  ["capacity", capacityTable],
  ["quota", quotaSentence],
  ["plans", planTable],
  ["avif", avifSentence],
  ["small", smallTable],
  ["prices", priceTable],
]);

const opening = (name: string): string => `<!-- tintype-cdk cost: ${name} -->`;
const CLOSING = "<!-- end -->";

/** A page with every marked block written anew. Throws a sentence at a mark that is not closed or has no table. */
export function fillBlocks(page: string): string {
  const marks = [...page.matchAll(/<!-- tintype-cdk cost: ([\w-]+) -->/g)].map(([, name = ""]) => name);
  return marks.reduce((text, name) => {
    const block = BLOCKS.get(name);
    const begin = text.indexOf(opening(name));
    const end = text.indexOf(CLOSING, begin);
    if (block === undefined)
      throw new Error(`expected one of ${[...BLOCKS.keys()].join(", ")} in a mark, got ${name}`);
    if (end === -1) throw new Error(`expected ${CLOSING} behind ${opening(name)}, got none`);
    return `${text.slice(0, begin)}${opening(name)}\n\n${block().join("\n")}\n\n${text.slice(end)}`;
  }, page);
}

function basis(): readonly string[] {
  return [
    `Prices: ${PRICE_LIST.region}, ${PRICE_LIST.date}, **unverified** (${PRICE_LIST.source}).`,
    `A month has 30 days, a KB 1024 bytes; GB are 2^30 bytes, as on AWS's bills.`,
  ];
}

function billTable(): readonly string[] {
  const { lines, total, perMillion } = billOf(EXAMPLE);
  const row = ({ what, of, dollars: each }: (typeof lines)[number]): Row => [what, of, dollars(each)];
  return markdownTable([
    ["a month", "of", "$"],
    ...lines.map(row),
    ["**total**", "", `**${dollars(total)}**`],
    ["for a million requests", "", dollars(perMillion)],
    ...avoided(EXAMPLE)
      .map(row)
      .map(([what = "", of = "", each = ""]): Row => [`*avoided: ${what}*`, of, `*${each}*`]),
  ]);
}

function transferTable(): readonly string[] {
  return markdownTable([
    ["mean size", "GB", "$ a month"],
    ...SIZES_KB.map((kb) => {
      const gb = transferGb(at({ kb }));
      return [`${kb} KB`, spaced(gb), dollars(transferDollars(gb))];
    }),
  ]);
}

function computeTable(): readonly string[] {
  return markdownTable([
    ["CPU for a picture", "vCPU ×1", "×3", "×10", "tasks at ×3", "$ a month", "$ for 1 M", "re-reads"],
    ...MILLISECONDS.map((ms) => {
      const month = at({ ms });
      return [
        `${ms} ms`,
        ...[1, 3, 10].map((peak) => rough(vcpuAt(month, peak))),
        String(tasksAt(month, 3)),
        dollars(computeDollars(month)),
        dollars(dollarsPerMillion(ms)),
        rough(rereadsToPay(ms)),
      ];
    }),
  ]);
}

function capacityTable(): readonly string[] {
  return markdownTable([
    [
      "requests a month",
      "a second ×3",
      "made a second ×3",
      "vCPU ×3",
      "tasks ×3",
      "originals, Gbit/s ×3",
      "$ a month",
      "$ for 1 M",
    ],
    ...MONTHS.map((requests) => {
      const month = at({ requests });
      const peak = capacityAt(month, 3);
      const { total, perMillion } = billOf(month);
      return [
        spaced(requests),
        rough(peak.requestsPerSecond),
        rough(missesPerSecond(month) * 3),
        rough(peak.vcpu),
        String(peak.tasks),
        rough(peak.sourceGbits),
        dollars(total),
        dollars(perMillion),
      ];
    }),
  ]);
}

function quotaSentence(): readonly string[] {
  const most = MONTHS.at(-1)!; // The table has rows.
  const { requestsPerSecond } = capacityAt(at({ requests: most }), 3);
  return [
    `One distribution of CloudFront's takes ${spaced(EDGE_QUOTA.requestsPerSecond)} requests a second and ${EDGE_QUOTA.gbits} Gbit/s before its default quota`,
    `ends. The last row, three times its average, is ${rough(requestsPerSecond)} a second, so one is enough.`,
  ];
}

function planTable(): readonly string[] {
  return markdownTable([
    ["requests a month", "CDN by use, $", "plan", "$"],
    ...[1e6, 1e7, 1e8, 5e8, 1e9].map((requests) => {
      const month = at({ requests });
      const plan = planFor(month);
      return [
        spaced(requests),
        dollars(edgeByUse(month)),
        plan?.name ?? "none",
        plan ? dollars(plan.dollars) : "",
      ];
    }),
  ]);
}

function avifSentence(): readonly string[] {
  const before = billOf(EXAMPLE);
  const after = billOf(withAvif(EXAMPLE));
  const bytes = transferDollars(transferGb(EXAMPLE)) - transferDollars(transferGb(withAvif(EXAMPLE)));
  const cpu = computeDollars(withAvif(EXAMPLE)) - computeDollars(EXAMPLE);
  return [
    `With ${100 - AVIF.bytesShare * 100} % fewer bytes for ${AVIF.ms} ms of CPU a picture, AVIF saves $${dollars(bytes)} of transfer and costs $${dollars(cpu)} of`,
    `processors: $${dollars(before.total)} become $${dollars(after.total)}.`,
  ];
}

function smallTable(): readonly string[] {
  const months = [0, 1e6, 1e7];
  const profiles: readonly Partial<Workload>[] = [
    { profile: "small", egress: "public-ip" },
    { profile: "standard" },
  ];
  return markdownTable([
    ["$ a month at", ...months.map((requests) => `${spaced(requests)} requests`)],
    ...profiles.map((profile) => [
      `profile ${profile.profile ?? ""}, egress ${profile.egress ?? EXAMPLE.egress}`,
      ...months.map((requests) => dollars(billOf(at({ ...profile, requests })).total)),
    ]),
  ]);
}

function priceTable(): readonly string[] {
  return markdownTable([
    ["price", "unit", "$"],
    ...Object.values(PRICES).map(({ what, unit, dollars: each }): Row => [what, unit, String(each)]),
  ]);
}
