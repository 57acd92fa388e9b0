/** Runs the checks one after the other and says what came of each. */
import { sentenceOf } from "../aws.ts";
import { reasonOf } from "./ask.ts";
import type { Check, Setting, Verdict } from "./check.ts";

export type Result = { readonly name: string; readonly expected: string } & Verdict;

/** Calls back with each result as it comes. */
export async function runChecks(
  checks: readonly Check[],
  setting: Setting,
  each: (result: Result) => void,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const { name, expected, run } of checks) {
    const result = { name, expected, ...(await attempt(() => run(setting))) };
    each(result);
    results.push(result);
  }
  return results;
}

/** A check that breaks has failed: something stood in the way of what it wanted to see. */
async function attempt(run: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await run();
  } catch (error) {
    const isAmazon = error instanceof Error && "$metadata" in error;
    return { outcome: "failed", got: isAmazon ? sentenceOf(error) : reasonOf(error) };
  }
}

const MARKS = { passed: "ok     ", failed: "FAILED ", skipped: "SKIPPED" } as const;

export const lineOf = ({ name, expected, outcome, got }: Result): string =>
  `${MARKS[outcome]}  ${name}: ${outcome === "passed" ? got : `expected ${expected}; ${outcome === "skipped" ? "not looked at, because " : "got "}${got}`}`;

export function summaryOf(results: readonly Result[]): string {
  const count = (outcome: Verdict["outcome"]): number =>
    results.filter((result) => result.outcome === outcome).length;
  const left = count("skipped");
  return [
    `${count("passed")} of ${results.length} passed, ${count("failed")} failed`,
    ...(left > 0 ? [`${left} NOT LOOKED AT: what was skipped is not known to work`] : []),
  ].join("; ");
}
