import { ERRORS, HttpError } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";

/** An HttpError on its way from a renderer to the front. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  /** Only for codes whose status is the source's own. */
  readonly status?: number;
}

const MAX_MESSAGE = 4000;

/** What of an error travels; anything but an HttpError becomes `internal`. */
export function toFailure(error: unknown): Failure {
  const { code, message, status } = HttpError.from(error);
  const shown = message.slice(0, MAX_MESSAGE);
  return ERRORS[code].status === 0 ? { code, message: shown, status } : { code, message: shown };
}

/** The error that a renderer reported, or undefined where that is none that this server knows. */
export function fromFailure(value: unknown): HttpError | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { code, message, status }: Partial<Record<keyof Failure, unknown>> = value;
  if (typeof code !== "string" || !isCode(code) || typeof message !== "string") return undefined;
  const detail = message.slice(0, MAX_MESSAGE);
  return isClientStatus(status) ? new HttpError(code, detail, { status }) : new HttpError(code, detail);
}

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

const isClientStatus = (status: unknown): status is number =>
  Number.isInteger(status) && Number(status) >= 400 && Number(status) < 500;
