import { readFile } from "node:fs/promises";

/** Where a picture that the server itself needs lies; the first that is given counts. */
export interface AssetPlace {
  /** Standard base64. */
  readonly data?: string;
  readonly path?: string;
  readonly url?: string;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function decode(data: string): Buffer {
  const text = data.replace(/\s+/g, "");
  // Node's decoder skips what it does not know, which would turn a pasted data: URL into noise.
  if (text.length % 4 === 0 && /^[\w+/]+={0,2}$/.test(text) && !text.includes("_")) {
    return Buffer.from(text, "base64");
  }
  throw new Error(`expected an image in standard base64, got ${JSON.stringify(data.slice(0, 40))}`);
}

/**
 * Loads a picture that the server itself needs, such as the watermark; undefined where no place is given. Throws a
 * plain Error, whose sentence names the place, where it cannot be loaded.
 */
export async function loadAsset(
  { data, path, url }: AssetPlace,
  fetch: (url: string) => Promise<Uint8Array>,
): Promise<Uint8Array | undefined> {
  if (data) return decode(data);
  const place = path || url;
  if (!place) return undefined;
  try {
    return path ? await readFile(path) : await fetch(place);
  } catch (cause) {
    throw new Error(`expected to load an image from ${place}, got: ${messageOf(cause)}`, { cause });
  }
}
