import { isIP } from "node:net";
import type { SomeConfig } from "../config/config.ts";
import type { Loaded } from "../config/load.ts";
import { ROWS } from "../config/names.ts";
import { nameOf } from "../config/origin.ts";
import type { Config, Group } from "../config/settings.ts";
import { classify } from "../guard/address.ts";
import { createAllowlist } from "../guard/allowlist.ts";

/** What an environment that is made for production says in vain, and what holds instead. */
const ASIDE = {
  // Any URL of production is to work here, and any picture that a site may come to need.
  guard: { keys: [], salts: [], trustedSignatures: [], secret: "", allowedSources: [] },
  // A picture that was changed a moment ago is to look changed.
  http: { soReuseport: false, ttl: 0 },
  cache: { dir: "", ttl: 0 },
  // What is tried out here is nobody else's business: no other door, no shared cache, no reports.
  cacheRedis: { url: "" },
  cacheS3: { bucket: "" },
  edge: { cloudfrontDistribution: "", cloudflareZone: "", fastlyService: "" },
  operator: { bind: "" },
  observe: { prometheusBind: "", sentryDsn: "" },
  // Sources are named before the server reads them: see dev-sources.ts.
  url: { baseUrl: "", urlReplacements: [] },
} as const satisfies SomeConfig;

/** Set aside, but in force all the same, in another place. */
const KEPT: ReadonlySet<string> = new Set(["url.baseUrl", "url.urlReplacements"]);

/** Settings to develop with. */
export interface Developed {
  readonly config: Config;
  /** Names of what was given and does not hold. */
  readonly ignored: readonly string[];
}

export interface DevelopWishes {
  readonly upstream: URL | undefined;
  /** Somebody reads the log on a screen. */
  readonly isTerminal: boolean;
}

/** What `tintype dev` makes of a configuration that was read in development mode. Throws a plain Error where the allow-list is malformed. */
export function develop({ config, origins }: Loaded, { upstream, isTerminal }: DevelopWishes): Developed {
  const isGiven = (path: string): boolean => (origins.get(path)?.place ?? "default") !== "default";
  const unlessGiven = <T>(path: string, given: T, value: T): T => (isGiven(path) ? given : value);
  const { guard, http, observe } = laidOver(config, ASIDE);
  const ignored = ROWS.filter(
    ({ path, group, key }) => isGiven(path) && !KEPT.has(path) && key in ((ASIDE as SomeConfig)[group] ?? {}),
  ).map((row) => nameOf(row, origins.get(row.path)));
  const listed = createAllowlist(config.guard.allowedSources, { unlisted: "allowed" });
  return {
    ignored,
    config: {
      ...laidOver(config, ASIDE),
      http: {
        ...http,
        developmentErrorsMode: unlessGiven("http.developmentErrorsMode", http.developmentErrorsMode, true),
      },
      guard: {
        ...guard,
        sourcePorts: [...guard.sourcePorts, ...listed.ports, ...(upstream ? [portOf(upstream)] : [])],
        allowLoopbackSourceAddresses: unlessGiven(
          "guard.allowLoopbackSourceAddresses",
          guard.allowLoopbackSourceAddresses,
          upstream !== undefined && isOnThisMachine(upstream),
        ),
      },
      observe: {
        ...observe,
        logFormat: unlessGiven("observe.logFormat", observe.logFormat, isTerminal ? "pretty" : "json"),
      },
    },
  };
}

/** A configuration with other values for some settings. */
const laidOver = (config: Config, values: SomeConfig): Config => ({
  ...config,
  ...Object.fromEntries(
    Object.entries(values).map(([group, some]) => [group, { ...config[group as Group], ...some }]),
  ),
});

const portOf = ({ port, protocol }: URL): number => Number(port || (protocol === "https:" ? 443 : 80));

/** By its name alone: asking DNS would keep the user waiting. */
export function isOnThisMachine({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(host) !== 0) return classify(host) === "loopback";
  return host === "localhost" || host.endsWith(".localhost");
}
