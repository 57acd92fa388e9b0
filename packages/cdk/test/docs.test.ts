import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { TAG_HEADER } from "../src/cdn.ts";
import { IDLE_SECONDS } from "../src/limits.ts";
import { planOf } from "../src/plan.ts";
import { CDN, SHAPE } from "../src/shape.ts";

const PAGE = readFileSync(new URL("../../../docs/operate/ecs-cloudfront.md", import.meta.url), "utf8");

/** The first cells of the table under a head, and the last ones. */
function tableAt(head: string): ReadonlyMap<string, string> {
  const [, rest = ""] = PAGE.split(head);
  const lines = rest.split("\n").slice(2);
  const rows = lines.slice(0, lines.indexOf(""));
  return new Map(
    rows.flatMap((row) => {
      const cells = row.split("|").map((cell) => cell.trim());
      return [...cells[1]!.matchAll(/`([^`]+)`/g)].map(([, name]): [string, string] => [
        name!,
        cells[3] ?? "",
      ]);
    }),
  );
}

const numbersIn = (text = ""): number[] => [...text.matchAll(/\d+/g)].map(Number);

describe("the page about AWS", () => {
  const properties = tableAt("| Property | What it says | Default |");

  it("has every property, and no other", () => {
    assert.deepEqual([...properties.keys()].sort(), Object.keys(SHAPE).sort());
    const cdn = tableAt("| `cdn.…` | What it says | Default |");
    assert.deepEqual([...cdn.keys()].sort(), Object.keys(CDN).sort());
  });

  it("says the defaults that are", () => {
    const plan = planOf({});
    assert.deepEqual(numbersIn(properties.get("waf")), [plan.waf?.missesPerMinute]);
    assert.deepEqual(numbersIn(properties.get("drain")), [plan.drain.deregistration, plan.drain.stopTimeout]);
    assert.deepEqual(numbersIn(properties.get("scaling")), Object.values(plan.scaling));
    assert.deepEqual(numbersIn(properties.get("results")), [plan.results?.days, plan.results?.minCost]);
    assert.equal(properties.get("azs"), `${plan.azs}, ${plan.cidr}`);
    assert.equal(properties.get("dns"), Object.values(plan.dns).join(", "));
    for (const profile of ["standard", "small"] as const) {
      const { cpu, memory, tasks } = planOf({ profile });
      const [, line = ""] = new RegExp(`\`${profile}\`: ([^;|]+)`).exec(PAGE) ?? [];
      assert.deepEqual(numbersIn(line), [cpu, memory, tasks.min, tasks.max]);
    }
  });

  it("tells the drain as it is", () => {
    const [alone, shared] = [planOf({}), planOf({ exposure: "private-dns" })];
    const [, story = ""] = /## How a task leaves\n([^]*?)\n## /.exec(PAGE) ?? [];
    assert.deepEqual(numbersIn(story.replace(/`[^`]*` says 503/, "")), [
      alone.drain.deregistration,
      alone.server.http.lameDuckDelay,
      shared.server.http.lameDuckDelay,
      alone.server.http.gracefulStopTimeout,
      alone.drain.stopTimeout,
      alone.server.http.keepAliveTimeout,
      IDLE_SECONDS,
    ]);
    assert.ok(PAGE.includes(`\`${TAG_HEADER}\``));
  });
});
