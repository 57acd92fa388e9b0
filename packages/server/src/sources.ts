import type { Config } from "./config/settings.ts";
import type { Allowlist } from "./guard/allowlist.ts";
import { createGate } from "./guard/gate.ts";
import { breaker } from "./source/breaker.ts";
import type { BucketSource } from "./source/bucket.ts";
import { createShelf, type Shelf } from "./source/dropped.ts";
import { failures, type ForgetfulSource } from "./source/failures.ts";
import { fileSource } from "./source/file.ts";
import { httpSource, type HttpSource } from "./source/http.ts";
import { lanes } from "./source/lanes.ts";
import { byScheme, type Source } from "./source/source.ts";

/** Every kind of source that the configuration switches on, by scheme. */
export interface Sources {
  /** For what URLs ask for. */
  readonly asked: Source;
  /** For what the operator asks for, watermark and fallback: not held against the allow-list, but behind the gate. */
  readonly own: Source;
  /** Where the playground of a development server keeps what is dropped into it. */
  readonly dropped: Shelf | undefined;
  /** Has what failed a moment ago asked for again. */
  forget(): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

type Scheme = "s3" | "gs" | "abs" | "swift";

/** What all object stores want to know, whatever is particular to them. */
const common = ({ source, url, guard }: Config) => ({
  querySeparator: url.sourceUrlQuerySeparator,
  downloadTimeoutSeconds: source.downloadTimeout,
  connectTimeoutSeconds: source.connectTimeout,
  leastRate: source.minDownloadRate,
  keepAliveSeconds: source.clientKeepAliveTimeout,
  userAgent: source.userAgent,
  ignoreTls: guard.ignoreSslVerification,
});

/** Object stores by scheme: whether one is switched on, and how it is opened. */
const STORES: Readonly<
  Record<
    Scheme,
    { readonly isOn: (config: Config) => boolean; readonly open: (config: Config) => Promise<BucketSource> }
  >
> = {
  s3: {
    isOn: ({ s3 }) => s3.enabled,
    open: async (config) => (await import("./source/s3.ts")).s3Source({ ...common(config), ...config.s3 }),
  },
  gs: {
    isOn: ({ gcs }) => gcs.enabled,
    open: async (config) => (await import("./source/gcs.ts")).gcsSource({ ...common(config), ...config.gcs }),
  },
  abs: {
    isOn: ({ abs }) => abs.enabled,
    open: async (config) =>
      (await import("./source/azure.ts")).azureSource({ ...common(config), ...config.abs }),
  },
  swift: {
    isOn: ({ swift }) => swift.enabled,
    open: async (config) =>
      (await import("./source/swift.ts")).swiftSource({ ...common(config), ...config.swift }),
  },
};

/** A store that nobody asks costs nothing: neither memory nor the time to load what it needs. */
function lazily(open: () => Promise<BucketSource>): BucketSource {
  let opened: Promise<BucketSource> | undefined;
  return {
    fetch: async (url, wish) => (await (opened ??= open())).fetch(url, wish),
    close: async () => (await opened)?.close(),
  };
}

function openWeb({ source, guard }: Config, { allows, ports }: Allowlist): HttpSource {
  const gate = createGate({
    allowLoopback: guard.allowLoopbackSourceAddresses,
    allowLinkLocal: guard.allowLinkLocalSourceAddresses,
    allowPrivate: guard.allowPrivateSourceAddresses,
    deny: guard.deniedSourceAddresses,
    ports: [...guard.sourcePorts, ...ports],
  });
  return httpSource({
    gate,
    allows,
    maxRedirects: guard.maxRedirects,
    downloadTimeoutSeconds: source.downloadTimeout,
    connectTimeoutSeconds: source.connectTimeout,
    leastRate: source.minDownloadRate,
    keepAliveSeconds: source.clientKeepAliveTimeout,
    userAgent: source.userAgent,
    ignoreTls: guard.ignoreSslVerification,
  });
}

/** No host is left alone for longer, whatever it asks for. */
const LONGEST_PAUSE_SECONDS = 60;

/** Sources of every kind; object stores are opened when they are first asked. */
export function openSources(config: Config, allowlist: Allowlist): Sources {
  const { source, url, http } = config;
  const dropped = http.development && http.playground ? createShelf() : undefined;
  const web = openWeb(config, allowlist);
  const ownWeb = openWeb(config, { ...allowlist, allows: () => true });
  const stores = Object.entries(STORES)
    .filter(([, { isOn }]) => isOn(config))
    .map(([scheme, { open }]): [string, BucketSource] => [scheme, lazily(() => open(config))]);

  // What failed a moment ago and hosts that are left alone take no place in a lane.
  const guarded = (each: Source): ForgetfulSource => {
    const laned = lanes(each, { active: source.maxHostDownloads, queued: source.maxHostQueueSize });
    const patient = breaker(laned, {
      failures: source.breakerFailures,
      pauseSeconds: source.breakerPause,
      maxPauseSeconds: LONGEST_PAUSE_SECONDS,
    });
    return failures(patient, { missingSeconds: source.missingTtl, failureSeconds: source.failureTtl });
  };
  const root = source.localFilesystemRoot;
  const kept = stores.map(([scheme, store]): [string, ForgetfulSource] => [scheme, guarded(store)]);
  const asked = guarded(web);
  const others = {
    ...(root !== "" && { local: fileSource({ root, querySeparator: url.sourceUrlQuerySeparator }) }),
    ...Object.fromEntries(kept),
  };
  return {
    asked: byScheme({ http: asked, https: asked, ...others, ...(dropped && { dropped }) }),
    own: byScheme({ http: ownWeb, https: ownWeb, ...others }),
    dropped,
    forget: () => [asked, ...kept.map(([, each]) => each)].forEach((each) => each.forget()),
    close: async () => {
      await Promise.all([web, ownWeb, ...stores.map(([, store]) => store)].map((each) => each.close()));
    },
  };
}
