import { chmod, chown, rename, rm, stat, writeFile } from "node:fs/promises";
import { loadProcess } from "../config/process.ts";
import { edgeFunction, edgeKeys } from "../edge-function.ts";
import { UsageError, type Command } from "./command.ts";
import { none, parseFlags, SETTING_FLAGS, type Flags } from "./flags.ts";

/** Those that are no setting's. */
const OWN: Flags = new Map([
  ["verify", true],
  ["resign", true],
  ["keys", true],
  ["module", true],
  ["store", false],
  ["out", false],
]);

/**
 * Whoever waits for the file finds all of it. One that is there keeps its owner, group and mode, so that whom it was opened
 * to can read the new one and nobody else; a new one has `mode`.
 */
async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  const beside = `${file}.${process.pid}`;
  const old = await stat(file).catch(() => undefined);
  try {
    await writeFile(beside, text, { mode: 0o600, flag: "wx" });
    if (old) await chown(beside, old.uid, old.gid);
    await chmod(beside, old ? old.mode & 0o777 : mode);
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

export const edge: Command = {
  usage: "edge [--verify] [--resign] [--module] [--store id] [--out file] | edge --keys [--out file]",
  summary: "Prints the function that a CDN runs in front of a server with this configuration.",
  details: () =>
    [
      "It sorts browsers into the few classes that the server makes pictures for, drops the query, hides what is no picture and",
      "says who asks. With --verify it also refuses what nobody signed, by keys that lie in the CDN's store under the name",
      "`keys`: --keys prints them. With --resign it sends old signatures on as the newest key's. Where the store is empty, all",
      "passes: the server checks, too. Runs in CloudFront as it is, and with --module in nginx with njs and in a Worker. With",
      "--out it is written to a file, whole or not at all, for images that have no shell.",
    ].join("\n"),
  run: async ({ args, out }) => {
    const { flags, positionals } = parseFlags(args, new Map([...SETTING_FLAGS, ...OWN]));
    none(positionals);
    const [verify, resign] = [flags.has("verify"), flags.has("resign")];
    if (resign && !verify)
      throw new UsageError("expected --verify where --resign is given: it signs what it verified");
    const { config } = loadProcess(new Map([...flags].filter(([name]) => !OWN.has(name))));
    const store = flags.get("store") ?? "";
    const text = flags.has("keys")
      ? edgeKeys(config)
      : edgeFunction(config, { verify, resign, module: flags.has("module"), store });
    const file = flags.get("out");
    if (file === undefined) out(text);
    else await writeWhole(file, `${text}\n`, flags.has("keys") ? 0o600 : 0o644);
    return 0;
  },
};
