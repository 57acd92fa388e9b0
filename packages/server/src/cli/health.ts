import { request } from "node:http";
import { parseBind } from "../config/bind.ts";
import { loadProcess } from "../config/process.ts";
import type { Command } from "./command.ts";
import { none, parseFlags, SETTING_FLAGS } from "./flags.ts";
import { reach, type Reach } from "./reach.ts";

const PATIENCE_MS = 5000;

/** What is wrong with the server there, or undefined. */
const troubleOf = (where: Reach, path: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    request({ ...where, path, signal, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? undefined : `the server answered ${response.statusCode ?? 0}`);
    })
      .on("error", (error) => resolve(error.message))
      .end();
  });

export const health: Command = {
  usage: "health",
  summary: "Asks the server of this machine how it is; the exit code is 0 when it is well and 1 when not.",
  details: () => "Takes the flags of `tintype serve`, to find the server.",
  run: async ({ args, out }) => {
    const { flags, positionals } = parseFlags(args, SETTING_FLAGS);
    none(positionals);
    const { http } = loadProcess(flags).config;
    const trouble = await troubleOf(reach(parseBind(http.bind, http.network)), `${http.pathPrefix}/health`);
    out(trouble === undefined ? "healthy" : `not healthy: ${trouble}`);
    return trouble === undefined ? 0 : 1;
  },
};
