/** Which errors are faults of the server, and what of them may leave the house. */
import { HttpError } from "../errors.ts";
import { errorText } from "./fields.ts";
import { originOf, safeText } from "./safe-text.ts";

/** What is known of where an error happened. Nothing else of a request is reported. */
export interface ReportFacts {
  readonly requestId?: string | undefined;
  /** The picture's source; only scheme and host of it are reported. */
  readonly source?: string | undefined;
  /** Canonical spelling of the options. */
  readonly options?: string | undefined;
  /** Where it was caught, such as `request` or `uncaughtException`. */
  readonly origin?: string | undefined;
}

/** A fault as it leaves the house: safe to show to whoever runs the service. */
export interface Fault {
  readonly error: Error;
  readonly tags: Readonly<Record<string, string>>;
}

const MOST_OPTIONS = 256;
const MOST_MESSAGE = 512;

/** What may be reported of an error; undefined where it is nobody's fault, or not the server's. */
export function faultOf(
  error: unknown,
  { requestId, source, options, origin }: ReportFacts,
): Fault | undefined {
  const { code, isFault, cause } = HttpError.from(error);
  if (!isFault) return undefined;
  // A wrapper says less than what it wraps, and was made elsewhere.
  const inner = cause instanceof Error ? cause : error;
  const tags = {
    code,
    request_id: requestId?.slice(0, 64),
    source_origin: source && originOf(source),
    options: options && safeText(options, MOST_OPTIONS),
    origin: origin?.slice(0, 64),
  };
  const known = Object.entries(tags).filter((tag): tag is [string, string] => Boolean(tag[1]));
  return { error: cleaned(inner, error), tags: Object.fromEntries(known) };
}

/** A copy with the same name and stack whose words hide what URLs in them hold. */
function cleaned(inner: unknown, outer: unknown): Error {
  const message = safeText(errorText(outer), MOST_MESSAGE);
  const copy = new Error(message);
  copy.name = inner instanceof Error ? inner.name : "Error";
  // The stack begins with the message as it was.
  const frames =
    inner instanceof Error ? (inner.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)) : [];
  copy.stack = [`${copy.name}: ${message.replaceAll("\n", " ")}`, ...frames].join("\n");
  return copy;
}
