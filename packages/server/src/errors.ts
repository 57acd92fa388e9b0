/**
 * THE TABLE of errors. A code is all that a room needs to know to refuse: status, public words, metric and caching
 * follow from its row. The public words are fixed; whatever is private goes into the error's own message, for the log.
 */

/** How long a CDN may keep the refusal: never, or for the few seconds of the `http.errorTtl` setting. */
export type Keeping = "no-store" | "short";

export interface ErrorEntry {
  /** HTTP status; 0 stands for "the status that the source answered with". */
  readonly status: number;
  /** What the client reads. */
  readonly message: string;
  /** The `type` label of the `errors_total` metric. */
  readonly metric: string;
  readonly keeping: Keeping;
  /** One sentence for docs/reference/errors.md: when this happens and what to do about it. */
  readonly docs: string;
}

const SIGNATURE_IS_OPTION =
  "The signature appears to be a processing option. The signature section should always be present in the URL.";

const refusal = (
  status: number,
  message: string,
  metric: string,
  keeping: Keeping,
  docs: string,
): ErrorEntry => ({ status, message, metric, keeping, docs });

export const ERRORS = {
  bad_request: refusal(
    400,
    "400 Bad Request",
    "path_parsing",
    "no-store",
    "The request itself is malformed: a target with a raw space, a control character or a broken percent escape, two Host headers, a body on a GET.",
  ),
  not_found: refusal(
    404,
    " ",
    "path_parsing",
    "no-store",
    "Nothing is served at this path or with this method.",
  ),
  invalid_path: refusal(
    404,
    "Invalid URL",
    "path_parsing",
    "no-store",
    "The path has no signature, no options or no source part.",
  ),
  invalid_option: refusal(
    404,
    "Invalid URL",
    "path_parsing",
    "no-store",
    "A processing option is unknown or one of its arguments is not what it expects; the log names the option, what was expected and what was given.",
  ),
  unknown_preset: refusal(
    404,
    "Invalid URL",
    "path_parsing",
    "no-store",
    "The URL asks for a preset that is not configured.",
  ),
  option_not_allowed: refusal(
    404,
    "Invalid URL",
    "path_parsing",
    "no-store",
    "The option is missing from IMGPROXY_ALLOWED_PROCESSING_OPTIONS.",
  ),
  security_option: refusal(
    403,
    "Invalid URL",
    "path_parsing",
    "no-store",
    "The option changes a security limit, which IMGPROXY_ALLOW_SECURITY_OPTIONS does not permit.",
  ),
  invalid_source: refusal(
    404,
    "Invalid URL",
    "path_parsing",
    "no-store",
    "The source part is not a valid plain or base64 URL, or its extension is unknown.",
  ),
  expired: refusal(404, "Invalid URL", "path_parsing", "no-store", "The time given by `expires` has passed."),
  bad_signature: refusal(
    403,
    "Forbidden",
    "security",
    "no-store",
    "The signature is missing, malformed or does not match any configured key.",
  ),
  signature_is_option: refusal(
    403,
    SIGNATURE_IS_OPTION,
    "security",
    "no-store",
    "Signing is off, and the URL starts with an option where the signature belongs: put `unsafe` or any other word in front.",
  ),
  bad_capability: refusal(
    403,
    "Forbidden",
    "security",
    "no-store",
    "The capability is malformed, tampered with, expired or revoked, made out to another host, or its policy has not what was picked; the log says which.",
  ),
  bad_secret: refusal(
    403,
    "Forbidden",
    "security",
    "no-store",
    "The Authorization header does not carry the configured secret.",
  ),
  source_not_allowed: refusal(
    404,
    "Invalid source URL",
    "security",
    "no-store",
    "The source is not on the allow-list (IMGPROXY_ALLOWED_SOURCES); without a key nothing else is served.",
  ),
  source_address_forbidden: refusal(
    404,
    // To the letter what an address that does not answer gets: nobody may map a network by the difference.
    "Source is unreachable",
    "download",
    "short",
    "The source's host, port or address is one that the server must not connect to.",
  ),
  source_unreachable: refusal(
    404,
    "Source is unreachable",
    "download",
    "short",
    "The source could not be asked: unknown scheme, name not found, connection or TLS failure, too many redirects, missing file.",
  ),
  source_refused: refusal(
    0,
    "Source is unreachable",
    "download",
    "short",
    "The source answered with a 4xx status, which is passed on.",
  ),
  source_failed: refusal(
    502,
    "Source is unreachable",
    "download",
    "short",
    "The source answered with a 5xx status.",
  ),
  source_timeout: refusal(
    504,
    "Source is unreachable",
    "timeout",
    "short",
    "The source did not connect, answer or finish its body within IMGPROXY_DOWNLOAD_TIMEOUT.",
  ),
  source_incomplete: refusal(
    422,
    "Source response is incomplete",
    "download",
    "short",
    "The source sent fewer bytes than it announced, or an image that ends before its end.",
  ),
  source_too_big: refusal(
    422,
    "Invalid source image",
    "download",
    "short",
    "The source has more bytes than IMGPROXY_MAX_SRC_FILE_SIZE allows.",
  ),
  source_unrecognised: refusal(
    422,
    "Invalid source image",
    "download",
    "short",
    "The source's bytes are not an image of a known format.",
  ),
  loader_missing: refusal(
    422,
    "Invalid URL",
    "path_parsing",
    "short",
    "The source has a known format that this installation has no decoder for; the log names the format.",
  ),
  format_unsaveable: refusal(
    422,
    "Invalid URL",
    "path_parsing",
    "no-store",
    "The asked-for format cannot be written by this installation.",
  ),
  svg_from_raster: refusal(
    422,
    "Invalid URL",
    "processing",
    "no-store",
    "SVG was asked for, but the source is not an SVG.",
  ),
  resolution_too_big: refusal(
    422,
    "Invalid source image",
    "processing",
    "short",
    "The source has more pixels than IMGPROXY_MAX_SRC_RESOLUTION allows.",
  ),
  result_too_big: refusal(
    422,
    "Invalid URL",
    "processing",
    "no-store",
    "The result would exceed what its format can hold.",
  ),
  too_expensive: refusal(
    422,
    "Invalid source image",
    "processing",
    "short",
    "Making the picture would take more memory than TINTYPE_RENDER_MEMORY grants all renderers together.",
  ),
  broken_image: refusal(
    422,
    "Broken or unsupported image",
    "processing",
    "short",
    "The decoder refused the source.",
  ),
  broken_svg: refusal(
    422,
    "Broken or unsupported SVG image",
    "processing",
    "short",
    "The source is not well-formed SVG, or is more complex than allowed.",
  ),
  queue_full: refusal(
    429,
    "Too many requests",
    "queue",
    "no-store",
    "Every renderer is busy, or one host of sources has as many downloads as it may, and the line for it is full; try again after Retry-After seconds.",
  ),
  timeout: refusal(
    503,
    "Timeout",
    "timeout",
    "no-store",
    "The request did not finish within IMGPROXY_TIMEOUT.",
  ),
  not_ready: refusal(
    503,
    "Not ready",
    "unexpected",
    "no-store",
    "The server is starting, draining, or its renderers do not answer.",
  ),
  client_gone: refusal(
    499,
    "Cancelled",
    "timeout",
    "no-store",
    "The client hung up before the picture was ready; only the log sees this.",
  ),
  renderer_lost: refusal(
    500,
    "Internal error",
    "unexpected",
    "no-store",
    "The renderer process that worked on this picture ended; no other request was touched.",
  ),
  internal: refusal(
    500,
    "Internal error",
    "unexpected",
    "no-store",
    "A fault of the server; the log has the cause.",
  ),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

export interface Detail {
  readonly cause?: unknown;
  /** Only for codes whose row says status 0. */
  readonly status?: number;
  /** Seconds, for codes that tell the client when to come back. */
  readonly retryAfter?: number;
}

/**
 * A refusal: `code` names its row of ERRORS, `message` is the private detail, for the log only.
 * Thrown anywhere, turned into a reply in one place (`reply.ts`).
 */
let isTraced = false;

/** Has refusals know where in the code they came from, for good. It takes longer than the rest of one, and only developers read it. */
export function traceRefusals(): void {
  isTraced = true;
}

const FAULTS_FROM = 500;

export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, detail: string, { cause, status, retryAfter }: Detail = {}) {
    const limit = Error.stackTraceLimit;
    const actual = ERRORS[code].status || (status ?? 404);
    if (actual < FAULTS_FROM && !isTraced) Error.stackTraceLimit = 0;
    super(detail, cause === undefined ? undefined : { cause });
    Error.stackTraceLimit = limit;
    this.code = code;
    this.status = actual;
    this.retryAfter = retryAfter;
  }

  get publicMessage(): string {
    return ERRORS[this.code].message;
  }

  /** Ours to repair (5xx except deadlines and drains), as opposed to the client's or the source's. */
  get isFault(): boolean {
    return this.code === "internal" || this.code === "renderer_lost";
  }

  static from(error: unknown): HttpError {
    if (error instanceof HttpError) return error;
    return new HttpError("internal", error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}
