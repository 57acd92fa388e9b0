import { splitTarget, UrlError } from "@tintype/url";
import { sign as signPath } from "@tintype/url/sign";
import { ConfigError } from "../config/load.ts";
import { loadProcess } from "../config/process.ts";
import type { Config } from "../config/settings.ts";
import { UsageError, type Command } from "./command.ts";
import { only, parseFlags, SETTING_FLAGS } from "./flags.ts";

/** The signature of a path by the first key, or undefined where there is none. */
export function signatureOf(path: string, { guard }: Config): string | undefined {
  const [key] = guard.keys;
  const [salt] = guard.salts;
  if (key === undefined || salt === undefined) return undefined;
  return signPath(path, { key, salt, size: guard.signatureSize });
}

/** The path as the server will read it: what proxies are known to break is mended before a signature is checked. */
function repaired(path: string): string {
  try {
    return splitTarget(`/unsafe/${path.replace(/^\//, "")}`).path;
  } catch (error) {
    if (error instanceof UrlError) throw new UsageError("expected a path of options and a source, got none");
    throw error;
  }
}

export const sign: Command = {
  usage: "sign <path>",
  summary: "Prints a path with its signature, by the first key and salt that are configured.",
  details: () =>
    "The path is what stands behind the signature, such as /width:300/plain/https://example.com/cat.jpg",
  run: ({ args, out }) => {
    const { flags, positionals } = parseFlags(args, SETTING_FLAGS);
    const path = repaired(only(positionals, "one path"));
    const signature = signatureOf(path, loadProcess(flags).config);
    if (signature === undefined)
      throw new ConfigError([
        "IMGPROXY_KEY and IMGPROXY_SALT: expected a key and a salt to sign with, got none",
      ]);
    out(`/${signature}/${path}`);
    return Promise.resolve(0);
  },
};
