import type { Config } from "./settings.ts";

/** Something that imgproxy does otherwise, on purpose. */
export interface Difference {
  readonly imgproxy: string;
  readonly here: string;
  readonly why: string;
  /** Left out where the difference cannot be set away. */
  readonly applies?: (config: Config) => boolean;
}

/** THE TABLE of differences, for people who move here: the configuration says which of them they will meet. */
export const DIFFERENCES: readonly Difference[] = [
  {
    imgproxy: "any source is allowed when no key and no list is set",
    here: "without a key, only listed sources and local:// files are served",
    why: "open proxies get abused",
    applies: ({ guard, http }) => guard.keys.length === 0 && !http.development,
  },
  {
    imgproxy: "sources at private addresses are allowed by default",
    here: "they are refused until IMGPROXY_ALLOW_PRIVATE_SOURCE_ADDRESSES=true",
    why: "requests could be forged into the network of the server",
    applies: ({ guard }) => !guard.allowPrivateSourceAddresses,
  },
  {
    imgproxy: "sources may have any TCP port",
    here: "80 and 443, unless TINTYPE_GUARD_SOURCE_PORTS or an allowed source names more, or loopback or private addresses are allowed",
    why: "requests could be forged into the network of the server",
    applies: ({ guard }) => !guard.allowLoopbackSourceAddresses && !guard.allowPrivateSourceAddresses,
  },
  {
    imgproxy: "redirects are not held against the list of allowed sources, and a limit of N follows N-1",
    here: "every hop is checked like the first, and N follows N, 10 at most",
    why: "requests could be forged; the documented meaning",
    applies: ({ guard }) => guard.maxRedirects > 0,
  },
  {
    imgproxy: "HEAD answers 200 to anything",
    here: "HEAD is GET without the body, checks included",
    why: "HTTP says so",
  },
  {
    imgproxy: "the queue has no limit by default, and a download holds a worker",
    here: "the queue has a limit and a deadline, above which 429 with Retry-After is answered; downloads hold no worker",
    why: "overload",
    applies: ({ render }) => render.requestsQueueSize > 0,
  },
  {
    imgproxy: "a timeout cannot stop the image library",
    here: "the renderer process is killed at the deadline",
    why: "overload",
  },
  {
    imgproxy: "WebP and AVIF by the Accept header are off by default",
    here: "they are on, and Vary: Accept is sent",
    why: "fewer bytes are the point",
    applies: ({ encode }) => encode.autoWebp || encode.autoAvif,
  },
  {
    imgproxy: "the AVIF encoder runs at speed 8",
    here: "at speed 7",
    why: "slower costs several times the CPU for few bytes less, faster saves little",
    applies: ({ encode }) => encode.avifSpeed === 7,
  },
  {
    imgproxy: "animations are cut to one frame by default",
    here: "all frames are kept within a budget; above it the first is served, and a header says so",
    why: "users expect animations to move",
    applies: ({ limits }) => limits.maxAnimationFrames > 1,
  },
  {
    imgproxy: "the ETag is the source's, and a 304 asks the source each time",
    here: "each rendition has a strong ETag of its own, format and options included",
    why: "correctness, speed",
    applies: ({ http }) => http.useEtag,
  },
  {
    imgproxy:
      "the open-source edition keeps no results, the paid one keeps them until storage forgets, and neither can purge",
    here: "results are kept in memory and on disk, renewed as their source allows, and can be purged",
    why: "a picture is made once",
    applies: ({ cache }) => cache.memory > 0 || cache.dir !== "",
  },
  {
    imgproxy: "the cache of the paid edition may lie in Google Cloud Storage, Azure or Swift",
    here: "it may lie on disk, in Redis, and in S3 or what is compatible with it, Google's store among them",
    why: "one shared store is enough",
  },
  {
    imgproxy: "errors carry no Cache-Control",
    here: "no-store, or a short max-age where the source is to blame",
    why: "CDNs keep or retry errors as they please otherwise",
  },
  {
    imgproxy: "results have no size limit by default",
    here: "no side is longer than IMGPROXY_MAX_RESULT_DIMENSION, 8192 by default",
    why: "abuse",
    applies: ({ limits }) => limits.maxResultDimension > 0,
  },
  {
    imgproxy: "originals have no size limit by default",
    here: "IMGPROXY_MAX_SRC_FILE_SIZE is 100 MiB by default",
    why: "abuse",
    applies: ({ source }) => source.maxSrcFileSize > 0,
  },
  {
    imgproxy: "SVG is cleaned by a list of what is forbidden",
    here: "SVG is rebuilt from a list of what is harmless",
    why: "scripts in pictures",
    applies: ({ image }) => image.sanitizeSvg,
  },
  {
    imgproxy: "an empty entry in IMGPROXY_ALLOWED_SOURCES, left by a comma too many, allows every source",
    here: "it refuses to start",
    why: "nobody means it",
  },
  {
    imgproxy: "an allowed source is a prefix of the whole URL, its host included",
    here: "a host that a pattern names must match whole",
    why: "https://cdn.example is no permission for https://cdn.example.evil.example",
    applies: ({ guard }) => guard.allowedSources.length > 0,
  },
  {
    imgproxy: "several spellings of one signature pass",
    here: "only the canonical base64 does",
    why: "each spelling would be a URL of its own to a CDN",
  },
  {
    imgproxy: "a source at a forbidden address is refused in words of its own",
    here: "it is refused like a source that cannot be reached",
    why: "nobody may map a network by the difference",
  },
  {
    imgproxy: "in the last second before `expires`, caches are told the whole lifetime",
    here: "no-cache",
    why: "no copy may outlive its URL",
  },
  {
    imgproxy: "signatures may be cut to a single byte",
    here: "8 bytes at least",
    why: "shorter ones can be forged by trying",
  },
  {
    imgproxy: "ranges are for raw pictures only",
    here: "any picture can be had in parts, one range at a time",
    why: "HTTP says so",
  },
  {
    imgproxy: "an object store serves every bucket that its credentials open",
    here: "without a key, only buckets that are listed; where none is, the server does not start",
    why: "credentials open more than pictures",
    applies: ({ guard, http, s3, gcs, abs, swift }) =>
      guard.keys.length === 0 && !http.development && [s3, gcs, abs, swift].some(({ enabled }) => enabled),
  },
  {
    imgproxy: "redirects may lead from https to http, and source URLs may name a user and password",
    here: "both are refused",
    why: "what was asked for in private must not come in public",
  },
  {
    imgproxy: "HTTP_PROXY, HTTPS_PROXY and NO_PROXY are honoured",
    here: "they are not",
    why: "behind a proxy no address can be checked",
  },
  {
    imgproxy: "links inside the local folder may lead out of it",
    here: "they are refused",
    why: "a folder is a promise",
    applies: ({ source }) => source.localFilesystemRoot !== "",
  },
  {
    imgproxy: "the client address in the log is what any X-Forwarded-For says",
    here: "it is believed from the proxies of TINTYPE_HTTP_TRUST_FORWARDED only",
    why: "logs that cannot be forged",
  },
  {
    imgproxy: "request heads of 1 MiB, and bodies on GET",
    here: "paths of 8 KiB, headers of 16 KiB and 100 lines, request ids of 128 characters, no bodies",
    why: "abuse",
  },
  {
    imgproxy: "presets unfold without end",
    here: "to a thousand options in one URL",
    why: "a path of a few thousand names would hold the server up",
  },
  {
    imgproxy: "paths may hold bytes beyond ASCII as they are",
    here: "400: they must be percent-encoded, as browsers do by themselves",
    why: "no two parsers agree on them",
  },
  {
    imgproxy: "a client may send any number of requests ahead of their answers",
    here: "a hundred on one connection, which is cut beyond",
    why: "abuse",
  },
  {
    imgproxy: "one address may hold all connections",
    here: "TINTYPE_HTTP_MAX_CLIENTS_PER_ADDRESS, unless it is private or one of TINTYPE_HTTP_TRUST_FORWARDED",
    why: "one client must not keep all others out",
    applies: ({ http }) => http.maxClientsPerAddress > 0,
  },
  {
    imgproxy: "logs are structured text by default",
    here: "they are JSON, one line for each request",
    why: "machines read them",
    applies: ({ observe }) => observe.logFormat === "json",
  },
  {
    imgproxy: "the log has a line where a request begins and one where it ends, and its options as an object",
    here: "it has one where it ends, with the options as a URL spells them and no links to imgproxy's pages",
    why: "one line tells all",
  },
  {
    imgproxy: "each refused request has its line in the log",
    here: "TINTYPE_OBSERVE_REFUSAL_LINES a second of each code, ten times as many at once, and how many were left out",
    why: "abuse",
    applies: ({ observe }) => observe.refusalLines > 0,
  },
  {
    imgproxy: "Vary says nothing of cookies and of headers in the cache's key",
    here: "it names Cookie where cookies are passed on or tell pictures apart, and IMGPROXY_CACHE_KEY_HEADERS",
    why: "a shared cache would give one visitor's picture to another",
    applies: ({ source, cache }) =>
      source.cookiePassthrough || cache.keyCookies.length > 0 || cache.keyHeaders.length > 0,
  },
  {
    imgproxy: "answers never carry Age and Server-Timing",
    here: "they do, and X-Cache",
    why: "whoever wonders why a picture is old or slow need not ask the operator",
  },
  {
    imgproxy: "the landing page may be kept as long as pictures, under their Content-Security-Policy",
    here: "it is asked for anew each time, and has a policy of its own",
    why: "it changes with the version, and has a stylesheet",
  },
  {
    imgproxy: "a source that has failed is asked again with the next request",
    here: "after TINTYPE_SOURCE_FAILURE_TTL, or TINTYPE_SOURCE_MISSING_TTL where nothing was there",
    why: "who is in trouble needs fewer requests",
    applies: ({ source }) => source.failureTtl > 0 || source.missingTtl > 0,
  },
  {
    imgproxy: "a host that fails again and again is asked all the same",
    here: "it is left alone for TINTYPE_SOURCE_BREAKER_PAUSE, or for as long as its Retry-After says",
    why: "a host that hangs must not take the server with it",
  },
  {
    imgproxy: "any number of downloads from one host, each as slow as its time allows",
    here: "TINTYPE_SOURCE_MAX_HOST_DOWNLOADS, TINTYPE_SOURCE_MIN_DOWNLOAD_RATE at least",
    why: "a host that drips must not take the server with it",
  },
  {
    imgproxy: "raw pictures may be of any size",
    here: "they obey IMGPROXY_MAX_SRC_FILE_SIZE like others",
    why: "abuse",
    applies: ({ source }) => source.maxSrcFileSize > 0,
  },
  {
    imgproxy: "IMGPROXY_NETWORK may be unixpacket",
    here: "it may not",
    why: "Node has no such sockets",
  },
  {
    imgproxy:
      "colours of a URL (background, padding) and the watermark are mixed in the source's colour space",
    here: "they are mixed in sRGB",
    why: "ff8800 should be ff8800 on every picture",
  },
  {
    imgproxy: "twice as many workers as CPUs",
    here: "one renderer for each CPU that the cgroup grants",
    why: "downloads hold no renderer, so more would only share the CPU",
  },
  {
    imgproxy: "development errors are sent to anyone",
    here: "they need a bind to this machine only",
    why: "errors tell internals",
    applies: ({ http }) => http.developmentErrorsMode,
  },
  {
    imgproxy: "Server: imgproxy",
    here: "Server: tintype, unless IMGPROXY_SERVER_NAME says otherwise",
    why: "the name of the server",
    applies: ({ http }) => http.serverName !== "imgproxy",
  },
];

/** The differences that a configuration leaves in force. */
export const differencesOf = (config: Config): readonly Difference[] =>
  DIFFERENCES.filter(({ applies = () => true }) => applies(config));
