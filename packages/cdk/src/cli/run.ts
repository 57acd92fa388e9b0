import { sentenceOf } from "./aws.ts";
import { UsageError, type Call, type Command } from "./command.ts";
import { cost } from "./cost.ts";
import { deploy } from "./deploy.ts";
import { invalidate } from "./invalidate.ts";
import { rotateKey } from "./rotate-key.ts";
import { smoke } from "./smoke.ts";
import { version } from "./version.ts";

const COMMANDS: ReadonlyMap<string, Command> = new Map(
  Object.entries({ deploy, smoke, "rotate-key": rotateKey, invalidate, cost, version }),
);

const HELP = new Set(["help", "--help", "-h"]);

export type Terminal = Pick<Call, "out" | "err">;

/** Runs a command line and resolves to its exit code: 0, 1 where something is wrong, 2 where it was not understood. */
export async function run([first, ...args]: readonly string[], terminal: Terminal): Promise<number> {
  if (first !== undefined && HELP.has(first)) {
    terminal.out(describeCommands());
    return 0;
  }
  const command = COMMANDS.get(first === "--version" ? "version" : (first ?? ""));
  if (command !== undefined) return runCommand(command, args, terminal);
  terminal.err(
    first === undefined ? describeCommands() : `${first} is not a command (tintype-cdk --help lists them)`,
  );
  return 2;
}

/** Runs one command, its errors told as sentences. */
export async function runCommand(
  command: Command,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    const { usage, summary, details } = command;
    terminal.out([`tintype-cdk ${usage}`, "", summary, ...(details ? ["", details()] : [])].join("\n"));
    return 0;
  }
  try {
    return await command.run({ ...terminal, args });
  } catch (error) {
    terminal.err(sentenceOf(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

function describeCommands(): string {
  const width = Math.max(...[...COMMANDS.keys()].map((name) => name.length));
  return [
    "tintype-cdk: Tintype on AWS",
    "",
    ...[...COMMANDS].map(([name, { summary }]) => `  tintype-cdk ${name.padEnd(width)}  ${summary}`),
    "",
    "`tintype-cdk <command> --help` says more.",
  ].join("\n");
}
