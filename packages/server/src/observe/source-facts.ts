/** What the trace's facts and results tell of sources. They come from floors that nobody here may know, so they are asked with care. */
import { HttpError } from "../errors.ts";
import { bounded, SCHEMES, SOURCE_RESULTS } from "./labels.ts";
import type { Facts, Span } from "./trace.ts";

export interface DownloadFacts {
  readonly scheme: (typeof SCHEMES)[number];
  readonly result: (typeof SOURCE_RESULTS)[number];
  /** 0 where it failed. */
  readonly bytes: number;
}

/** The address of the original that a step is about, where its facts name a job. */
export function sourceOf({ job }: Facts): string | undefined {
  const source = (job as { source?: unknown } | undefined)?.source;
  return typeof source === "string" ? source : undefined;
}

/** What a finished `fetch` was. */
export function downloadOf(span: Pick<Span, "facts" | "result" | "error">): DownloadFacts {
  const result = "error" in span ? resultOf(span.error) : "ok";
  return {
    scheme: schemeOf(sourceOf(span.facts)),
    result,
    bytes: result === "ok" ? bytesOf(span.result) : 0,
  };
}

function schemeOf(source = ""): DownloadFacts["scheme"] {
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(source)?.[0].toLowerCase();
  return bounded(SCHEMES, scheme, "other");
}

function resultOf(error: unknown): DownloadFacts["result"] {
  switch (HttpError.from(error).code) {
    case "source_refused":
      return "refused";
    case "source_timeout":
    case "timeout":
      return "timeout";
    case "client_gone":
      return "cancelled";
    default:
      return "error";
  }
}

function bytesOf(result: unknown): number {
  const bytes = (result as { bytes?: unknown } | null | undefined)?.bytes;
  return bytes instanceof Uint8Array ? bytes.length : 0;
}
