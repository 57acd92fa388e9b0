import { readFileSync } from "node:fs";
import type { Command } from "./command.ts";
import { none, parseFlags } from "./flags.ts";

export const version: Command = {
  usage: "version",
  summary: "Prints the version.",
  run: ({ args, out }) => {
    none(parseFlags(args, {}));
    const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    out((JSON.parse(text) as { readonly version: string }).version);
    return Promise.resolve(0);
  },
};
