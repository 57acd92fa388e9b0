/** Attributes of spans: bounded, and without query strings, signatures or passwords. */
import { listOptions, type Options } from "@tintype/url";
import { HttpError } from "../errors.ts";
import { originOf, safeSource, safeText } from "./safe-text.ts";
import { downloadOf } from "./source-facts.ts";
import type { Facts, Span } from "./trace.ts";

export type Attributes = Record<string, string | number>;

const MOST_OPTIONS = 256;
const MOST_MESSAGE = 256;

/** What is known of a request before anything is read: its path is left out, since it holds signature and source. */
export function asked({ ask }: Facts): Attributes {
  const method = (ask as { method?: unknown } | undefined)?.method;
  return typeof method === "string" ? { "http.request.method": method.slice(0, 16) } : {};
}

interface Job {
  readonly source?: unknown;
  readonly options?: unknown;
}

/** What a picture is made of, by imgproxy's names. */
export function jobOf(job: unknown): Attributes {
  const { source, options } = (job ?? {}) as Job;
  return {
    ...(typeof source === "string" && {
      "imgproxy.source_image_url": safeSource(source),
      "imgproxy.source_image_origin": originOf(source),
    }),
    ...(typeof options === "object" && options !== null && { "imgproxy.options": spelt(options) }),
  };
}

const spelt = (options: Options): string =>
  safeText(
    listOptions(options)
      .map((parts) => parts.join(":"))
      .join("/"),
    MOST_OPTIONS,
  );

export interface End {
  readonly attributes: Attributes;
  /** Where it went wrong; a client that hung up is no failure. */
  readonly failure?: string;
}

/** What came of a step. */
export function endOf(span: Span): End {
  if (span.step === "request" && !("error" in span)) return answered(span.result);
  const attributes = span.step === "fetch" ? fetched(span) : {};
  return "error" in span ? failed(span.error, attributes) : { attributes };
}

const fetched = (span: Span): Attributes => {
  const { result, bytes } = downloadOf(span);
  return { "tintype.source_result": result, ...(bytes > 0 && { "tintype.source_bytes": bytes }) };
};

interface Told {
  readonly reply?: { readonly status?: unknown };
  readonly state?: unknown;
  readonly job?: unknown;
  readonly error?: unknown;
}

/** A request always has an answer; only one that is ours to repair makes it a failure. */
function answered(result: unknown): End {
  const { reply, state, job, error } = (result ?? {}) as Told;
  const attributes: Attributes = {
    ...jobOf(job),
    ...(typeof reply?.status === "number" && { "http.response.status_code": reply.status }),
    ...(typeof state === "string" && { "tintype.state": state.slice(0, 16) }),
  };
  if (error === undefined) return { attributes };
  const { failure, ...end } = failed(error, attributes);
  return HttpError.from(error).status >= 500 && failure !== undefined ? { ...end, failure } : end;
}

function failed(error: unknown, attributes: Attributes): End {
  const { code, message } = HttpError.from(error);
  const named = { ...attributes, "error.type": code };
  return code === "client_gone"
    ? { attributes: named }
    : { attributes: named, failure: safeText(message, MOST_MESSAGE) };
}
