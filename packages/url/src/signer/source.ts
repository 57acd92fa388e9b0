import { CodecError } from "../codec.ts";
import { checkSource } from "../capability/source.ts";
import { Refusal } from "./refusal.ts";

const SLASH = String.raw`(?:[/\\]|%(?:25)*(?:2f|5c))`;
const DOT = String.raw`(?:\.|%(?:25)*2e)`;
/** A step sideways or up, however often it is escaped. */
const STEP = new RegExp(`(?:^|${SLASH})${DOT}{1,2}(?=${SLASH}|;|$)`, "i");
/** A name before the host, which then only looks like the host. */
const NAME_BEFORE_HOST = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*@/i;
/** What those who fetch leave out, or take for a slash. */
const UNSEEN = /^\s|\s$|[\u0000-\u001f\u007f\\]/;

/**
 * Throws Refusal where a source cannot be signed, or where it leads elsewhere than its beginning says: who may have it is
 * often told by that.
 */
export function admit(source: string): void {
  const [path = ""] = source.split(/[?#]/, 1);
  const isPlain =
    source.isWellFormed() && !UNSEEN.test(source) && !NAME_BEFORE_HOST.test(source) && !STEP.test(path);
  if (!isPlain)
    throw new Refusal(
      400,
      `sources: expected one without steps such as "..", backslashes, control characters and user names, got ${JSON.stringify(source)}`,
    );
  try {
    checkSource(source);
  } catch (error) {
    if (error instanceof CodecError) throw new Refusal(400, `sources: ${error.message}`);
    throw error;
  }
}

/** Puts the base URL in front of a source that does not begin with it, as the server does with its own. */
export const resolve = (baseUrl: string, source: string): string =>
  source.startsWith(baseUrl) ? source : `${baseUrl}${source}`;
