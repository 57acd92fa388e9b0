import { ConfigError } from "../config/load.ts";
import { nearest } from "../config/nearest.ts";
import { UsageError, type Call, type Command } from "./command.ts";
import { config } from "./config.ts";
import { dev } from "./dev.ts";
import { edge } from "./edge.ts";
import { explain } from "./explain.ts";
import { findOperator } from "./find-operator.ts";
import { health } from "./health.ts";
import { describeCommand, describeCommands } from "./help.ts";
import { info } from "./info.ts";
import { purge } from "./purge.ts";
import { serve } from "./serve.ts";
import { sign } from "./sign.ts";
import { top } from "./top.ts";
import { url } from "./url.ts";
import { version } from "./version.ts";
import { warm } from "./warm.ts";

const COMMANDS: ReadonlyMap<string, Command> = new Map(
  Object.entries({
    serve,
    dev,
    url,
    sign,
    info,
    purge: purge(findOperator),
    warm,
    explain: explain(findOperator),
    top: top(findOperator),
    edge,
    config,
    health,
    version,
  }),
);

const HELP = new Set(["help", "--help", "-h"]);

/** Spellings that people try. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["--version", "version"],
  ["-v", "version"],
]);

export interface Terminal extends Omit<Call, "args"> {
  /** Prints a line that is no result. */
  readonly err: (line: string) => void;
}

/** Runs a command line and resolves to its exit code: 0, 1 where something is wrong, 2 where it was not understood. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(argv, terminal);
  } catch (error) {
    terminal.err(sentenceOf(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

async function dispatch([first, ...args]: readonly string[], terminal: Terminal): Promise<number> {
  if (first === undefined) throw new UsageError(describeCommands(COMMANDS));
  if (HELP.has(first)) {
    terminal.out(describeCommands(COMMANDS));
    return 0;
  }
  const name = ALIASES.get(first) ?? first;
  const command = COMMANDS.get(name);
  if (!command) {
    const meant = nearest(name, COMMANDS.keys());
    throw new UsageError(
      `${name} is not a command${meant ? `; is ${meant} meant?` : ""} (tintype --help lists them)`,
    );
  }
  if (args.includes("--help") || args.includes("-h")) {
    terminal.out(describeCommand(command));
    return 0;
  }
  return command.run({ ...terminal, args });
}

function sentenceOf(error: unknown): string {
  if (error instanceof ConfigError)
    return ["The configuration is wrong:", ...error.complaints.map((complaint) => `- ${complaint}`)].join(
      "\n",
    );
  return error instanceof Error ? error.message : String(error);
}
