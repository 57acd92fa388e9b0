import { CodecError, parsePresets, UrlError } from "@tintype/url";
import { FORMATS } from "../formats.ts";
import { isLoopback, parseBind, type Bind } from "./bind.ts";
import { takesCapabilities } from "./derive.ts";
import type { Config } from "./settings.ts";

/** What is to be said of a setting in the light of the others. */
export interface Finding {
  readonly path: string;
  readonly text: string;
  /** The server does not start. */
  readonly fatal?: true;
}

interface Check {
  /** Settings that it looks at; it is left out where one of them could not be read. */
  readonly of: readonly string[];
  find(config: Config): readonly (Finding | false)[];
}

const fatal = (path: string, text: string): Finding => ({ path, text, fatal: true });
const warning = (path: string, text: string): Finding => ({ path, text });

function bindOf(bind: string, network: string): Bind | string {
  try {
    return parseBind(bind, network);
  } catch (error) {
    if (error instanceof CodecError) return error.message;
    throw error;
  }
}

const KEY_BYTES = 16;
const LEAST_SIGNATURE = 8;
const WISE_SIGNATURE = 16;
const hexBytes = (digits: string): number => digits.length / 2;

/** Object stores by group of settings, with the scheme of their URLs. */
const STORES = { s3: "s3", gcs: "gs", abs: "abs", swift: "swift" } as const;

/** Whether nobody has said which buckets a store may be asked for: by its own list, by allowed sources, or by signing. */
function isUnlisted({ guard, http, ...config }: Config, group: keyof typeof STORES): boolean {
  const { enabled, allowedBuckets } = config[group];
  if (!enabled || allowedBuckets.length > 0 || guard.keys.length > 0 || http.development) return false;
  const bucket = new RegExp(`^${STORES[group]}://[^/*]+/`);
  const ours = guard.allowedSources.filter((source) => source.startsWith(`${STORES[group]}:`));
  return ours.length === 0 || !ours.every((source) => bucket.test(source));
}

const CHECKS: readonly Check[] = [
  {
    of: ["http.bind", "http.network", "http.development", "http.developmentErrorsMode"],
    find: ({ http }) => {
      const bind = bindOf(http.bind, http.network);
      if (typeof bind === "string") return [fatal("http.bind", bind)];
      if (isLoopback(bind)) return [];
      const got = `got ${JSON.stringify(http.bind)}`;
      return [
        http.development &&
          fatal(
            "http.bind",
            `expected an address of this machine in development mode, such as 127.0.0.1:8080, ${got}`,
          ),
        http.developmentErrorsMode &&
          !http.development &&
          fatal(
            "http.developmentErrorsMode",
            `expected a bind to an address of this machine, such as 127.0.0.1:8080, because errors tell internals; ${got}`,
          ),
      ];
    },
  },
  {
    of: ["observe.prometheusBind", "http.bind", "http.network"],
    find: ({ http, observe: { prometheusBind } }) => {
      if (prometheusBind === "") return [];
      const bind = bindOf(prometheusBind, "tcp");
      if (typeof bind === "string") return [fatal("observe.prometheusBind", bind)];
      return [
        prometheusBind === http.bind &&
          fatal(
            "observe.prometheusBind",
            `expected another address than the server's, got ${JSON.stringify(http.bind)}`,
          ),
      ];
    },
  },
  {
    of: ["guard.keys", "guard.salts"],
    find: ({ guard: { keys, salts } }) => [
      keys.length !== salts.length &&
        fatal("guard.salts", `expected one salt for each of ${keys.length} keys, got ${salts.length}`),
      keys.some((key) => hexBytes(key) < KEY_BYTES) &&
        warning("guard.keys", `a key of less than ${KEY_BYTES} bytes can be guessed`),
    ],
  },
  {
    of: ["guard.keys", "guard.signatureSize"],
    find: ({ guard: { keys, signatureSize } }) => [
      keys.length > 0 &&
        signatureSize < LEAST_SIGNATURE &&
        fatal(
          "guard.signatureSize",
          `expected ${LEAST_SIGNATURE} bytes or more, which cannot be forged by trying, got ${signatureSize}`,
        ),
      keys.length > 0 &&
        signatureSize >= LEAST_SIGNATURE &&
        signatureSize < WISE_SIGNATURE &&
        warning(
          "guard.signatureSize",
          `signatures of ${signatureSize} bytes are shorter than is wise; take ${WISE_SIGNATURE} or more`,
        ),
    ],
  },
  {
    of: [
      "guard.keys",
      "guard.allowedSources",
      "capability.keys",
      "capability.file",
      "source.localFilesystemRoot",
      "http.development",
    ],
    find: ({ guard, capability, source, http }) => [
      guard.keys.length === 0 &&
        guard.allowedSources.length === 0 &&
        !takesCapabilities(capability) &&
        source.localFilesystemRoot === "" &&
        !http.development &&
        warning(
          "guard.allowedSources",
          "without a key only listed sources are served, and none is listed: set IMGPROXY_KEY and IMGPROXY_SALT, TINTYPE_CAPABILITY_KEYS, or this",
        ),
      guard.allowedSources.includes("") &&
        fatal("guard.allowedSources", "an empty entry would allow every source: remove the comma"),
    ],
  },
  {
    of: ["capability.keys", "capability.file", "capability.audience"],
    find: ({ capability }) => [
      takesCapabilities(capability) &&
        !/^[a-z\d.-]+(?::\d+)?$|^\[[a-f\d:]+\](?::\d+)?$/.test(capability.audience) &&
        fatal(
          "capability.audience",
          `expected the host that browsers know the server by, in lower case, got ${JSON.stringify(capability.audience)}`,
        ),
    ],
  },
  {
    of: ["guard.ignoreSslVerification"],
    find: ({ guard }) => [
      guard.ignoreSslVerification &&
        warning("guard.ignoreSslVerification", "anyone on the way can exchange pictures of https sources"),
    ],
  },
  {
    of: ["source.localFilesystemRoot"],
    find: ({ source }) => [
      source.localFilesystemRoot === "/" &&
        warning("source.localFilesystemRoot", "every file that the server may read is a source"),
    ],
  },
  ...(["s3", "gcs", "abs", "swift"] as const).map((group): Check => ({
    of: [
      `${group}.enabled`,
      `${group}.allowedBuckets`,
      "guard.keys",
      "guard.allowedSources",
      "http.development",
    ],
    find: (config) => [
      isUnlisted(config, group) &&
        fatal(
          `${group}.allowedBuckets`,
          "expected the buckets that may be asked, or IMGPROXY_KEY and IMGPROXY_SALT to sign URLs, got neither",
        ),
    ],
  })),
  {
    of: ["abs.enabled", "abs.name"],
    find: ({ abs }) => [
      abs.enabled &&
        abs.name === "" &&
        fatal("abs.name", "expected the storage account that abs:// means, got none"),
    ],
  },
  {
    of: ["swift.enabled", "swift.authUrl"],
    find: ({ swift }) => [
      swift.enabled &&
        swift.authUrl === "" &&
        fatal("swift.authUrl", "expected a URL to sign in at, got none"),
    ],
  },
  {
    of: ["source.cookiePassthrough", "source.cookiePassthroughAll"],
    find: ({ source }) => [
      source.cookiePassthroughAll &&
        !source.cookiePassthrough &&
        warning("source.cookiePassthroughAll", "means nothing without IMGPROXY_COOKIE_PASSTHROUGH"),
    ],
  },
  {
    of: ["encode.preferredFormats"],
    find: ({ encode: { preferredFormats } }) => {
      const lost = preferredFormats.filter((format) => !FORMATS[format].save);
      if (lost.length === preferredFormats.length)
        return [
          fatal("encode.preferredFormats", `expected a format that can be written, got ${lost.join(",")}`),
        ];
      return [
        lost.length > 0 && warning("encode.preferredFormats", `${lost.join(", ")} cannot be written here`),
      ];
    },
  },
  {
    of: ["url.presets", "url.presetsPath", "url.argumentsSeparator", "url.allowSecurityOptions"],
    find: ({ url: { presets, argumentsSeparator, allowSecurityOptions } }) => {
      try {
        parsePresets(presets, { separator: argumentsSeparator, security: allowSecurityOptions });
        return [];
      } catch (error) {
        if (error instanceof UrlError) return [fatal("url.presets", error.message)];
        throw error;
      }
    },
  },
];

/** Looks at settings together. `failed` are those that could not be read, whose stand-ins say nothing. */
export const check = (config: Config, failed: ReadonlySet<string>): readonly Finding[] =>
  CHECKS.filter(({ of }) => !of.some((path) => failed.has(path)))
    .flatMap(({ find }) => find(config))
    .filter((finding) => finding !== false);
