import type { Config } from "./config/settings.ts";
import { detectFormat, HEAD_BYTES } from "./detect.ts";
import type { Fallback } from "./fallback.ts";
import { loadAsset } from "./source/asset.ts";
import { readBody } from "./source/body.ts";
import type { Source } from "./source/source.ts";

/** A picture of the server's own, and its format. */
export type Asset = Pick<Fallback, "bytes" | "format">;

async function assetOf(
  place: { data: Uint8Array | undefined; path: string; url: string },
  source: Source,
): Promise<Asset | undefined> {
  const wish = { signal: AbortSignal.timeout(30_000), maxBytes: 0, headers: {}, mode: "picture" } as const;
  const fetch = async (url: string) => readBody(await source.fetch(url, wish), { maxBytes: 0 });
  const bytes = place.data ?? (await loadAsset({ path: place.path, url: place.url }, fetch));
  if (!bytes) return undefined;
  const format = detectFormat(bytes.subarray(0, HEAD_BYTES), {});
  if (!format)
    throw new Error(
      `expected a picture at ${place.path || place.url || "the given data"}, got ${bytes.length} other bytes`,
    );
  return { bytes, format };
}

export const watermarkOf = ({ watermark }: Config, source: Source) => assetOf(watermark, source);

export async function fallbackOf({ fallback }: Config, source: Source): Promise<Fallback | undefined> {
  const { imageData: data, imagePath: path, imageUrl: url, httpCode } = fallback;
  const asset = await assetOf({ data, path, url }, source);
  return asset && { ...asset, status: httpCode };
}
