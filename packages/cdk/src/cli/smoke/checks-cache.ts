/** One picture is made once: what is kept, for whom, and until when. */
import { setTimeout as sleep } from "node:timers/promises";
import { isPicture, keptAnswer, skipped, untilKept, verdict, type Check } from "./check.ts";
import { BROWSERS } from "./place.ts";
import { keptOf, summaryOf } from "./read.ts";

export const cacheChecks: readonly Check[] = [
  {
    name: "miss, then hit",
    expected: "X-Cache says Miss for a new URL, and Hit for the same one",
    run: async ({ place, pace }) => {
      const target = place.signed(place.path());
      const first = await place.ask(target);
      const next = await untilKept(place, target, pace);
      return verdict(
        isPicture(first) && keptOf(first) === "miss" && isPicture(next) && keptOf(next) === "hit",
        `${summaryOf(first)}; then ${summaryOf(next)}`,
      );
    },
  },
  {
    name: "one object for a class",
    expected: "what Chrome has asked for is a Hit for Firefox, whose Accept is spelled otherwise",
    run: async (setting) => {
      const { place, pace } = setting;
      const target = place.signed(place.path());
      const kept = await keptAnswer(setting, target);
      if ("verdict" in kept) return kept.verdict;
      // At once: asked twice, Firefox would find what it had made itself.
      const first = await place.ask(target, BROWSERS.firefox);
      if (keptOf(first) === "hit") return verdict(isPicture(first), summaryOf(first));
      const again = place.signed(place.path());
      await untilKept(place, again, pace);
      const second = await place.ask(again, BROWSERS.firefox);
      return verdict(isPicture(second) && keptOf(second) === "hit", summaryOf(second));
    },
  },
  {
    name: "query",
    expected: "a URL with a query that nobody has used is a Hit: the query is no part of the key",
    run: async (setting) => {
      const { place } = setting;
      const target = place.signed(place.path());
      const kept = await keptAnswer(setting, target);
      if ("verdict" in kept) return kept.verdict;
      const first = await place.ask(`${target}?utm=${place.fresh()}`);
      const answer = keptOf(first) === "hit" ? first : await place.ask(`${target}?utm=${place.fresh()}`);
      return verdict(isPicture(answer) && keptOf(answer) === "hit", summaryOf(answer));
    },
  },
  {
    name: "Age",
    expected: "a kept picture grows older: its Age is a number of seconds above 0 after two seconds",
    run: async (setting) => {
      const { place, pace } = setting;
      const target = place.signed(place.path());
      const kept = await keptAnswer(setting, target);
      if ("verdict" in kept) return kept.verdict;
      await sleep(pace.ageing);
      const answer = await untilKept(place, target, pace);
      const age = answer.headers["age"] ?? "none";
      return verdict(isPicture(answer) && /^[1-9]\d*$/.test(age), `${summaryOf(answer)}, Age: ${age}`);
    },
  },
  {
    name: "purge by tag",
    expected: "a kept picture is a Miss after its tag was purged",
    run: async (setting) => {
      const { place, pace, purge } = setting;
      if (purge === undefined)
        return skipped("nobody knows how to purge: give --stack with credentials of AWS, or --purge");
      const tag = place.fresh();
      const target = place.signed(place.path({ more: `ct:${tag}` }));
      const kept = await keptAnswer(setting, target);
      if ("verdict" in kept) return kept.verdict;
      const begun = Date.now();
      await purge(tag);
      for (;;) {
        const answer = await place.ask(target);
        const seconds = ((Date.now() - begun) / 1000).toFixed(1);
        if (isPicture(answer) && keptOf(answer) === "miss")
          return verdict(true, `${summaryOf(answer)} after ${seconds} s`);
        if (Date.now() - begun > pace.purge)
          return verdict(false, `${summaryOf(answer)} still after ${seconds} s`);
        await sleep(pace.step);
      }
    },
  },
];
