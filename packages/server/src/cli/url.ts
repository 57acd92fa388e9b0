import {
  CodecError,
  formatSegments,
  formatSource,
  OPTIONS,
  parseSegments,
  SHORTHANDS,
  UrlError,
  type AnyOption,
  type Options,
} from "@tintype/url";
import { parseBind } from "../config/bind.ts";
import { loadProcess } from "../config/process.ts";
import type { Config } from "../config/settings.ts";
import { UsageError, type Command } from "./command.ts";
import { only, parseFlags, type Flags, type Parsed } from "./flags.ts";
import { describeOptions } from "./help.ts";
import { reach } from "./reach.ts";
import { signatureOf } from "./sign.ts";

const dashed = (name: string): string => name.replaceAll("_", "-");

/** Names in URLs by flag. */
const SPELLINGS: ReadonlyMap<string, string> = new Map(
  [...Object.values(OPTIONS as Readonly<Record<string, AnyOption>>), ...SHORTHANDS]
    .flatMap(({ names }) => names)
    .flatMap((name): [string, string][] => [
      [name, name],
      [dashed(name), name],
    ]),
);

const BARE: ReadonlySet<string> = new Set(
  Object.values(OPTIONS as Readonly<Record<string, AnyOption>>)
    .filter(({ arg }) => arg.shape.kind === "flag")
    .flatMap(({ names }) => names),
);

const FLAGS: Flags = new Map([
  ...[...SPELLINGS].map(([flag, name]): [string, boolean] => [flag, BARE.has(name)]),
  ["endpoint", false],
  ["plain", true],
]);

const isPreset = (name: string): boolean => OPTIONS.preset.names.some((known) => known === name);

/** Options as they were given, left to right. Throws UsageError. */
function readOptions(flags: Parsed["flags"]): Options {
  const given = [...flags].flatMap(([flag, text]) => {
    const name = SPELLINGS.get(flag);
    return name === undefined ? [] : [{ name, text }];
  });
  try {
    const options = parseSegments(
      given.filter(({ name }) => !isPreset(name)).map(({ name, text }) => `${name}:${text}`),
      { security: true },
    );
    // Presets are the server's to know, so their names go into the URL unread.
    const presets = given.filter(({ name }) => isPreset(name)).flatMap(({ text }) => text.split(":"));
    return presets.length > 0 ? { preset: presets, ...options } : options;
  } catch (error) {
    if (error instanceof UrlError) throw new UsageError(error.message);
    throw error;
  }
}

const isAbsolute = (source: string): boolean => /^[a-z][a-z\d+.-]*:\/\//i.test(source);

/** The path behind the signature. A bare name is a file of the server where no base URL makes it something else. */
function pathOf(source: string, { flags }: Parsed, { url }: Config): string {
  const full = isAbsolute(source) || url.baseUrl !== "" ? source : `local:///${source.replace(/^\/+/, "")}`;
  try {
    return [
      ...formatSegments(readOptions(flags), url.argumentsSeparator),
      formatSource(full, { form: flags.get("plain") === "true" ? "plain" : "base64" }),
    ].join("/");
  } catch (error) {
    if (error instanceof CodecError) throw new UsageError(error.message);
    throw error;
  }
}

/** Where this machine's server would answer. Throws UsageError where it listens on a socket. */
function endpointOf({ http }: Config): string {
  const bind = reach(parseBind(http.bind, http.network));
  if ("socketPath" in bind)
    throw new UsageError(`expected --endpoint, because the server listens on ${http.bind}`);
  const host = bind.host.includes(":") ? `[${bind.host}]` : bind.host;
  return `http://${host}:${bind.port}${http.pathPrefix}`;
}

export const url: Command = {
  usage: "url <source> [--endpoint URL] [--plain] [--option arguments ...]",
  summary: "Prints the URL of a picture, signed where a key is configured.",
  details: describeOptions,
  run: ({ args, out }) => {
    const parsed = parseFlags(args, FLAGS);
    const source = only(parsed.positionals, "one source");
    const { config } = loadProcess();
    const path = pathOf(source, parsed, config);
    const signature = signatureOf(path, config) ?? "unsafe";
    const endpoint = parsed.flags.get("endpoint") ?? endpointOf(config);
    out(`${endpoint.replace(/\/+$/, "")}/${signature}/${path}`);
    return Promise.resolve(0);
  },
};
