/**
 * `npm run fuzz -- [--minutes N] [--target name]`: the targets of packages/server/test/fuzz with fresh seeds, in turn,
 * for so long (1 minute by default). Ends with 1 at the first failure, and says the seed and path that bring it back.
 */
import { parseArgs } from "node:util";
import fc from "fast-check";
import { TARGETS } from "../packages/server/test/fuzz/targets.ts";

const ROUND_SECONDS = 5;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    target: { type: "string" },
    seed: { type: "string" },
  },
});
const minutes = Number(values.minutes);
const chosen = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
if (!(minutes > 0) || chosen.length === 0) {
  const names = TARGETS.map(({ name }) => name).join(", ");
  process.stderr.write(`expected --minutes above 0 and --target one of ${names}\n`);
  process.exit(2);
}

/** Runs of one target with one seed, as many as its time allows. Throws where it fails. */
function round({ name, property }, { seed, milliseconds }) {
  const details = fc.check(property, {
    seed,
    numRuns: 1_000_000_000,
    interruptAfterTimeLimit: milliseconds,
  });
  process.stdout.write(`${name}: ${details.numRuns} runs with seed ${seed}\n`);
  if (!details.failed) return true;
  // A run that was only interrupted has no counterexample.
  if (details.counterexample === null) return true;
  process.stdout.write(
    fc.defaultReportMessage(details) +
      `\n\nTo see it again: npm run fuzz -- --target ${name} --seed ${seed}\n`,
  );
  return false;
}

const endsAt = performance.now() + minutes * 60_000;
for (let turn = 0; performance.now() < endsAt; turn += 1) {
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed) + turn;
  const left = Math.max(1, endsAt - performance.now());
  const milliseconds = Math.min(left, ROUND_SECONDS * 1000);
  if (!round(chosen[turn % chosen.length], { seed, milliseconds })) process.exit(1);
}
