import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { FORMAT_ALIASES, FORMAT_NAMES, OPTIONS } from "@tintype/url";
import { hourToTime, TAG_BYTES, VERSION } from "@tintype/url/capability/terms";
import { deriveKey } from "@tintype/url/sign";
import type { Config } from "./config/settings.ts";
import { FORMATS } from "./formats.ts";
import { SKEW } from "./guard/capability.ts";
import { BY_SIZE, LADDER } from "./job.ts";
import { offersOf } from "./policies.ts";

/** Beyond what the server's settings say. */
export interface EdgeFunctionSettings {
  /** Refuses at the edge what nobody signed. */
  readonly verify: boolean;
  /** Sends old signatures on as the newest key's, so that changing keys empties no cache; needs `verify`. */
  readonly resign: boolean;
  /** The CDN's name of the store that the keys lie in. */
  readonly store: string;
  /** Exports the handler, as njs and bundlers want it and CloudFront does not. */
  readonly module?: boolean;
}

/** Bytes that CloudFront takes of a function. */
export const MAX_FUNCTION_BYTES = 10_240;
/** Bytes that a value of CloudFront's KeyValueStore may have. */
export const MAX_VALUE_BYTES = 1024;

const SOURCE = new URL("../edge/function.js", import.meta.url);

/** The function that a CDN runs in front of a server with this configuration: JavaScript that three engines read. */
export function edgeFunction(config: Config, wish: EdgeFunctionSettings): string {
  const settings = settingsOf(config, wish);
  const text = readFileSync(SOURCE, "utf8").replace(
    "= SETTINGS;",
    () => `= ${JSON.stringify(settings, undefined, 2)};`,
  );
  return wish.module ? `${text}\nexport default { handler };\n` : text;
}

function settingsOf(config: Config, { verify, resign, store }: EdgeFunctionSettings) {
  const { http, url, guard, capability } = config;
  const { auto, enforced } = offersOf(config);
  const offered = BY_SIZE.filter((format) => [...auto, ...enforced].includes(format) && FORMATS[format].save);
  const mimes = (formats: readonly (keyof typeof FORMATS)[]) => formats.map((format) => FORMATS[format].mime);
  return {
    prefix: http.pathPrefix,
    hidden: ["/", "/health", "/ready", "/gallery", "/playground", http.healthCheckPath].filter(
      (path) => path !== "",
    ),
    separator: url.argumentsSeparator,
    onlyPresets: url.onlyPresets,
    filenames: url.base64UrlIncludesFilename,
    formats: [...FORMAT_NAMES, ...Object.keys(FORMAT_ALIASES)],
    formatOptions: OPTIONS.format.names,
    offered: mimes(offered),
    ladder: offered.length < BY_SIZE.length ? null : LADDER.map(mimes),
    enforced: mimes(enforced),
    version: VERSION,
    audience: capability.audience,
    tagBytes: TAG_BYTES,
    epoch: hourToTime(0),
    skew: SKEW,
    verify,
    resign: verify && resign,
    store,
    signatureSize: guard.signatureSize,
    trusted: guard.trustedSignatures.map((word) => createHash("sha256").update(word).digest("base64url")),
  };
}

/**
 * What the function reads under the name `keys`: pairs of signatures, the newest first, and derived keys of capabilities by id.
 * Throws a sentence where it is more than a store takes.
 */
export function edgeKeys({ guard, capability }: Config): string {
  const value = JSON.stringify({
    signatures: guard.keys.map((key, i) => [key, guard.salts[i]]),
    // Of a file's keys nothing is known here, so the edge leaves capabilities to the server then.
    ...(capability.keys.length > 0 &&
      capability.file === "" && {
        capabilities: Object.fromEntries(
          capability.keys.map(({ kid, key }) => [kid, Buffer.from(deriveKey(key)).toString("hex")]),
        ),
      }),
  });
  if (value.length <= MAX_VALUE_BYTES) return value;
  throw new Error(`expected keys of ${MAX_VALUE_BYTES} bytes together, got ${value.length}: retire old ones`);
}
