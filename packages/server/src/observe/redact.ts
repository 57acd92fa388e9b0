/** Takes out of text what a log must not keep: passwords in URLs, and the tokens of presigned source URLs. */

const HIDDEN = "***";

/**
 * `scheme://user:password@`, with or without percent escapes, and with the one slash that a proxy may have left of two.
 * File names such as `local:///photo@2x.png` are not meant, hence the look-behind and the third slash.
 */
const USERINFO =
  /(?<!\blocal)((?::|%3a)(?:\/|%2f){1,2}(?!\/|%2f))(?:(?!\/|%2f|\?|%3f|#|%23)[^\s"'<>])*(?:@|%40)/gi;

/** Query parameters of source URLs that open what they sign. */
const CREDENTIAL =
  /((?:[?&]|%3f|%26)(?:x-(?:amz|goog)-(?:signature|credential|security-token)|access_?token|token|sig|signature|api_?key|password|secret)(?:=|%3d))(?:(?!&|%26|#|%23)[^\s"'<>])*/gi;

/** A name under which no value is ever written. */
const SECRET_NAME = /^(?:proxy-)?authorization$|^(?:set-)?cookie$|password|secret/i;

const SCHEME = /^[a-z][a-z0-9+.-]*:\//i;
/** Enough of a base64 text to show the scheme that it begins with. */
const SCHEME_PEEK = 24;
const MOST_SEGMENTS = 64;

export const isSecretName = (name: string): boolean => SECRET_NAME.test(name);

/** What any of these takes; most texts have none of it, and are looked at once. */
const SUSPICIOUS = /[@="]|%[34]/;

/** A request target that a message quotes. */
const QUOTED_TARGET = /"(\/[^"]*)"/g;

/** The text without userinfo and credentials of URLs in it, those in base64 included where a request target is quoted. */
export function redact(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return text
    .replace(QUOTED_TARGET, (_, target: string) => `"${redactTarget(target)}"`)
    .replace(USERINFO, `$1${HIDDEN}@`)
    .replace(CREDENTIAL, `$1${HIDDEN}`);
}

/** Like `redact`, for a raw request target: it looks into base64 sources too, and hides one that holds a secret. */
export function redactTarget(target: string): string {
  const [path = "", ...query] = target.split("?");
  const segments = path.split("/");
  const source = segments.findIndex((_, index) => index > 0 && beginsSource(segments, index));
  if (source === -1) return redact(target);
  const hidden = decoded(segments.slice(source).join("").split(".", 1)[0] ?? "");
  if (redact(hidden) === hidden) return redact(target);
  const visible = redact(segments.slice(0, source).join("/"));
  return [`${visible}/${HIDDEN}`, ...query.map(redact)].join("?");
}

// The log knows no option by name, so a source is told by what it decodes to: base64 text may be cut by slashes anywhere.
function beginsSource(segments: readonly string[], index: number): boolean {
  if (index > MOST_SEGMENTS) return false;
  const start = segments
    .slice(index, index + SCHEME_PEEK)
    .join("")
    .slice(0, SCHEME_PEEK);
  return SCHEME.test(decoded(start));
}

const decoded = (base64: string): string => Buffer.from(base64, "base64url").toString("latin1");
