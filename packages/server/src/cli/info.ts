import { loadProcess } from "../config/process.ts";
import type { Command } from "./command.ts";
import { only, parseFlags, SETTING_FLAGS } from "./flags.ts";

const show = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** One line for each fact. */
function page(facts: Readonly<Record<string, unknown>>): string {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${show(value)}`).join("\n");
}

export const info: Command = {
  usage: "info <file or URL> [--json]",
  summary: "Prints what is known of a picture: format, size, frames, orientation, profile.",
  details: () => "Takes the flags of `tintype serve`, whose limits hold; --json prints for machines.",
  run: async ({ args, out, app }) => {
    const { flags, positionals } = parseFlags(args, new Map([...SETTING_FLAGS, ["json", true]]));
    const source = only(positionals, "one file or URL");
    const { config } = loadProcess(flags);
    const facts = await (await app()).inspect(config, source);
    out(flags.has("json") ? JSON.stringify(facts, undefined, 2) : page(facts));
    return 0;
  },
};
