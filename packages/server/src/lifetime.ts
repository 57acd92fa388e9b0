import type { Options } from "@tintype/url";
import { httpDate } from "./message.ts";

export interface LifetimeSettings {
  /** Seconds; 0 for none. */
  readonly ttl: number;
  /** Seconds for what a failure of the source is answered with; 0 for none. */
  readonly errorTtl: number;
  readonly cacheControlPassthrough: boolean;
  /** Seconds that the fallback picture may be kept; 0 for as long as any other. */
  readonly fallbackTtl: number;
}

interface Kept {
  readonly headers: Readonly<Partial<Record<"cache-control" | "expires", string>>>;
  readonly fallbackStatus: number | undefined;
}

type CacheControl = Readonly<Partial<Record<"Cache-Control", string>>>;

const publicFor = (seconds: number): CacheControl => ({ "Cache-Control": `max-age=${seconds}, public` });

/** Cache-Control of a picture: the first rule of contract http.md, section 4.1, that applies. */
export function lifetime(
  { headers, fallbackStatus }: Kept,
  { expires, cacheTtl }: Options,
  settings: LifetimeSettings,
): CacheControl {
  const { ttl, errorTtl, cacheControlPassthrough, fallbackTtl } = settings;
  const left = expires === undefined ? undefined : Math.max(0, Math.floor(expires - Date.now() / 1000));
  // Its last second: the contract's rules would go on to those of a URL that never expires.
  if (expires !== undefined && expires > 0 && left === 0) return { "Cache-Control": "no-cache" };
  const limits = [
    ...(fallbackStatus !== undefined && fallbackTtl > 0 ? [fallbackTtl] : []),
    ...(cacheTtl === undefined ? [] : [cacheTtl]),
    ...(left === undefined ? [] : [Math.min(cacheTtl ?? ttl, left)]),
  ];
  const least = Math.min(...limits);
  if (cacheTtl === 0 && (fallbackStatus ?? 200) < 400) return { "Cache-Control": "no-cache" };
  if (limits.length > 0 && least > 0) return publicFor(least);
  // Whatever picture comes with it, a failure is one that caches should ask about again soon.
  if ((fallbackStatus ?? 200) >= 400)
    return errorTtl > 0 ? publicFor(errorTtl) : { "Cache-Control": "no-store" };
  if (cacheControlPassthrough && limits.length === 0) {
    const passed = passthrough(headers);
    if (passed) return passed;
  }
  return ttl > 0 ? publicFor(ttl) : { "Cache-Control": "no-cache" };
}

function passthrough({ "cache-control": control, expires }: Kept["headers"]): CacheControl | undefined {
  if (control) return { "Cache-Control": control };
  const seconds = Math.floor((httpDate(expires) - Date.now()) / 1000);
  return seconds > 0 ? publicFor(seconds) : undefined;
}
