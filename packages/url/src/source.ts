import { formatName, type FormatName } from "./arguments.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { UrlError } from "./error.ts";
import { CodecError } from "./shape.ts";

/** Where one picture lies, as a URL's last part says it. */
export interface SourcePart {
  readonly url: string;
  /** The format that an extension behind the source asks for. */
  readonly extension?: FormatName;
}

export interface SourceReading {
  readonly base64IncludesFilename?: boolean;
  /** Leaves the extension unread, as raw mode does. */
  readonly ignoreExtension?: boolean;
}

/** Reads the segments behind the options: `plain/...@ext` or base64 cut by slashes, `.ext`. Throws UrlError. */
export function parseSource(segments: readonly string[], reading: SourceReading = {}): SourcePart {
  const [first, ...rest] = segments;
  if (first === undefined)
    throw new UrlError("invalid_source", "expected a source behind the options, got nothing");
  const isPlain = first === "plain" && rest.length > 0;
  const [encoded = "", extension] = isPlain
    ? split(rest.join("/"), "@")
    : split(joinBase64(segments, reading), ".");
  const url = isPlain ? unescapePath(encoded) : decode(encoded);
  if (url === "") throw new UrlError("invalid_source", "expected a source URL, got an empty one");
  return { url, ...(extension && !reading.ignoreExtension && { extension: readExtension(extension) }) };
}

function split(text: string, mark: string): readonly string[] {
  const parts = text.split(mark);
  if (parts.length > 2)
    throw new UrlError(
      "invalid_source",
      `expected at most one "${mark}" in the source, got ${parts.length - 1}`,
    );
  return parts;
}

const joinBase64 = (segments: readonly string[], { base64IncludesFilename }: SourceReading): string =>
  (base64IncludesFilename && segments.length > 1 ? segments.slice(0, -1) : segments).join("");

function decode(encoded: string): string {
  try {
    return decodeBase64(encoded);
  } catch (error) {
    throw error instanceof CodecError ? new UrlError("invalid_source", `source: ${error.message}`) : error;
  }
}

function readExtension(extension: string): FormatName {
  try {
    return formatName.read(extension);
  } catch (error) {
    throw error instanceof CodecError ? new UrlError("invalid_source", `extension: ${error.message}`) : error;
  }
}

/** Percent-decodes as in a URL's path, so `+` stays. Escapes of bytes that are not UTF-8 stay escapes. */
function unescapePath(encoded: string): string {
  const broken = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(encoded);
  if (broken)
    throw new UrlError(
      "invalid_source",
      `expected two hex digits behind "%", got ${JSON.stringify(broken[0])}`,
    );
  return encoded.replace(/%[0-7][0-9a-fA-F]|(?:%[89a-fA-F][0-9a-fA-F])+/g, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

export interface SourceWriting {
  readonly form?: "plain" | "base64";
  readonly extension?: FormatName | undefined;
}

/** Writes a source so that `parseSource` reads the same URL back and no proxy on the way has reason to change it. */
export function formatSource(url: string, { form = "base64", extension }: SourceWriting = {}): string {
  if (url === "") throw new CodecError("expected a source URL, got an empty one");
  if (form === "base64") return encodeBase64(url) + (extension ? `.${extension}` : "");
  return `plain/${escapePath(url)}${extension ? `@${extension}` : ""}`;
}

/**
 * No colon stays before a single slash: `a:/b` would be taken for a scheme that lost a slash. No comma stays at the end,
 * where it would end the URL's entry in a `srcset`.
 */
function escapePath(url: string): string {
  const scheme = /^[a-zA-Z][a-zA-Z\d+.-]*:(?!\/(?!\/))/.exec(url)?.[0] ?? "";
  const rest = encodeURIComponent(url.slice(scheme.length).toWellFormed());
  return scheme + rest.replace(/%(?:2F|26|3D|2B|24|2C(?!$)|3B)/g, decodeURIComponent);
}
