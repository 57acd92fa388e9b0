/** Why a URL cannot be read. The server has a row of its own for each of these codes. */
export type UrlErrorCode =
  | "invalid_path"
  | "invalid_option"
  | "option_not_allowed"
  | "security_option"
  | "unknown_preset"
  | "invalid_source";

/** A URL that is not in the language; the message says where and why, for a log rather than for strangers. */
export class UrlError extends Error {
  override readonly name = "UrlError";
  readonly code: UrlErrorCode;

  constructor(code: UrlErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
