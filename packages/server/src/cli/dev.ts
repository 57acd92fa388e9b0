import { mkdirSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { loadProcess } from "../config/process.ts";
import { UsageError, type Command } from "./command.ts";
import { bannerOf } from "./dev-banner.ts";
import { createCompanion, REPORT_PATH } from "./dev-companion.ts";
import { addressOf, findPort, HOST } from "./dev-port.ts";
import { develop } from "./dev-settings.ts";
import { parseFlags, SETTING_FLAGS, type Flags, type Parsed } from "./flags.ts";

/** What the command decides itself, and nobody else. */
const DECIDED = {
  "http-network": "tcp",
  development: "true",
} as const;

const OWN = ["upstream", "port", "write"] as const;

const FLAGS: Flags = new Map([
  ...[...SETTING_FLAGS].filter(([name]) => !Object.hasOwn(DECIDED, name)),
  ...OWN.map((name): [string, boolean] => [name, false]),
]);

/** What the command has of its process. */
export interface DevParts {
  readonly keyboard: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly screen: { readonly isTTY?: boolean };
}

/** Makes the command `dev`. */
export const createDev = (
  parts: () => DevParts = () => ({ keyboard: process.stdin, screen: process.stdout }),
): Command => ({
  usage:
    "dev [folder] [--upstream https://my-site.example] [--port 8080] [--write folder] [--setting value ...]",
  summary:
    "Serves a folder and a site to this machine without a key, and says what production needs for them.",
  details: () =>
    [
      "The folder, by default the current one, is where local:// begins. It listens on 127.0.0.1 and nowhere else, at the",
      "first free port from 8080 unless --port names one. Every setting of the environment holds, and every flag of",
      "`tintype serve`, but for those that are for production only: keys, the allow-list, lifetimes, shared caches and further",
      "listeners. Signatures in URLs are not looked at, so the URLs of production work.",
      "",
      "Relative sources and those below --upstream are looked for in the folder first, then at the upstream.",
      "",
      `r and Enter, Ctrl-C, and ${REPORT_PATH} print what was asked for as production needs it: IMGPROXY_ALLOWED_SOURCES,`,
      "IMGPROXY_PRESETS, and a list for `tintype warm`. --write puts them into files of that folder, too.",
    ].join("\n"),
  run: async ({ args, out, app }) => {
    const { flags, positionals } = parseFlags(args, FLAGS);
    const wishes = readWishes(flags, positionals);
    const { folder, upstream, write } = wishes;
    const { keyboard, screen } = parts();
    const port = await findPort(flags.get("port"));
    const loaded = loadProcess(settingFlags(flags, folder, port));
    const { config, ignored } = develop(loaded, { upstream, isTerminal: screen.isTTY === true });
    const { pathPrefix } = config.http;
    const companion = createCompanion({
      folder,
      upstream,
      write,
      url: loaded.config.url,
      pathPrefix,
      out,
      onListening: (url) =>
        out(
          bannerOf({
            url: `${url}${pathPrefix}`,
            folder,
            upstream: upstream?.href,
            ignored,
            hasKeyboard: keyboard.isTTY === true,
          }),
        ),
    });
    await (await app()).serve({ ...loaded, config }, companion);
    if (keyboard.isTTY === true)
      createInterface({ input: keyboard }).on("line", (line) => {
        if (line.trim().toLowerCase() === "r") companion.report();
      });
    return 0;
  },
});

interface Wishes {
  readonly folder: string;
  readonly upstream: URL | undefined;
  readonly write: string | undefined;
}

/** Throws UsageError. */
function readWishes(flags: Parsed["flags"], positionals: readonly string[]): Wishes {
  if (flags.has("http-bind"))
    throw new UsageError(
      `expected no --http-bind, because ${HOST} is the only address here: --port names the port`,
    );
  const root = flags.get("source-local-filesystem-root");
  const [named, ...more] = root === undefined ? positionals : [root, ...positionals];
  if (more.length > 0) throw new UsageError(`expected one folder, got ${more.length + 1}`);
  const [upstream, write] = [flags.get("upstream"), flags.get("write")];
  return {
    folder: readFolder(named ?? "."),
    upstream: upstream === undefined ? undefined : readUpstream(upstream),
    write: write === undefined ? undefined : makeFolder(write),
  };
}

function readFolder(given: string): string {
  if (statSync(given, { throwIfNoEntry: false })?.isDirectory()) return resolve(given);
  throw new UsageError(`expected a folder that is there, got ${JSON.stringify(given)}`);
}

/** Its path ends with a slash. */
function readUpstream(given: string): URL {
  if (!/^https?:\/\/[^/?#@\\\s]+(?:\/[^?#\s]*)?$/i.test(given) || !URL.canParse(given))
    throw new UsageError(
      `expected the address of a site behind --upstream, such as https://my-site.example, got ${JSON.stringify(given)}`,
    );
  return new URL(given.endsWith("/") ? given : `${given}/`);
}

function makeFolder(given: string): string {
  try {
    mkdirSync(given, { recursive: true });
    return resolve(given);
  } catch {
    throw new UsageError(`expected a folder that can be made behind --write, got ${JSON.stringify(given)}`);
  }
}

const settingFlags = (flags: Parsed["flags"], folder: string, port: number): ReadonlyMap<string, string> =>
  new Map([
    ...[...flags].filter(([name]) => SETTING_FLAGS.has(name)),
    ...Object.entries(DECIDED),
    ["http-bind", addressOf(port)],
    ["source-local-filesystem-root", folder],
  ]);

export const dev: Command = createDev();
