import { loadProcess } from "../config/process.ts";
import type { Command } from "./command.ts";
import { none, parseFlags, SETTING_FLAGS } from "./flags.ts";
import { describeSettings } from "./help.ts";

export const serve: Command = {
  usage: "serve [--setting value ...]",
  summary: "Starts the server.",
  details: describeSettings,
  run: async ({ args, app }) => {
    const { flags, positionals } = parseFlags(args, SETTING_FLAGS);
    none(positionals);
    const loaded = loadProcess(flags);
    await (await app()).serve(loaded);
    return 0;
  },
};
