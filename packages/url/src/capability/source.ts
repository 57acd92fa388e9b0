import { CodecError } from "../codec.ts";

/** A capability names one source or, with this at its end, all below a place. */
const ALL_BELOW = "/*";

export const isPrefix = (source: string): boolean => source.endsWith(ALL_BELOW);

/** A place whose host is named whole and that ends with a segment, so that nothing beside it begins alike. */
const PLACE = /^(?:local:\/\/\/|[a-z][a-z\d+.-]*:\/\/[^/?#\\*@]+\/|\/?[^/?#\\*:]+\/)(?:[^/?#\\*]+\/)*$/i;

/** Throws CodecError where a source cannot be signed: an empty one, or a prefix that is open at its end. */
export function checkSource(source: string): void {
  if (source === "") throw new CodecError("expected a source, got an empty one");
  if (!source.endsWith("*")) return;
  if (!isPrefix(source) || !PLACE.test(source.slice(0, -1)))
    throw new CodecError(
      `expected a prefix of whole segments, such as https://cdn.example.com/products/*, got ${JSON.stringify(source)}`,
    );
}

/** What no segment may hold, as it is or escaped: another slash, a query, what proxies and file systems stumble over. */
const FOREIGN = /[/\\?#\u0000-\u001f\u007f]/;
/** A step sideways or up, with the parameters that some servers cut off first. */
const STEPS = /^\.{1,2}(?:;|$)/;
/** An escape that a server which decodes twice would take for one of those. */
const TWICE = /%(?:25)*(?:2e|2f|5c|00)/i;

/** One source below a signed place. Throws CodecError where the path could lead anywhere else, however it is decoded. */
export function below(prefix: string, path: string): string {
  for (const segment of path.split("/")) {
    const plain = decodeOnce(segment);
    if (
      plain === "" ||
      FOREIGN.test(segment) ||
      FOREIGN.test(plain) ||
      STEPS.test(plain) ||
      TWICE.test(plain)
    )
      throw new CodecError(`expected a path of plain segments, got ${JSON.stringify(path)}`);
  }
  return prefix.slice(0, -1) + path;
}

function decodeOnce(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new CodecError(`expected whole escapes of UTF-8, got ${JSON.stringify(segment)}`);
  }
}
