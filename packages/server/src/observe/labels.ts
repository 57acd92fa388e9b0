/** The values that labels may have: few, and known beforehand, so that no stranger can make the server remember more. */
import { FORMATS } from "../formats.ts";
import type { Scope } from "../scope.ts";

/** How a request for a picture ended, from the cache's point of view. */
export const STATES = ["hit", "stale", "miss", "shared", "bypass", "raw"] as const;
export type State = (typeof STATES)[number];

/** Of `type` in `errors_total`; what is none of the others is `unexpected`. */
export const ERROR_TYPES = [
  "timeout",
  "image_data_size",
  "path_parsing",
  "security",
  "queue",
  "download",
  "processing",
  "IO",
  "streaming",
  "unexpected",
] as const;

/** Steps by imgproxy's names. */
export const SPAN_NAMES = [
  "queue",
  "downloading_source_image",
  "processing_image",
  "streaming_image",
  "cache",
] as const;
export type SpanName = (typeof SPAN_NAMES)[number];

export const TIERS = ["memory", "disk", "redis", "s3", "other"] as const;

/** How a look into a tier of the cache ended. */
export const LOOKS = ["hit", "miss", "error", "skipped"] as const;
export type Look = (typeof LOOKS)[number];

export const SCHEMES = ["http", "https", "local", "s3", "gs", "abs", "swift", "other"] as const;

/** How a source answered; `refused` is a 4xx status. */
export const SOURCE_RESULTS = ["ok", "refused", "timeout", "cancelled", "error"] as const;

export const FORMAT_NAMES = [...Object.keys(FORMATS), "other"] as const;

/** What a purge was about. */
export const PURGE_KINDS = ["source", "prefix", "tag", "all"] as const satisfies readonly Scope["kind"][];

/** The value itself where it is one of the known, and what stands for all others where not. */
export const bounded = <K extends string>(known: readonly K[], value: unknown, otherwise: K): K =>
  known.find((each) => each === value) ?? otherwise;

/** A label for a status: the number, where it is one. */
export const statusLabel = (status: number): string =>
  Number.isInteger(status) && status >= 100 && status <= 599 ? String(status) : "other";
