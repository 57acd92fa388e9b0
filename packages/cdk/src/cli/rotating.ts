/** The three steps of changing keys, each of which can be run again after it broke off. */
import {
  fingerprint,
  promoted,
  randomPair,
  readRing,
  without,
  withPending,
  writeRing,
  writeStore,
  type Ring,
} from "./key-ring.ts";
import type { Places } from "./key-places.ts";

export interface Rotation {
  readonly places: Places;
  readonly say: (line: string) => void;
  readonly dryRun: boolean;
}

/** What a step makes of the ring; undefined where the secret has it already. */
interface Change {
  readonly ring: Ring;
  /** What is to be written, in words; undefined where nothing is. */
  readonly words: string | undefined;
  readonly restart: boolean;
  /** What to run again where it breaks off. */
  readonly again: string;
}

/** Step one: a new pair that all take for good and nobody signs with. Where one waits already, the rest is done for that one. */
export async function addPair(rotation: Rotation): Promise<Ring> {
  const { text } = await rotation.places.readSecret();
  const before = readRing(text);
  const again = "tintype-cdk rotate-key";
  if (before.pending !== undefined) {
    rotation.say(`The pair ${before.pending} waits already; no other is made.`);
    return carryOut(rotation, text, { ring: before, words: undefined, restart: true, again });
  }
  const ring = withPending(before, randomPair());
  const words = `a new pair, ${ring.pending ?? ""}, behind the others: taken for good, signs nothing yet`;
  return carryOut(rotation, text, { ring, words, restart: true, again });
}

/** Step two: the pair that waits signs from now on. Throws a sentence where a task does not know it yet. */
export async function promotePair(rotation: Rotation): Promise<Ring> {
  const { text, writtenAt } = await rotation.places.readSecret();
  const before = readRing(text);
  const again = "tintype-cdk rotate-key --promote";
  if (before.pending === undefined) {
    if (await isInLine(rotation, before))
      throw new Error("expected a pair that waits, got none: `tintype-cdk rotate-key` adds one");
    rotation.say("No pair waits: the one in front signs already.");
    return carryOut(rotation, text, { ring: before, words: undefined, restart: false, again });
  }
  if (!(await rotation.places.tasksKnow(writtenAt)))
    throw new Error(
      `expected all tasks to know the pair ${before.pending}, got some that were started before it was added: run \`tintype-cdk rotate-key\` again, which ends when they do`,
    );
  const words = `the pair ${before.pending} in front: it signs from now on, the others are still taken`;
  return carryOut(rotation, text, { ring: promoted(before), words, restart: false, again });
}

/** Step three: a pair is no longer taken. Throws a sentence where it is the one that signs. */
export async function retirePair(rotation: Rotation, print: string): Promise<Ring> {
  const { text } = await rotation.places.readSecret();
  const before = readRing(text);
  const again = `tintype-cdk rotate-key --retire ${print}`;
  if (before.pairs[0] && fingerprint(before.pairs[0]) === print)
    throw new Error(
      `expected a pair that does not sign, got ${print}, which does: promote another one first`,
    );
  const ring = without(before, print);
  const isThere = ring.pairs.length < before.pairs.length;
  if (!isThere)
    rotation.say(`No pair of the secret is ${print}; the rest is brought in line with the secret.`);
  const words = isThere ? `no pair ${print}: what it signed is refused` : undefined;
  return carryOut(rotation, text, { ring, words, restart: true, again });
}

/** Brings the edge's store in line with the secret, as after the first deployment. */
export async function syncStore(rotation: Rotation): Promise<Ring> {
  const { text } = await rotation.places.readSecret();
  const again = "tintype-cdk rotate-key --sync";
  return carryOut(rotation, text, { ring: readRing(text), words: undefined, restart: false, again });
}

/** Every pair by its number, without a digit of a key. */
export async function listPairs({ places }: Pick<Rotation, "places">): Promise<readonly string[]> {
  const { pairs, pending } = readRing((await places.readSecret()).text);
  const store = await places.readStore();
  const lines = pairs.map((pair, i) => {
    const print = fingerprint(pair);
    const role = i === 0 ? "signs" : print === pending ? "waits to sign" : "is taken";
    const atEdge = store === undefined || (store.value ?? "").includes(pair.key);
    return `${i + 1}  ${print}  ${role}${atEdge ? "" : ", not known at the edge"}`;
  });
  return store && store.value === undefined
    ? [
        ...lines,
        "The edge has no keys and lets everything pass: `tintype-cdk rotate-key --sync` brings them there.",
      ]
    : lines;
}

async function isInLine({ places }: Rotation, ring: Ring): Promise<boolean> {
  const store = await places.readStore();
  return store === undefined || store.value === writeStore(ring, store.value);
}

/** Secret, edge, tasks: in this order, so that whoever learns last still refuses what nobody signs yet. */
async function carryOut(
  { places, say, dryRun }: Rotation,
  before: string,
  { ring, words, restart, again }: Change,
): Promise<Ring> {
  const store = await places.readStore();
  const restartTasks = restart ? places.restartTasks : undefined;
  // Before anything is written: it may be too long.
  const value = store && writeStore(ring, store.value);
  const steps = [
    {
      is: words !== undefined,
      words: `the secret has ${words ?? ""}`,
      run: () => places.writeSecret(writeRing(ring, before)),
    },
    {
      is: value !== undefined && value !== store?.value,
      words: `the edge has ${ring.pairs.length} ${ring.pairs.length === 1 ? "pair" : "pairs"}, ${ring.pairs.map(fingerprint).join(", ")}`,
      run: () => places.writeStore(value ?? ""),
    },
    {
      is: restartTasks !== undefined,
      words: "all tasks were started anew",
      run: () => restartTasks?.(say) ?? Promise.resolve(),
    },
  ].filter(({ is }) => is);
  if (steps.length === 0) say("Nothing is to be done.");
  const done: string[] = [];
  for (const step of steps) {
    if (dryRun) {
      say(`would be: ${step.words}`);
      continue;
    }
    try {
      await step.run();
    } catch (error) {
      const missing = steps.slice(done.length).map((left) => left.words);
      throw new Broken(done, missing, again, error);
    }
    done.push(step.words);
    say(`done: ${step.words}`);
  }
  if (restart && restartTasks === undefined)
    say(
      "The stack has no tasks of ECS: deploy what serves anew before the next step, so that it knows the pairs.",
    );
  return ring;
}

/** A step that broke off, with what is done and what is not. */
export class Broken extends Error {
  override readonly name = "Broken";
  readonly again: string;
  readonly #done: readonly string[];
  readonly #missing: readonly string[];

  constructor(done: readonly string[], missing: readonly string[], again: string, cause: unknown) {
    super("expected all steps to be done, got an error in between", { cause });
    this.again = again;
    this.#done = done;
    this.#missing = missing;
  }

  /** `reason` is the cause in words. */
  describe(reason: string): readonly string[] {
    return [
      reason,
      ...(this.#done.length > 0 ? [`Done: ${this.#done.join("; ")}.`] : ["Nothing was changed."]),
      `Not done: ${this.#missing.join("; ")}.`,
      `Every URL that is signed now keeps working. To go on, run \`${this.again}\` again.`,
    ];
  }
}
