import { version as packageVersion } from "../config/version.ts";
import type { Command } from "./command.ts";
import { none, parseFlags } from "./flags.ts";

export const version: Command = {
  usage: "version",
  summary: "Prints the version.",
  run: ({ args, out }) => {
    none(parseFlags(args, new Map()).positionals);
    out(packageVersion());
    return Promise.resolve(0);
  },
};
