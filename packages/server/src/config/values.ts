import { accessSync, constants, statSync } from "node:fs";
import { isIP } from "node:net";
import { formatName, integer, type FormatQuality } from "@tintype/url";
import { refuse, type Kind } from "./kinds.ts";

/** Kinds of value that have a grammar of their own, or that lie on the disk. */

/** A beginning of source URLs, `*` standing for anything but a slash, and what replaces it (`$1` or `${1}` for a star). */
export interface Replacement {
  readonly pattern: string;
  readonly replacement: string;
}

const REPLACEMENTS = "pattern=replacement pairs with semicolons between them";

export const replacements: Kind<readonly Replacement[]> = {
  expects: REPLACEMENTS,
  read: (given) =>
    given.split(";").map((pair) => {
      const cut = pair.indexOf("=");
      return cut === -1
        ? refuse(REPLACEMENTS, pair)
        : { pattern: pair.slice(0, cut), replacement: pair.slice(cut + 1) };
    }),
  write: (pairs) => pairs.map(({ pattern, replacement }) => `${pattern}=${replacement}`).join(";"),
};

const QUALITIES = "format=quality pairs with commas between them, qualities from 1 to 100";
const quality = integer({ min: 1, max: 100 });

/** Pairs laid over `defaults`. */
export const formatQuality = (defaults: FormatQuality): Kind<FormatQuality> => ({
  expects: QUALITIES,
  read: (given) => {
    const pairs = given.split(",").map((pair) => {
      const [format = "", value, ...more] = pair.trim().split("=");
      if (value === undefined || more.length > 0) refuse(QUALITIES, pair);
      return [formatName.read(format.trim()), quality.read(value.trim())] as const;
    });
    return { ...defaults, ...Object.fromEntries(pairs) };
  },
  write: (values) =>
    Object.entries(values)
      .map(([format, value]) => `${format}=${value}`)
      .join(","),
});

/** Definitions `name=options`, cut at what another setting says, so that options may hold commas. */
export const presetList: Kind<readonly string[]> = {
  expects: "presets, name=option:argument/option:argument",
  read: (given, peer) => given.split(peer("presetsSeparator")),
  write: (definitions) => definitions.join(","),
};

const isNetwork = (given: string): boolean => {
  const [address = "", bits, ...more] = given.split("/");
  const width = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return (
    width > 0 &&
    more.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= width))
  );
};

const NETWORKS = "IP addresses or blocks (10.0.0.0/8) with commas between them";

export const networks: Kind<readonly string[]> = {
  expects: NETWORKS,
  read: (given) =>
    given.split(",").map((part) => {
      const network = part.trim();
      return isNetwork(network) ? network : refuse(NETWORKS, network);
    }),
  write: (values) => values.join(","),
};

const DATE = "a time as in RFC 3339 (2024-01-31T10:00:00Z)";
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** JavaScript counts on from the last day of a month. */
function isDay(given: string): boolean {
  const [year = 0, month = 0, day = 0] = given.split(/[-T]/, 3).map(Number);
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

export const date: Kind<Date | undefined> = {
  expects: DATE,
  read: (given) => {
    const time = new Date(RFC3339.test(given) && isDay(given) ? given : NaN);
    return Number.isNaN(time.getTime()) ? refuse(DATE, given) : time;
  },
  write: (value) => value?.toISOString() ?? "",
};

const BASE64 = "standard base64 with its padding";

export const base64: Kind<Uint8Array | undefined> = {
  expects: BASE64,
  read: (given) => {
    const dense = given.replace(/[\r\n]/g, "");
    const valid = dense.length % 4 === 0 && /^[A-Za-z\d+/]+={0,2}$/.test(dense);
    return valid ? new Uint8Array(Buffer.from(dense, "base64")) : refuse(BASE64, given);
  },
  write: (bytes) => (bytes ? Buffer.from(bytes).toString("base64") : ""),
};

const FILE = "the path of a file that exists and can be read";
const DIRECTORY = "the path of a directory that exists";

/** A path for which a look at the disk succeeds. */
const onDisk = (expects: string, fits: (path: string) => boolean): Kind<string> => ({
  expects,
  read: (given) => {
    try {
      if (fits(given)) return given;
    } catch {
      // Nothing is there, or nothing that this process may look at.
    }
    return refuse(expects, given);
  },
  write: (path) => path,
});

function isReadable(path: string): boolean {
  accessSync(path, constants.R_OK);
  return !statSync(path).isDirectory();
}

/** A file that exists when the server starts. */
export const file: Kind<string> = onDisk(FILE, isReadable);

/** A directory that exists when the server starts. */
export const directory: Kind<string> = onDisk(DIRECTORY, (path) => statSync(path).isDirectory());

const ENDPOINT = "an http(s) URL, or a host, which then is asked over http";

/** The URL of a server that the operator names; `http://` is put in front of a bare host. */
export const endpoint: Kind<string> = {
  expects: ENDPOINT,
  read: (given) => {
    const url = given.includes("://") ? given : `http://${given}`;
    return /^https?:\/\/[^/?#@\s]+(?:\/[^?#\s]*)?$/i.test(url) && URL.canParse(url)
      ? url
      : refuse(ENDPOINT, given);
  },
  write: (value) => value,
};

const ACCESS_POINTS = "name=ARN pairs with semicolons between them";

/** Amazon's names of access points by the names that source URLs have for them. */
export const accessPoints: Kind<ReadonlyMap<string, string>> = {
  expects: ACCESS_POINTS,
  read: (given) =>
    new Map(
      given
        .split(";")
        .filter((pair) => pair.trim() !== "")
        .map((pair): [string, string] => {
          const [, name = "", arn = ""] =
            /^\s*([^=/\s]+)\s*=\s*(arn:\S+)\s*$/.exec(pair) ?? refuse(ACCESS_POINTS, pair);
          return [name, arn];
        }),
    ),
  write: (points) => [...points].map(([name, arn]) => `${name}=${arn}`).join(";"),
};

const CAPABILITY_KEYS =
  "id:key pairs with commas between them, ids from 0 to 255, keys of 16 bytes or more in hex";

/** Keys of capabilities, each behind its id. */
export const capabilityKeys: Kind<readonly { readonly kid: number; readonly key: string }[]> = {
  expects: CAPABILITY_KEYS,
  read: (given) => {
    const keys = given.split(",").map((pair) => {
      const [, kid = "", key = ""] = /^\s*(\d{1,3}):((?:[\da-f]{2}){16,})\s*$/i.exec(pair) ?? [];
      // Not what was given: it may be most of a key.
      if (key === "" || Number(kid) > 255) refuse(CAPABILITY_KEYS, "another text");
      return { kid: Number(kid), key };
    });
    if (new Set(keys.map(({ kid }) => kid)).size < keys.length) refuse(CAPABILITY_KEYS, "an id twice");
    return keys;
  },
  write: (keys) => keys.map(({ kid, key }) => `${kid}:${key}`).join(","),
};

const AES_KEY = "a key of 32 bytes in standard base64";
const AES_KEY_BYTES = 32;

/** A key for AES-256. */
export const aesKey: Kind<Uint8Array | undefined> = {
  ...base64,
  expects: AES_KEY,
  read: (given, peer) => {
    const key = base64.read(given, peer);
    return key?.byteLength === AES_KEY_BYTES ? key : refuse(AES_KEY, given);
  },
};

const SERVICE_ACCOUNT = "the JSON of a service account's key";

const isServiceAccount = (given: string): boolean => {
  try {
    const key = JSON.parse(given) as { readonly type?: unknown } | null;
    return key?.type === "service_account";
  } catch {
    return false;
  }
};

/** A key of Google's, as its console hands it out. Other kinds of credentials name files and servers to ask. */
export const serviceAccount: Kind<string> = {
  expects: SERVICE_ACCOUNT,
  read: (given) => (isServiceAccount(given) ? given : refuse(SERVICE_ACCOUNT, given)),
  write: (value) => value,
};
