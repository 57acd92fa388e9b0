import { explain, linesOf } from "../config/explain.ts";
import { loadProcess } from "../config/process.ts";
import type { Command } from "./command.ts";
import { none, parseFlags, SETTING_FLAGS } from "./flags.ts";

export const config: Command = {
  usage: "config [--json] [--setting value ...]",
  summary: "Prints every setting in force and where it came from, secrets as ***.",
  details: () => "Takes the flags of `tintype serve`; --json prints settings and warnings for machines.",
  run: ({ args, out }) => {
    const { flags, positionals } = parseFlags(args, new Map([...SETTING_FLAGS, ["json", true]]));
    none(positionals);
    const loaded = loadProcess(flags);
    out(
      flags.has("json")
        ? JSON.stringify({ settings: linesOf(loaded), warnings: loaded.warnings }, undefined, 2)
        : explain(loaded),
    );
    return Promise.resolve(0);
  },
};
