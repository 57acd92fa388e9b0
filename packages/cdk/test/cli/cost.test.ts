/** The figures of the design and of the page, from the formulas; and the command that prints them. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { cost } from "../../src/cli/cost.ts";
import {
  avoided,
  billOf,
  edgeLines,
  firewallDollars,
  sumOf,
  tiered,
  transferDollars,
} from "../../src/cost/bill.ts";
import { capacityAt } from "../../src/cost/capacity.ts";
import { computeDollars, dollarsPerMillion, rereadsToPay, tasksAt, vcpuAt } from "../../src/cost/compute.ts";
import { BLOCKS, fillBlocks } from "../../src/cost/markdown.ts";
import { planFor } from "../../src/cost/plans.ts";
import {
  EGRESS_OF,
  EXAMPLE,
  missesOf,
  transferGb,
  withAvif,
  type Workload,
} from "../../src/cost/workload.ts";
import { planOf } from "../../src/plan.ts";
import { run, type Ran } from "./run.ts";

const month = (change: Partial<Workload> = {}): Workload => ({ ...EXAMPLE, ...change });
const line = (workload: Workload, what: string): number => {
  const found = billOf(workload).lines.find((candidate) => candidate.what === what);
  assert.ok(found, `expected a line ${what}`);
  return found.dollars;
};
/** Rounded to the digits that the design's table has. */
const near = (got: number, said: number, unit: number): void => {
  assert.equal(Math.round(got / unit), Math.round(said / unit), `expected ${said}, got ${got}`);
};
const digits = (value: number, count: number): number => Number(value.toPrecision(count));

describe("the design's month of 1 B requests", () => {
  it("asks 386 a second, 1,157 at three times that, and 50 M pictures", () => {
    assert.equal(Math.round(capacityAt(month(), 1).requestsPerSecond), 386);
    assert.equal(Math.round(capacityAt(month(), 3).requestsPerSecond), 1157);
    assert.equal(Math.round(missesOf(month())), 50_000_000);
    assert.deepEqual(
      [1, 3, 10].map((peak) => digits(capacityAt(month(), peak).missesPerSecond, 3)),
      [19.3, 57.9, 193],
    );
  });

  for (const [ms, vcpu, tasks, dollars, perMillion, rereads] of [
    [5, [0.16, 0.48, 1.6], 2, 114, 0.09, 59],
    [20, [0.64, 1.9, 6.4], 2, 114, 0.37, 15],
    [60, [1.9, 5.8, 19], 3, 114, 1.1, 5],
    [200, [6.4, 19, 64], 10, 274, 3.66, 1.5],
  ] as const)
    it(`takes the processors of the table at ${ms} ms`, () => {
      const workload = month({ ms });
      assert.deepEqual(
        [1, 3, 10].map((peak) => digits(vcpuAt(workload, peak), 2)),
        vcpu,
      );
      assert.equal(tasksAt(workload, 3), tasks);
      near(computeDollars(workload), dollars, 1);
      near(dollarsPerMillion(ms) * 100, perMillion * 100, 1);
      near(rereadsToPay(ms) * 10, rereads * 10, Number.isInteger(rereads) ? 10 : 1);
    });

  for (const [kb, dollars] of [
    [20, 1500],
    [30, 2260],
    [40, 3020],
    [60, 4450],
  ] as const)
    it(`costs $${dollars} of transfer at ${kb} KB`, () =>
      near(transferDollars(transferGb(month({ kb }))), dollars, 10));

  for (const [what, dollars] of [
    ["CDN HTTPS requests", 990],
    ["CDN function", 100],
    ["keys read at the edge (where it verifies)", 30],
    ["Origin Shield", 38],
    ["WAF at the load balancer", 36],
    ["load balancer", 31],
    ["NAT gateway", 32],
    ["originals from S3", 20],
    ["logs", 12],
  ] as const)
    it(`costs $${dollars} for: ${what}`, () => near(line(month(), what), dollars, 1));

  it("comes to $4.4 to 4.6 for a million", () => {
    assert.equal(digits(billOf(month({ ms: 20 })).perMillion, 2), 4.4);
    assert.equal(digits(billOf(month({ ms: 200 })).perMillion, 2), 4.6);
  });

  it("leaves out what is dearer than it need be", () => {
    const [edge, nat, put] = avoided(month()).map(({ dollars }) => dollars);
    near(edge ?? 0, 606, 1);
    near(nat ?? 0, 4400, 100);
    near(put ?? 0, 250, 1);
    near(line(month({ sources: "http" }), "NAT gateway"), 4427, 1);
    assert.equal(Math.round(firewallDollars(1000)), 606);
  });

  it("pays for AVIF", () => {
    const saved = transferDollars(transferGb(month())) - transferDollars(transferGb(withAvif(month())));
    near(saved, 900, 100);
    near(computeDollars(withAvif(month())) - computeDollars(month()), 160, 10);
  });

  it("moves a gigabit of originals at three times the average", () =>
    near(capacityAt(month(), 3).sourceGbits, 0.97, 0.01));
});

describe("smaller months", () => {
  it("have a floor of $65 to 90, or $170", () => {
    const small = month({ profile: "small", egress: "public-ip", requests: 1 });
    assert.ok(billOf(small).total > 65 && billOf(small).total < 90, String(billOf(small).total));
    near(billOf(month({ requests: 1 })).total, 170, 10);
  });

  it("are cheaper by plan: 500 M are $2,050 by use", () => {
    near(sumOf(edgeLines(month({ requests: 5e8 }))), 2050, 10);
    assert.equal(planFor(month({ requests: 5e8 }))?.dollars, 1000);
    assert.equal(planFor(month({ requests: 1e6, kb: 40 }))?.name, "Free");
    assert.equal(planFor(month({ requests: 1e6, kb: 200 }))?.name, "Pro");
    assert.equal(planFor(month())?.name, undefined);
  });
});

describe("tiered", () => {
  const tiers = [
    { upTo: 10, dollars: 3 },
    { upTo: 20, dollars: 2 },
    { upTo: Infinity, dollars: 1 },
  ];
  for (const [amount, dollars] of [
    [0, 0],
    [10, 30],
    [11, 32],
    [25, 55],
  ] as const)
    it(`asks ${dollars} for ${amount}`, () => assert.equal(tiered(amount, tiers), dollars));
});

describe("tintype-cdk cost", () => {
  const ask = (...args: string[]): Promise<Ran> => run(cost, args);

  it("prints a bill", async () => {
    const { code, text } = await ask("--requests", "1e9", "--kb", "40", "--hit", "95", "--ms", "60");
    assert.equal(code, 0);
    assert.match(text, /^total +4,424$/m);
    assert.match(text, /unverified/);
  });

  it("takes the way out that the profile has, as the construct does", async () => {
    for (const profile of ["standard", "small"] as const) {
      assert.equal(planOf({ profile }).egress, EGRESS_OF[profile]);
      const { text } = await ask("--json", "--profile", profile);
      assert.equal((JSON.parse(text) as { workload: Workload }).workload.egress, EGRESS_OF[profile]);
    }
  });

  it("prints JSON that can be read", async () => {
    const { text } = await ask("--json", "--avif", "--profile", "small", "--egress=public-ip");
    const facts = JSON.parse(text) as { workload: Workload; capacity: Record<string, unknown> };
    assert.deepEqual([facts.workload.kb, facts.workload.ms, facts.workload.profile], [28, 200, "small"]);
    assert.deepEqual(Object.keys(facts.capacity), ["x1", "x3", "x10"]);
  });

  for (const [args, words] of [
    [["--hit", "101"], 'expected a number from 0 to 100 behind --hit, got "101"'],
    [["--requests", "0"], 'expected a number from 1 to 10000000000000 behind --requests, got "0"'],
    [["--requests", "lots"], "expected a number"],
    [["--egress", "tunnel"], 'expected nat or public-ip behind --egress, got "tunnel"'],
    [["--kb", "--json"], "expected a value behind --kb, got --json"],
    [["--kb", "1", "--kb", "2"], "expected --kb once, got it twice"],
    [["--frobnicate"], "--frobnicate is not a flag of this command"],
    [["now"], 'expected flags only, got "now"'],
  ] as const)
    it(`refuses ${args.join(" ")}`, async () => {
      const { code, errors } = await ask(...args);
      assert.equal(code, 2);
      assert.ok(errors.includes(words), errors);
    });
});

describe("docs/operate/scale.md", () => {
  const PAGE = new URL("../../../../docs/operate/scale.md", import.meta.url);

  it("says what the formulas say", () => {
    const page = readFileSync(PAGE, "utf8");
    assert.equal(page, fillBlocks(page), "run `npx tintype-cdk cost --markdown docs/operate/scale.md`");
  });

  it("has every table", () => {
    const page = readFileSync(PAGE, "utf8");
    for (const name of BLOCKS.keys()) assert.ok(page.includes(`<!-- tintype-cdk cost: ${name} -->`), name);
  });

  it("is written by the command, and mended where it was changed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tintype-cost-"));
    after(() => rmSync(folder, { recursive: true, force: true }));
    const page = readFileSync(PAGE, "utf8");
    const copy = join(folder, "scale.md");
    writeFileSync(copy, page.replace("38,150", "83,150"));
    assert.notEqual(readFileSync(copy, "utf8"), page);
    const { code } = await run(cost, ["--markdown", copy]);
    assert.equal(code, 0);
    assert.equal(readFileSync(copy, "utf8"), page);
  });

  it("is refused with marks that mean nothing", () => {
    assert.throws(() => fillBlocks("<!-- tintype-cdk cost: nonsense -->\n<!-- end -->"), /got nonsense/);
    assert.throws(() => fillBlocks("<!-- tintype-cdk cost: bill -->"), /expected <!-- end -->/);
  });
});
