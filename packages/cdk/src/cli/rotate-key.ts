import { createInterface } from "node:readline/promises";
import { readOutputs, sentenceOf } from "./aws.ts";
import { UsageError, type Command } from "./command.ts";
import { none, parseFlags, type Flags, type Parsed } from "./flags.ts";
import { fingerprint, readRing } from "./key-ring.ts";
import { placesOf } from "./key-places.ts";
import { addPair, Broken, listPairs, promotePair, retirePair, syncStore, type Rotation } from "./rotating.ts";

/** What the command has of its process. */
export interface RotateParts {
  /** Asks who sits at the terminal; undefined where nobody does. */
  readonly question: ((text: string) => Promise<string>) | undefined;
  /** Milliseconds between two looks at a deployment. */
  readonly pollMs: number;
}

const FLAGS: Flags = {
  stack: "value",
  promote: "switch",
  retire: "value",
  sync: "switch",
  list: "switch",
  "dry-run": "switch",
};
const MODES = ["promote", "retire", "sync", "list"] as const;

async function askTerminal(text: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(text);
  } finally {
    lines.close();
  }
}

/** Makes the command `rotate-key`. */
export function createRotateKey(parts: Partial<RotateParts> = {}): Command {
  const { question = process.stdin.isTTY ? askTerminal : undefined, pollMs = 5000 } = parts;
  return {
    usage:
      "rotate-key [--promote | --retire <number or fingerprint> | --sync | --list] [--stack images] [--dry-run]",
    summary: "Changes the keys that sign URLs, in three steps of which none breaks a URL.",
    details: () =>
      [
        "1. rotate-key            adds a random pair that servers and edge take for good, and restarts the tasks",
        "2. rotate-key --promote  puts it in front, once all know it: signers that read the secret use it from now on",
        "3. rotate-key --retire 2 takes the old pair away, when nothing that it signed is left: often after years, or never",
        "",
        "--sync brings the edge's keys in line with the secret, as after the first deployment; --list shows the pairs by",
        "fingerprint. No key is ever printed. What broke off can be run again.",
      ].join("\n"),
    run: async ({ args, out, err }) => {
      const flags = parseFlags(args, FLAGS);
      none(flags);
      const modes = MODES.filter((mode) => flags.has(mode));
      if (modes.length > 1)
        throw new UsageError(
          `expected one step at a time, got ${modes.map((mode) => `--${mode}`).join(" and ")}`,
        );
      const places = await placesOf(await readOutputs(flags.get("stack") ?? "images"), pollMs);
      const rotation = { places, say: out, dryRun: flags.has("dry-run") };
      try {
        return await step(modes[0], flags, rotation, question);
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
        for (const line of error.describe(sentenceOf(error.cause))) err(line);
        return 1;
      }
    },
  };
}

async function step(
  mode: (typeof MODES)[number] | undefined,
  flags: Parsed,
  rotation: Rotation,
  question: RotateParts["question"],
): Promise<number> {
  const { say, dryRun } = rotation;
  switch (mode) {
    case "list":
      for (const line of await listPairs(rotation)) say(line);
      return 0;
    case "sync":
      await syncStore(rotation);
      return 0;
    case "promote":
      await promotePair(rotation);
      if (!dryRun)
        say(
          "Next: have whoever signs read the secret anew. Old URLs keep working until their pair is retired.",
        );
      return 0;
    case "retire":
      await retirePair(rotation, await chosen(flags.get("retire") ?? "", rotation, question));
      return 0;
    case undefined:
      await addPair(rotation);
      if (!dryRun) say("Next: `tintype-cdk rotate-key --promote`, which lets the new pair sign.");
      return 0;
  }
}

/** The pair that is meant, by a fingerprint, or by a number whose fingerprint is then asked for. */
async function chosen(
  given: string,
  { places, dryRun }: Rotation,
  question: RotateParts["question"],
): Promise<string> {
  if (/^[\da-f]{8}$/i.test(given)) return given.toLowerCase();
  const { pairs } = readRing((await places.readSecret()).text);
  const pair = /^\d{1,2}$/.test(given) ? pairs[Number(given) - 1] : undefined;
  if (pair === undefined)
    throw new UsageError(
      `expected the number (1 to ${pairs.length}) or the fingerprint of a pair behind --retire, got ${JSON.stringify(given)}`,
    );
  const print = fingerprint(pair);
  if (dryRun) return print;
  if (question === undefined)
    throw new UsageError(
      `expected somebody at a terminal to confirm, got none: name the pair by \`--retire ${print}\` to mean it`,
    );
  const typed = await question(
    `Every URL that pair ${given} (${print}) signed will be refused, in pages, e-mails and caches of others alike.\nType ${print} to retire it: `,
  );
  if (typed.trim().toLowerCase() === print) return print;
  throw new Error(`expected ${print}, got something else: nothing was changed`);
}

export const rotateKey: Command = createRotateKey();
