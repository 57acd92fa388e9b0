import { loadProcess } from "../config/process.ts";
import { edgeFunction, edgeKeys } from "../edge-function.ts";
import { UsageError, type Command } from "./command.ts";
import { none, parseFlags, SETTING_FLAGS, type Flags } from "./flags.ts";

const FLAGS: Flags = new Map([
  ...SETTING_FLAGS,
  ["verify", true],
  ["resign", true],
  ["keys", true],
  ["store", false],
]);

export const edge: Command = {
  usage: "edge [--verify] [--resign] [--store id] | edge --keys",
  summary: "Prints the function that a CDN runs in front of a server with this configuration.",
  details: () =>
    [
      "It sorts browsers into the few classes that the server makes pictures for, drops the query, hides what is no picture and",
      "says who asks. With --verify it also refuses what nobody signed, by keys that lie in the CDN's store under the name",
      "`keys`: --keys prints them. With --resign it sends old signatures on as the newest key's. Where the store is empty, all",
      "passes: the server checks, too. Runs in CloudFront and in nginx with njs.",
    ].join("\n"),
  run: ({ args, out }) => {
    const { flags, positionals } = parseFlags(args, FLAGS);
    none(positionals);
    const [verify, resign] = [flags.has("verify"), flags.has("resign")];
    if (resign && !verify)
      throw new UsageError("expected --verify where --resign is given: it signs what it verified");
    const own = new Set(["verify", "resign", "keys", "store"]);
    const { config } = loadProcess(new Map([...flags].filter(([name]) => !own.has(name))));
    const store = flags.get("store") ?? "";
    out(flags.has("keys") ? edgeKeys(config) : edgeFunction(config, { verify, resign, store }));
    return Promise.resolve(0);
  },
};
