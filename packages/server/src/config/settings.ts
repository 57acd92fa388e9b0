import { formatName, hex, integer, text } from "@tintype/url";
import {
  bool,
  between,
  capped,
  count,
  headerValue,
  list,
  megapixels,
  metricName,
  path,
  positive,
  prefix,
  share,
  status,
  timer,
  string,
  unquoted,
  url,
  word,
  type Kind,
} from "./kinds.ts";
import {
  accessPoints,
  aesKey,
  base64,
  capabilityKeys,
  date,
  directory,
  endpoint,
  file,
  formatQuality,
  networks,
  presetList,
  replacements,
  serviceAccount,
} from "./values.ts";

interface Traits {
  /** The variable of imgproxy that means the same, and is read as well. */
  readonly imgproxy?: string;
  /** Never printed. */
  readonly secret?: true;
  readonly unit?: "seconds" | "bytes" | "pixels" | "megapixels" | "frames" | "milliseconds";
  /** What the default follows from, where it is not the same everywhere; the table then holds a stand-in. */
  readonly derived?: string;
  /** Named without its group: `TINTYPE_DEVELOPMENT`. */
  readonly root?: true;
  /** A wrong value counts as none, with a warning. */
  readonly lenient?: true;
  /** Set but empty is a value of its own rather than the default. */
  readonly blank?: true;
}

/** A row of the table: everything that anyone needs to know of one setting. */
export interface Setting<T> extends Traits {
  readonly kind: Kind<T>;
  readonly fallback: T;
  /** One sentence. */
  readonly docs: string;
}

/** A row with its value's type forgotten, for code that walks the table and knows no setting by name. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the seam of the table
export type AnySetting = Setting<any>;

function setting<T>(kind: Kind<T>, fallback: NoInfer<T>, docs: string, traits: Traits = {}): Setting<T> {
  return { kind, fallback, docs, ...traits };
}

const seconds = { unit: "seconds" } as const;

/** The lists that every object store has. */
const buckets = (store: "S3" | "GCS" | "ABS" | "SWIFT") => ({
  allowedBuckets: setting(list(text), [], "Buckets that may be asked; empty for all.", {
    imgproxy: `IMGPROXY_${store}_ALLOWED_BUCKETS`,
  }),
  deniedBuckets: setting(list(text), [], "Buckets that may not be asked, allowed ones included.", {
    imgproxy: `IMGPROXY_${store}_DENIED_BUCKETS`,
  }),
});

/** Where an S3 is, and as whom it is asked, which `role` says in a sentence: for sources, and for the cache. */
const amazon = (store: "S3" | "CACHE_S3", role: string) => ({
  endpoint: setting(endpoint, "", "The server to ask instead of Amazon's own.", {
    imgproxy: `IMGPROXY_${store}_ENDPOINT`,
  }),
  endpointUsePathStyle: setting(bool, true, "That server has the bucket in the path, not in the host.", {
    imgproxy: `IMGPROXY_${store}_ENDPOINT_USE_PATH_STYLE`,
  }),
  assumeRoleArn: setting(string, "", role, { imgproxy: `IMGPROXY_${store}_ASSUME_ROLE_ARN` }),
  assumeRoleExternalId: setting(string, "", "What the role's owner wants to hear from those who assume it.", {
    imgproxy: `IMGPROXY_${store}_ASSUME_ROLE_EXTERNAL_ID`,
    secret: true,
  }),
});

/**
 * THE TABLE of settings, grouped as the code is grouped and sorted by meaning. Names of variables and flags follow from
 * it by rule (`names.ts`); meanings and defaults are imgproxy's, except where `differences.ts` says otherwise.
 */
export const SETTINGS = {
  http: {
    bind: setting(string, ":8080", "Address and port to listen on, or the path of a socket.", {
      imgproxy: "IMGPROXY_BIND",
      derived: ":8080, or :$PORT where PORT is set; 127.0.0.1 rather than every address in development mode",
    }),
    network: setting(word(["tcp", "tcp4", "tcp6", "unix"]), "tcp", "Kind of socket to listen on.", {
      imgproxy: "IMGPROXY_NETWORK",
    }),
    soReuseport: setting(bool, false, "Lets several servers listen on one port.", {
      imgproxy: "IMGPROXY_SO_REUSEPORT",
    }),
    maxClients: setting(
      count,
      2048,
      "Connections at a time; further ones wait outside, and those that have been idle for a second make room. 0 lifts the limit.",
      {
        imgproxy: "IMGPROXY_MAX_CLIENTS",
      },
    ),
    maxClientsPerAddress: setting(
      count,
      64,
      "Connections at a time from one public address that is no trusted proxy's; further ones are cut, 0 lifts the limit.",
    ),
    timeout: setting(timer({ min: 1 }), 10, "Time for a whole request: waiting, download and rendering.", {
      imgproxy: "IMGPROXY_TIMEOUT",
      ...seconds,
    }),
    readRequestTimeout: setting(
      timer({ min: 1 }),
      10,
      "Time for a client to send its request, of which its head gets 5 at most.",
      {
        imgproxy: "IMGPROXY_READ_REQUEST_TIMEOUT",
        ...seconds,
      },
    ),
    writeResponseTimeout: setting(
      timer({ min: 1 }),
      10,
      "Time for a client to take the answer, from its first byte.",
      {
        imgproxy: "IMGPROXY_WRITE_RESPONSE_TIMEOUT",
        ...seconds,
      },
    ),
    keepAliveTimeout: setting(
      timer({ min: 0 }),
      10,
      "Time that an idle connection stays open; 0 closes it after each answer.",
      {
        imgproxy: "IMGPROXY_KEEP_ALIVE_TIMEOUT",
        ...seconds,
      },
    ),
    lameDuckDelay: setting(
      timer({ min: 0 }),
      2,
      "Time between a signal to stop and the closed door, in which health checks already fail.",
      { ...seconds, derived: "2, and 0 in development mode" },
    ),
    gracefulStopTimeout: setting(
      timer({ min: 0 }),
      20,
      "Time for running requests to finish once the door is closed.",
      {
        imgproxy: "IMGPROXY_GRACEFUL_STOP_TIMEOUT",
        ...seconds,
      },
    ),
    pathPrefix: setting(prefix, "", "What every path begins with, health checks included.", {
      imgproxy: "IMGPROXY_PATH_PREFIX",
    }),
    healthCheckPath: setting(path, "", "A second path of the health check, behind the prefix.", {
      imgproxy: "IMGPROXY_HEALTH_CHECK_PATH",
    }),
    healthCheckMessage: setting(string, "imgproxy is running", "Body of a good health check.", {
      imgproxy: "IMGPROXY_HEALTH_CHECK_MESSAGE",
    }),
    serverName: setting(headerValue, "tintype", "The Server header.", { imgproxy: "IMGPROXY_SERVER_NAME" }),
    allowOrigin: setting(headerValue, "", "Access-Control-Allow-Origin of pictures; none where empty.", {
      imgproxy: "IMGPROXY_ALLOW_ORIGIN",
    }),
    trustForwarded: setting(
      networks,
      [],
      "Addresses and blocks of proxies whose word on the client's address is believed, for the log.",
    ),
    viewerAddressHeader: setting(
      string,
      "",
      "A header that such proxies name the client in, believed before the usual ones; none where empty.",
    ),
    ttl: setting(count, 31_536_000, "Lifetime of a picture in caches; 0 sends no-cache.", {
      imgproxy: "IMGPROXY_TTL",
      derived: "31536000; 0 in development mode",
      ...seconds,
    }),
    vary: setting(
      bool,
      true,
      "Says in Vary which request headers change pictures; a CDN that ignores it must have them in its key.",
    ),
    errorTtl: setting(count, 10, "Lifetime in caches of an answer that the source is to blame for.", seconds),
    cacheControlPassthrough: setting(bool, false, "Takes the lifetime from the source where it names one.", {
      imgproxy: "IMGPROXY_CACHE_CONTROL_PASSTHROUGH",
    }),
    useEtag: setting(bool, true, "Sends an ETag and answers If-None-Match.", {
      imgproxy: "IMGPROXY_USE_ETAG",
    }),
    etagBuster: setting(unquoted, "", "A text that changes every ETag when it changes.", {
      imgproxy: "IMGPROXY_ETAG_BUSTER",
    }),
    useLastModified: setting(bool, true, "Sends Last-Modified and answers If-Modified-Since.", {
      imgproxy: "IMGPROXY_USE_LAST_MODIFIED",
    }),
    lastModifiedBuster: setting(date, undefined, "Pictures count as modified no earlier than this.", {
      imgproxy: "IMGPROXY_LAST_MODIFIED_BUSTER",
    }),
    setCanonicalHeader: setting(bool, false, "Names an http source in a Link header with rel=canonical.", {
      imgproxy: "IMGPROXY_SET_CANONICAL_HEADER",
    }),
    returnAttachment: setting(bool, false, "Asks browsers to save pictures, where the URL does not say.", {
      imgproxy: "IMGPROXY_RETURN_ATTACHMENT",
    }),
    enableDebugHeaders: setting(bool, false, "Sends X-Origin-* and X-Result-* headers.", {
      imgproxy: "IMGPROXY_ENABLE_DEBUG_HEADERS",
    }),
    development: setting(
      bool,
      false,
      "Development mode: listens on this machine only, and serves unsigned URLs of any source unless a key is set.",
      { root: true },
    ),
    developmentErrorsMode: setting(bool, false, "Puts the private detail into the body of an error.", {
      imgproxy: "IMGPROXY_DEVELOPMENT_ERRORS_MODE",
    }),
    gallery: setting(bool, false, "Serves a page of the pictures under the local root at /gallery.", {
      derived: "false, and true in development mode",
    }),
    playground: setting(
      bool,
      false,
      "Serves a page to try options on at /playground, which takes pictures in and signs URLs in development mode only.",
      { derived: "false, and true in development mode" },
    ),
  },

  url: {
    argumentsSeparator: setting(string, ":", "What stands between an option and its arguments.", {
      imgproxy: "IMGPROXY_ARGUMENTS_SEPARATOR",
    }),
    baseUrl: setting(string, "", "What source URLs begin with that do not already.", {
      imgproxy: "IMGPROXY_BASE_URL",
    }),
    urlReplacements: setting(
      replacements,
      [],
      "Beginnings of source URLs and what replaces them, in order.",
      {
        imgproxy: "IMGPROXY_URL_REPLACEMENTS",
      },
    ),
    base64UrlIncludesFilename: setting(
      bool,
      false,
      "The last segment of a base64 source is a name to ignore.",
      {
        imgproxy: "IMGPROXY_BASE64_URL_INCLUDES_FILENAME",
      },
    ),
    sourceUrlQuerySeparator: setting(
      string,
      "?",
      "What separates path and query of sources that are not HTTP; empty for nothing.",
      { imgproxy: "IMGPROXY_SOURCE_URL_QUERY_SEPARATOR", blank: true },
    ),
    presets: setting(presetList, [], "Named lists of options, `name=option:argument/option:argument`.", {
      imgproxy: "IMGPROXY_PRESETS",
    }),
    presetsSeparator: setting(string, ",", "What stands between two presets of the setting above.", {
      imgproxy: "IMGPROXY_PRESETS_SEPARATOR",
    }),
    presetsPath: setting(file, "", "A file with further presets, one on a line.", {
      imgproxy: "IMGPROXY_PRESETS_PATH",
    }),
    onlyPresets: setting(bool, false, "URLs name presets and nothing else.", {
      imgproxy: "IMGPROXY_ONLY_PRESETS",
    }),
    allowedProcessingOptions: setting(
      list(text),
      [],
      "Options that URLs may use, by each name; empty for all.",
      {
        imgproxy: "IMGPROXY_ALLOWED_PROCESSING_OPTIONS",
      },
    ),
    allowSecurityOptions: setting(bool, false, "URLs may change the limits of the server.", {
      imgproxy: "IMGPROXY_ALLOW_SECURITY_OPTIONS",
    }),
  },

  guard: {
    keys: setting(list(hex), [], "Keys of the URL signature; without one, only listed sources are served.", {
      imgproxy: "IMGPROXY_KEY",
      secret: true,
    }),
    salts: setting(list(hex), [], "Salts of the URL signature, one for each key.", {
      imgproxy: "IMGPROXY_SALT",
      secret: true,
    }),
    signatureSize: setting(between(1, 32), 32, "Length of the signature.", {
      imgproxy: "IMGPROXY_SIGNATURE_SIZE",
      unit: "bytes",
    }),
    trustedSignatures: setting(list(text), [], "Words that are taken for a good signature.", {
      imgproxy: "IMGPROXY_TRUSTED_SIGNATURES",
      secret: true,
    }),
    secret: setting(string, "", "What clients must send as `Authorization: Bearer`.", {
      imgproxy: "IMGPROXY_SECRET",
      secret: true,
    }),
    allowedSources: setting(
      list(text),
      [],
      "Beginnings of source URLs that may be asked, `*` standing for anything but a slash; empty for all that are signed.",
      { imgproxy: "IMGPROXY_ALLOWED_SOURCES" },
    ),
    sourcePorts: setting(
      list(integer({ min: 1, max: 65535 })),
      [80, 443],
      "TCP ports that sources may have.",
    ),
    allowLoopbackSourceAddresses: setting(bool, false, "Sources may lie on this machine.", {
      derived: "false; true in development mode",
      imgproxy: "IMGPROXY_ALLOW_LOOPBACK_SOURCE_ADDRESSES",
    }),
    allowLinkLocalSourceAddresses: setting(bool, false, "Sources may lie at link-local addresses.", {
      imgproxy: "IMGPROXY_ALLOW_LINK_LOCAL_SOURCE_ADDRESSES",
    }),
    allowPrivateSourceAddresses: setting(bool, false, "Sources may lie in private networks.", {
      imgproxy: "IMGPROXY_ALLOW_PRIVATE_SOURCE_ADDRESSES",
    }),
    deniedSourceAddresses: setting(
      networks,
      [],
      "Addresses and blocks that sources may not lie at, whatever else is allowed.",
    ),
    maxRedirects: setting(
      capped(10),
      10,
      "Redirects of a source that are followed, 10 at most; each is checked.",
      {
        imgproxy: "IMGPROXY_MAX_REDIRECTS",
      },
    ),
    ignoreSslVerification: setting(bool, false, "Takes any certificate of a source.", {
      imgproxy: "IMGPROXY_IGNORE_SSL_VERIFICATION",
    }),
  },

  capability: {
    keys: setting(
      capabilityKeys,
      [],
      "Keys of capability URLs, each with its id; without any, there are none.",
      { secret: true },
    ),
    audience: setting(
      string,
      "",
      "Host that capabilities are made out to, as browsers see it, with the port where it is not the usual one.",
    ),
    file: setting(
      file,
      "",
      "File with more keys and with what is revoked, one a line; read again on SIGHUP and when it has changed.",
    ),
    allowEndless: setting(bool, false, "Takes capabilities that never expire."),
  },

  source: {
    downloadTimeout: setting(timer({ min: 1 }), 5, "Time for one download, body included.", {
      imgproxy: "IMGPROXY_DOWNLOAD_TIMEOUT",
      ...seconds,
    }),
    connectTimeout: setting(timer({ min: 1 }), 2, "Time to connect to a source.", seconds),
    minDownloadRate: setting(
      count,
      10_240,
      "Bytes a second that a download must bring, two seconds at a time, its first two excepted; 0 lifts the limit.",
      { unit: "bytes" },
    ),
    clientKeepAliveTimeout: setting(
      timer({ min: 0 }),
      90,
      "Time that idle connections to sources stay open; 0 closes them.",
      {
        imgproxy: "IMGPROXY_CLIENT_KEEP_ALIVE_TIMEOUT",
        ...seconds,
      },
    ),
    maxSrcFileSize: setting(count, 104_857_600, "What an original may have; 0 lifts the limit.", {
      imgproxy: "IMGPROXY_MAX_SRC_FILE_SIZE",
      unit: "bytes",
    }),
    maxHostDownloads: setting(positive, 8, "Downloads at a time from one host."),
    maxHostQueueSize: setting(
      count,
      64,
      "Downloads that wait for their turn at one host; further ones are refused.",
    ),
    missingTtl: setting(
      count,
      60,
      "Time that a picture which is not there (404, 410) is not asked for again.",
      {
        derived: "60; 0 in development mode",
        ...seconds,
      },
    ),
    failureTtl: setting(
      count,
      5,
      "Time that a picture which could not be had otherwise is not asked for again.",
      {
        derived: "5; 0 in development mode",
        ...seconds,
      },
    ),
    breakerFailures: setting(
      positive,
      5,
      "Time-outs and failed connections in a row after which a host is left alone for a while.",
    ),
    breakerPause: setting(
      positive,
      5,
      "Time that it is left alone, doubled with each failure more, a minute at most.",
      seconds,
    ),
    userAgent: setting(headerValue, "imgproxy/%current_version", "The User-Agent header that sources see.", {
      imgproxy: "IMGPROXY_USER_AGENT",
    }),
    localFilesystemRoot: setting(
      directory,
      "",
      "The directory that local:// URLs begin at; none where empty.",
      {
        imgproxy: "IMGPROXY_LOCAL_FILESYSTEM_ROOT",
      },
    ),
    cookiePassthrough: setting(bool, false, "Sends the client's cookies on to sources of their site.", {
      imgproxy: "IMGPROXY_COOKIE_PASSTHROUGH",
    }),
    cookiePassthroughAll: setting(bool, false, "Sends the client's cookies on to any source.", {
      imgproxy: "IMGPROXY_COOKIE_PASSTHROUGH_ALL",
    }),
    cookieBaseUrl: setting(url, "", "The site that cookies belong to; from the request where empty.", {
      imgproxy: "IMGPROXY_COOKIE_BASE_URL",
    }),
  },

  cache: {
    dir: setting(string, "", "Where pictures and originals are kept on disk.", {
      imgproxy: "IMGPROXY_CACHE_FS_ROOT",
      derived: "tintype in the user's cache folder",
    }),
    memory: setting(count, 0, "What pictures kept in memory may take; 0 keeps none there.", {
      unit: "bytes",
      derived: "a sixteenth of the memory that the machine or its container has, from 16 MiB to 256 MiB",
    }),
    disk: setting(count, 4 * 1024 ** 3, "What pictures kept on disk may take; 0 keeps none there.", {
      unit: "bytes",
    }),
    diskFiles: setting(
      positive,
      500_000,
      "How many pictures and originals, each for itself, are kept on disk.",
    ),
    originals: setting(
      count,
      1024 ** 3,
      "What originals kept on disk may take, so that ten sizes cost one download; 0 keeps none.",
      { unit: "bytes" },
    ),
    ttl: setting(
      count,
      3600,
      "How long a picture is served before its source is asked again, where that does not say.",
      {
        ...seconds,
        derived: "3600, or the lifetime in caches where that is less",
      },
    ),
    staleWhileRevalidate: setting(
      count,
      3600,
      "How long after that it is served while its source is asked, where that names no lifetime.",
      seconds,
    ),
    staleIfError: setting(count, 86_400, "How long after that it is served where its source fails.", seconds),
    patience: setting(
      capped(60_000, { min: 1 }),
      50,
      "How long a place that keeps pictures is waited for, once; it is then left alone until it answers again.",
      { unit: "milliseconds" },
    ),
    sharedMinCost: setting(
      count,
      0,
      "Pictures that took less to make are not kept in S3, where each costs money.",
      { unit: "milliseconds" },
    ),
    allowBypass: setting(bool, false, "Lets URLs pass by the cache.", {
      imgproxy: "IMGPROXY_ALLOW_BYPASS_CACHE",
    }),
    use: setting(
      word(["fs", "s3"]),
      "s3",
      "What a bucket is that is named for the cache: one of S3, or a folder on disk.",
      {
        imgproxy: "IMGPROXY_CACHE_USE",
      },
    ),
    keyHeaders: setting(list(text), [], "Request headers whose values tell kept pictures apart.", {
      imgproxy: "IMGPROXY_CACHE_KEY_HEADERS",
    }),
    keyCookies: setting(list(text), [], "Cookies whose values tell kept pictures apart.", {
      imgproxy: "IMGPROXY_CACHE_KEY_COOKIES",
    }),
    tagsFormat: setting(
      word(["all", "cloudfront", "cloudflare", "fastly", "none"]),
      "all",
      "Which CDNs read a picture's tags in its headers: x-amz-meta-cache-tag, Cache-Tag, Surrogate-Key.",
      { imgproxy: "IMGPROXY_CACHE_TAGS_FORMAT" },
    ),
    reportErrors: setting(
      bool,
      false,
      "Logs every fault of a place that keeps pictures, not only the first.",
      {
        imgproxy: "IMGPROXY_CACHE_REPORT_ERRORS",
      },
    ),
  },

  cacheRedis: {
    url: setting(
      string,
      "",
      "Redis or Valkey that replicas share, redis://… or rediss://…; none where empty.",
      {
        secret: true,
      },
    ),
    prefix: setting(string, "tintype:", "What its keys begin with."),
    maxEntry: setting(positive, 1024 ** 2, "Larger pictures are not kept there.", { unit: "bytes" }),
    keep: setting(positive, 7 * 86_400, "How long it keeps a picture that nobody renews.", seconds),
  },

  cacheS3: {
    bucket: setting(
      string,
      "",
      "Bucket that replicas share, of S3 or what is compatible with it; none where empty.",
      {
        imgproxy: "IMGPROXY_CACHE_BUCKET",
      },
    ),
    prefix: setting(string, "", "What the names of its objects begin with.", {
      imgproxy: "IMGPROXY_CACHE_PATH_PREFIX",
    }),
    region: setting(string, "us-west-1", "Its region.", {
      imgproxy: "IMGPROXY_CACHE_S3_REGION",
      derived: "AWS_REGION, else us-west-1",
    }),
    ...amazon("CACHE_S3", "The role to use the bucket as; none where empty."),
  },

  operator: {
    bind: setting(
      string,
      "",
      "Address and port for the operator: purging, explaining, metrics; none where empty. Never to be reached from outside.",
    ),
    token: setting(
      string,
      "",
      "What an operator proves to be one with; without it only metrics are served.",
      {
        secret: true,
      },
    ),
  },

  edge: {
    cloudfrontDistribution: setting(
      string,
      "",
      "The CloudFront distribution to tell of purges; none where empty.",
    ),
    cloudfrontEndpoint: setting(endpoint, "", "The server to ask instead of Amazon's own."),
    cloudflareZone: setting(string, "", "The Cloudflare zone to tell of purges; none where empty."),
    cloudflareToken: setting(string, "", "A token of Cloudflare's API that may purge.", { secret: true }),
    cloudflareEndpoint: setting(endpoint, "https://api.cloudflare.com", "Where Cloudflare's API is."),
    fastlyService: setting(string, "", "The Fastly service to tell of purges; none where empty."),
    fastlyToken: setting(string, "", "A token of Fastly's API that may purge.", { secret: true }),
    fastlyEndpoint: setting(endpoint, "https://api.fastly.com", "Where Fastly's API is."),
  },

  s3: {
    enabled: setting(bool, false, "Serves s3:// sources: Amazon S3, or what is compatible with it.", {
      imgproxy: "IMGPROXY_USE_S3",
    }),
    region: setting(string, "us-west-1", "Region that buckets are looked for in first.", {
      imgproxy: "IMGPROXY_S3_REGION",
      derived: "AWS_REGION, else us-west-1",
    }),
    ...amazon("S3", "The role to read buckets as; none where empty."),
    sseCustomerKey: setting(
      aesKey,
      undefined,
      "The customer's key that objects are encrypted with (SSE-C).",
      {
        secret: true,
      },
    ),
    accessPoints: setting(accessPoints, new Map(), "Names for access points, `name=ARN;name=ARN`.", {
      imgproxy: "IMGPROXY_S3_ACCESS_POINTS",
    }),
    ...buckets("S3"),
  },

  gcs: {
    enabled: setting(bool, false, "Serves gs:// sources: Google Cloud Storage.", {
      imgproxy: "IMGPROXY_USE_GCS",
    }),
    key: setting(serviceAccount, "", "Key of a service account; Google's usual chain where empty.", {
      imgproxy: "IMGPROXY_GCS_KEY",
      secret: true,
    }),
    endpoint: setting(
      endpoint,
      "",
      "The server to ask instead of Google's own; over http without a key it is asked without credentials.",
      { imgproxy: "IMGPROXY_GCS_ENDPOINT" },
    ),
    ...buckets("GCS"),
  },

  abs: {
    enabled: setting(bool, false, "Serves abs:// sources: Azure Blob Storage.", {
      imgproxy: "IMGPROXY_USE_ABS",
    }),
    name: setting(string, "", "The storage account.", { imgproxy: "IMGPROXY_ABS_NAME" }),
    key: setting(string, "", "The account's key; Azure's usual chain where empty.", {
      imgproxy: "IMGPROXY_ABS_KEY",
      secret: true,
    }),
    endpoint: setting(endpoint, "", "The server to ask instead of the account's own.", {
      imgproxy: "IMGPROXY_ABS_ENDPOINT",
    }),
    ...buckets("ABS"),
  },

  swift: {
    enabled: setting(bool, false, "Serves swift:// sources: OpenStack Swift.", {
      imgproxy: "IMGPROXY_USE_SWIFT",
    }),
    username: setting(string, "", "Who signs in.", { imgproxy: "IMGPROXY_SWIFT_USERNAME" }),
    apiKey: setting(string, "", "The password.", { imgproxy: "IMGPROXY_SWIFT_API_KEY", secret: true }),
    authUrl: setting(endpoint, "", "Where to sign in.", { imgproxy: "IMGPROXY_SWIFT_AUTH_URL" }),
    authVersion: setting(between(0, 3), 0, "How to sign in; 0 finds v1, v2 or v3 in the URL.", {
      imgproxy: "IMGPROXY_SWIFT_AUTH_VERSION",
    }),
    tenant: setting(string, "", "The project, for versions 2 and 3.", { imgproxy: "IMGPROXY_SWIFT_TENANT" }),
    domain: setting(string, "", "The domain, for version 3; the default one where empty.", {
      imgproxy: "IMGPROXY_SWIFT_DOMAIN",
    }),
    timeoutSeconds: setting(
      timer({ min: 1 }),
      60,
      "Time to sign in, and for a download where that of all downloads is longer.",
      { imgproxy: "IMGPROXY_SWIFT_TIMEOUT_SECONDS", ...seconds },
    ),
    connectTimeoutSeconds: setting(timer({ min: 1 }), 10, "Time to connect.", {
      imgproxy: "IMGPROXY_SWIFT_CONNECT_TIMEOUT_SECONDS",
      ...seconds,
    }),
    ...buckets("SWIFT"),
  },

  render: {
    workers: setting(positive, 1, "Renderer processes, which is pictures at a time.", {
      imgproxy: "IMGPROXY_WORKERS",
      derived: "the CPUs that the machine or its cgroup grants; 1 in AWS Lambda",
    }),
    requestsQueueSize: setting(count, 16, "Requests that wait for a renderer; 0 lifts the limit.", {
      imgproxy: "IMGPROXY_REQUESTS_QUEUE_SIZE",
      derived: "4 for each worker, 16 at least; 0 in AWS Lambda",
    }),
    queueTimeout: setting(timer({ min: 1 }), 5, "Time that a request waits for a renderer.", seconds),
    memory: setting(
      count,
      0,
      "Memory that the pictures in work may take together, as far as their headers tell; 0 lifts the limit.",
      { unit: "bytes", derived: "what is left of the memory that the machine or its cgroup grants" },
    ),
    sandbox: setting(
      word(["auto", "0", "1", "2", "3"]),
      "auto",
      "How renderers are confined: as far as the machine grants it, to a level at least, or not at all (0).",
    ),
    quarantineTtl: setting(
      count,
      600,
      "Time for which a file is refused that has cost two renderers; 0 refuses none.",
      seconds,
    ),
  },

  limits: {
    maxSrcResolution: setting(
      megapixels({ above: 0 }),
      50_000_000,
      "What a source may have; larger ones are refused.",
      {
        imgproxy: "IMGPROXY_MAX_SRC_RESOLUTION",
        unit: "megapixels",
      },
    ),
    maxAnimationFrames: setting(
      positive,
      200,
      "Frames of an animation that are kept; 1 makes every picture still.",
      {
        imgproxy: "IMGPROXY_MAX_ANIMATION_FRAMES",
        unit: "frames",
      },
    ),
    maxAnimationFrameResolution: setting(
      megapixels({ min: 0 }),
      0,
      "What a frame of an animation may have; 0 leaves it to the limit above.",
      { imgproxy: "IMGPROXY_MAX_ANIMATION_FRAME_RESOLUTION", unit: "megapixels" },
    ),
    maxAnimationResolution: setting(
      megapixels({ above: 0 }),
      100_000_000,
      "What all frames of an animation may have together; above it the first frame is served.",
      { unit: "megapixels" },
    ),
    maxResultDimension: setting(count, 8192, "Longest side of a result; 0 lifts the limit.", {
      imgproxy: "IMGPROXY_MAX_RESULT_DIMENSION",
      unit: "pixels",
    }),
  },

  encode: {
    quality: setting(between(1, 100), 80, "Quality of formats that have no quality of their own below.", {
      imgproxy: "IMGPROXY_QUALITY",
    }),
    formatQuality: setting(
      formatQuality({ webp: 79, avif: 63, jxl: 77 }),
      { webp: 79, avif: 63, jxl: 77 },
      "Quality by format; formats that are not named keep theirs.",
      { imgproxy: "IMGPROXY_FORMAT_QUALITY" },
    ),
    autoWebp: setting(bool, true, "Sends WebP to clients that accept it, where the URL names no format.", {
      imgproxy: "IMGPROXY_AUTO_WEBP",
    }),
    autoAvif: setting(bool, true, "Sends AVIF to clients that accept it, where the URL names no format.", {
      imgproxy: "IMGPROXY_AUTO_AVIF",
    }),
    autoJxl: setting(bool, false, "Sends JPEG XL to clients that accept it, where the URL names no format.", {
      imgproxy: "IMGPROXY_AUTO_JXL",
    }),
    enforceWebp: setting(bool, false, "Sends WebP to clients that accept it, whatever the URL says.", {
      imgproxy: "IMGPROXY_ENFORCE_WEBP",
    }),
    enforceAvif: setting(bool, false, "Sends AVIF to clients that accept it, whatever the URL says.", {
      imgproxy: "IMGPROXY_ENFORCE_AVIF",
    }),
    enforceJxl: setting(bool, false, "Sends JPEG XL to clients that accept it, whatever the URL says.", {
      imgproxy: "IMGPROXY_ENFORCE_JXL",
    }),
    enableClientHints: setting(bool, false, "Takes width and DPR from client hints.", {
      imgproxy: "IMGPROXY_ENABLE_CLIENT_HINTS",
    }),
    preferredFormats: setting(
      list(formatName),
      ["jpeg", "png", "gif"],
      "Formats for results that neither the URL nor the client decides, best first.",
      { imgproxy: "IMGPROXY_PREFERRED_FORMATS" },
    ),
    skipProcessingFormats: setting(list(formatName), [], "Sources of these formats are sent as they are.", {
      imgproxy: "IMGPROXY_SKIP_PROCESSING_FORMATS",
    }),
    alwaysRasterizeSvg: setting(bool, false, "Turns every SVG into pixels.", {
      imgproxy: "IMGPROXY_ALWAYS_RASTERIZE_SVG",
    }),
    preserveHdr: setting(bool, false, "Keeps 16 bits a channel where the format can hold them.", {
      imgproxy: "IMGPROXY_PRESERVE_HDR",
    }),
    jpegProgressive: setting(bool, false, "Writes progressive JPEG.", {
      imgproxy: "IMGPROXY_JPEG_PROGRESSIVE",
    }),
    pngInterlaced: setting(bool, false, "Writes interlaced PNG.", { imgproxy: "IMGPROXY_PNG_INTERLACED" }),
    pngQuantize: setting(bool, false, "Writes PNG with a palette.", { imgproxy: "IMGPROXY_PNG_QUANTIZE" }),
    pngQuantizationColors: setting(between(2, 256), 256, "Colours of that palette.", {
      imgproxy: "IMGPROXY_PNG_QUANTIZATION_COLORS",
    }),
    webpEffort: setting(between(1, 6), 4, "CPU spent on WebP, 6 the most.", {
      imgproxy: "IMGPROXY_WEBP_EFFORT",
    }),
    webpPreset: setting(
      word(["default", "photo", "picture", "drawing", "icon", "text"]),
      "default",
      "What the WebP encoder takes pictures for.",
      { imgproxy: "IMGPROXY_WEBP_PRESET" },
    ),
    avifSpeed: setting(
      between(0, 9),
      7,
      "Speed of the AVIF encoder, 9 the fastest; its effort is 9 less this.",
      {
        imgproxy: "IMGPROXY_AVIF_SPEED",
      },
    ),
    jxlEffort: setting(between(1, 9), 4, "CPU spent on JPEG XL, 9 the most.", {
      imgproxy: "IMGPROXY_JXL_EFFORT",
    }),
  },

  image: {
    autoRotate: setting(bool, true, "Turns pictures as their EXIF orientation says.", {
      imgproxy: "IMGPROXY_AUTO_ROTATE",
    }),
    stripMetadata: setting(bool, true, "Leaves the source's metadata out of results.", {
      imgproxy: "IMGPROXY_STRIP_METADATA",
    }),
    keepCopyright: setting(bool, true, "Keeps author and rights when metadata is stripped.", {
      imgproxy: "IMGPROXY_KEEP_COPYRIGHT",
    }),
    stripColorProfile: setting(bool, true, "Converts to sRGB and leaves the colour profile out.", {
      imgproxy: "IMGPROXY_STRIP_COLOR_PROFILE",
    }),
    useLinearColorspace: setting(
      bool,
      false,
      "Scales in linear light: better on fine contrast, and slower.",
      {
        imgproxy: "IMGPROXY_USE_LINEAR_COLORSPACE",
      },
    ),
    disableShrinkOnLoad: setting(bool, false, "Decodes sources at full size before scaling.", {
      imgproxy: "IMGPROXY_DISABLE_SHRINK_ON_LOAD",
    }),
    enforceThumbnail: setting(bool, false, "Uses the thumbnail that a HEIC or AVIF file carries.", {
      imgproxy: "IMGPROXY_ENFORCE_THUMBNAIL",
    }),
    sanitizeSvg: setting(
      bool,
      true,
      "Rebuilds SVG from elements and attributes that are known to be harmless.",
      {
        imgproxy: "IMGPROXY_SANITIZE_SVG",
      },
    ),
    pngUnlimited: setting(bool, false, "Lifts the decoder's own limits on PNG.", {
      imgproxy: "IMGPROXY_PNG_UNLIMITED",
    }),
    svgUnlimited: setting(bool, false, "Lifts the decoder's own limits on SVG.", {
      imgproxy: "IMGPROXY_SVG_UNLIMITED",
    }),
    tiffUnlimited: setting(bool, false, "Lifts the decoder's own limits on TIFF.", {
      imgproxy: "IMGPROXY_TIFF_UNLIMITED",
    }),
  },

  watermark: {
    data: setting(base64, undefined, "The watermark itself, in base64; goes before the other two.", {
      imgproxy: "IMGPROXY_WATERMARK_DATA",
      lenient: true,
    }),
    path: setting(file, "", "The watermark as a file; goes before its URL.", {
      imgproxy: "IMGPROXY_WATERMARK_PATH",
      lenient: true,
    }),
    url: setting(url, "", "The watermark as a URL.", { imgproxy: "IMGPROXY_WATERMARK_URL", lenient: true }),
    opacity: setting(share, 1, "Opacity that a URL's opacity is multiplied with.", {
      imgproxy: "IMGPROXY_WATERMARK_OPACITY",
    }),
  },

  fallback: {
    imageData: setting(base64, undefined, "The picture shown when a source fails, in base64.", {
      imgproxy: "IMGPROXY_FALLBACK_IMAGE_DATA",
      lenient: true,
    }),
    imagePath: setting(file, "", "That picture as a file.", {
      imgproxy: "IMGPROXY_FALLBACK_IMAGE_PATH",
      lenient: true,
    }),
    imageUrl: setting(url, "", "That picture as a URL.", {
      imgproxy: "IMGPROXY_FALLBACK_IMAGE_URL",
      lenient: true,
    }),
    httpCode: setting(status, 200, "Status that it is sent with; 0 keeps the status of the failure.", {
      imgproxy: "IMGPROXY_FALLBACK_IMAGE_HTTP_CODE",
    }),
    ttl: setting(count, 0, "Its lifetime in caches; 0 takes that of pictures.", {
      imgproxy: "IMGPROXY_FALLBACK_IMAGE_TTL",
      ...seconds,
    }),
  },

  observe: {
    logFormat: setting(word(["pretty", "structured", "json", "gcp"]), "json", "How log lines look.", {
      imgproxy: "IMGPROXY_LOG_FORMAT",
    }),
    logLevel: setting(word(["debug", "info", "warn", "error"]), "info", "The least that is logged.", {
      imgproxy: "IMGPROXY_LOG_LEVEL",
    }),
    refusalLines: setting(
      count,
      100,
      "Lines a second about refusals of one code, ten times as many at once; the next one says how many were left out. 0 logs all.",
    ),
    prometheusBind: setting(string, "", "Address and port that serve metrics; none where empty.", {
      imgproxy: "IMGPROXY_PROMETHEUS_BIND",
    }),
    statsInterval: setting(timer({ min: 0 }), 10, "Between two lines of figures in the log; 0 for none.", {
      ...seconds,
      derived: "10; 0 in development mode",
    }),
    sentryDsn: setting(
      string,
      "",
      "Where Sentry takes reports of the server's own errors; none where empty.",
      {
        imgproxy: "IMGPROXY_SENTRY_DSN",
        secret: true,
      },
    ),
    sentryEnvironment: setting(string, "production", "What those reports are filed under.", {
      imgproxy: "IMGPROXY_SENTRY_ENVIRONMENT",
    }),
    sentryRelease: setting(string, "", "The release that they name.", {
      imgproxy: "IMGPROXY_SENTRY_RELEASE",
      derived: "tintype@ and its version",
    }),
    prometheusNamespace: setting(metricName, "", "What names of metrics begin with.", {
      imgproxy: "IMGPROXY_PROMETHEUS_NAMESPACE",
    }),
  },

  env: {
    localFilePath: setting(file, "", "A file of variables that go before those of the environment.", {
      imgproxy: "IMGPROXY_ENV_LOCAL_FILE_PATH",
    }),
  },
} as const satisfies Record<string, Record<string, AnySetting>>;

type ValueOf<S> = S extends Setting<infer T> ? T : never;

export type Group = keyof typeof SETTINGS;

/** Every setting's value, in the shape of the table. */
export type Config = {
  readonly [G in Group]: { readonly [K in keyof (typeof SETTINGS)[G]]: ValueOf<(typeof SETTINGS)[G][K]> };
};
