/** What one check is. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./ask.ts";
import type { Place } from "./place.ts";
import { keptOf, summaryOf } from "./read.ts";

export interface Setting {
  readonly place: Place;
  /** Formats that the deployment chooses by `Accept`, best first. */
  readonly formats: readonly string[];
  /** Where the load balancer is; undefined where nobody said. */
  readonly direct: readonly string[] | undefined;
  /** Why the load balancer is no back door, where it is the front door. */
  readonly directIsFront: boolean;
  /** Makes the CDN forget all with a tag; undefined where nobody knows how. */
  readonly purge: ((tag: string) => Promise<void>) | undefined;
  /** How much of its allowance the edge's function takes of this target, 0 to 100; undefined where nobody can be asked. */
  readonly utilisation: ((target: string) => Promise<number>) | undefined;
  readonly pace: Pace;
}

/** How long checks wait, in milliseconds. */
export interface Pace {
  /** Between two questions that wait for a change. */
  readonly step: number;
  /** For a purge to come into force. */
  readonly purge: number;
  /** Until a kept picture has to have grown older. */
  readonly ageing: number;
  /** For somebody who should not answer. */
  readonly direct: number;
}

export const PACE: Pace = { step: 500, purge: 180_000, ageing: 2100, direct: 5000 };

export type Verdict =
  | { readonly outcome: "passed" | "failed"; readonly got: string }
  | { readonly outcome: "skipped"; readonly got: string };

export interface Check {
  readonly name: string;
  readonly expected: string;
  run(setting: Setting): Promise<Verdict>;
}

export const verdict = (holds: boolean, got: string): Verdict => ({
  outcome: holds ? "passed" : "failed",
  got,
});

export const skipped = (why: string): Verdict => ({ outcome: "skipped", got: why });

/** By content and code: an answer that should be a picture. */
export const isPicture = ({ status, headers }: Answer): boolean =>
  status === 200 && (headers["content-type"] ?? "").startsWith("image/");

/** A CDN has several machines in a place, and the next question may come to another one. */
const MOST_TRIES = 5;

/** Asks until a cache has it; resolves to the last answer. */
export async function untilKept(
  place: Place,
  target: string,
  { step }: Pace,
  accept?: string,
): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const answer = await place.ask(target, accept);
    if (keptOf(answer) === "hit" || tries === MOST_TRIES) return answer;
    await sleep(step);
  }
}

/** An answer that is kept, or a verdict that says why nothing can be seen. */
export async function keptAnswer(
  { place, pace }: Setting,
  target: string,
): Promise<{ readonly answer: Answer } | { readonly verdict: Verdict }> {
  const answer = await untilKept(place, target, pace);
  if (isPicture(answer) && keptOf(answer) === "hit") return { answer };
  return { verdict: verdict(false, `nothing that is kept: ${summaryOf(answer)}`) };
}
