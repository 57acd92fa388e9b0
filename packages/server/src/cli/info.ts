import { loadProcess } from "../config/process.ts";
import type { Command } from "./command.ts";
import { only, parseFlags, SETTING_FLAGS } from "./flags.ts";

function show(value: unknown): string {
  if (Array.isArray(value)) return value.map(show).join(", ") || "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** One line for each fact. */
function page(facts: Readonly<Record<string, unknown>>): string {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${show(value)}`).join("\n");
}

export const info: Command = {
  usage: "info [file or URL] [--json]",
  summary:
    "Prints what is known of a picture: format, size, frames, orientation, profile; or of the installation.",
  details: () =>
    [
      "Without a picture: versions, formats, what is missing, and how renderers are confined and why no further.",
      "Takes the flags of `tintype serve`, whose limits hold; --json prints for machines.",
    ].join("\n"),
  run: async ({ args, out, app }) => {
    const { flags, positionals } = parseFlags(args, new Map([...SETTING_FLAGS, ["json", true]]));
    const source = positionals.length === 0 ? undefined : only(positionals, "one file or URL");
    const { config } = loadProcess(flags);
    const { describe, inspect } = await app();
    const facts = await (source === undefined ? describe(config) : inspect(config, source));
    out(flags.has("json") ? JSON.stringify(facts, undefined, 2) : page(facts));
    return 0;
  },
};
