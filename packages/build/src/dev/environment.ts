import type { BuildSettings } from "../core/settings.ts";

/** Of the server that production has, and where the originals are until they are built. */
export interface DevSettings extends BuildSettings {
  /** What the server's sources begin with, up to an original's name. */
  readonly place: string;
  /** The directory of originals. */
  readonly originalsFolder: string;
  /** Further settings of the server, by their names. */
  readonly server: Readonly<Record<string, string>>;
}

export const audienceOf = ({ audience, endpoint }: BuildSettings): string =>
  audience ?? new URL(endpoint).host;

/** What every path begins with. */
export const prefixOf = ({ endpoint }: BuildSettings): string =>
  new URL(endpoint).pathname.replace(/\/+$/, "");

/** The environment of a server that takes the same paths as production's, and finds their sources on this machine. */
export function environmentOf(
  settings: DevSettings,
  around: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const { kid, key, place, originalsFolder, server } = settings;
  // What is set for another server would be in the way.
  const rest = Object.entries(around).filter(([name]) => !/^(?:IMGPROXY|TINTYPE)_/i.test(name));
  return {
    ...Object.fromEntries(rest),
    IMGPROXY_BIND: "127.0.0.1:0",
    IMGPROXY_PATH_PREFIX: prefixOf(settings),
    IMGPROXY_LOG_FORMAT: "json",
    IMGPROXY_WORKERS: "2",
    IMGPROXY_GRACEFUL_STOP_TIMEOUT: "0",
    IMGPROXY_LOCAL_FILESYSTEM_ROOT: originalsFolder,
    ...(place === ""
      ? { IMGPROXY_BASE_URL: "local:///" }
      : { IMGPROXY_URL_REPLACEMENTS: `${place}=local:///` }),
    TINTYPE_HTTP_LAME_DUCK_DELAY: "0",
    TINTYPE_CACHE_DISK: "0",
    TINTYPE_CACHE_ORIGINALS: "0",
    TINTYPE_CAPABILITY_KEYS: `${kid}:${key}`,
    TINTYPE_CAPABILITY_AUDIENCE: audienceOf(settings),
    TINTYPE_CAPABILITY_ALLOW_ENDLESS: "true",
    ...server,
  };
}
