/** Runs a command as the command line does, with its words kept. */
import type { Command } from "../../src/cli/command.ts";
import { runCommand } from "../../src/cli/run.ts";

export interface Ran {
  readonly code: number;
  readonly text: string;
  readonly errors: string;
}

export async function run(command: Command, args: readonly string[]): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommand(command, args, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  });
  return { code, text: out.join("\n"), errors: err.join("\n") };
}
