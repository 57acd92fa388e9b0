/// <reference lib="dom" />
/** Pictures as the server makes them: bytes, and what there is to say of them. */
import type { PageSettings } from "./settings.ts";

/** A picture that has come. */
export interface Shot {
  readonly url: string;
  readonly blob: Blob;
  /** Media type, without parameters. */
  readonly type: string;
  /** From the request to the last byte. */
  readonly milliseconds: number;
  /** It was there already, and not made for this request. */
  readonly kept: boolean;
}

/** The server's refusal, in its own words. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

export type Shoot = (url: string, signal: AbortSignal) => Promise<Shot>;

/** Asks for pictures as this browser's own `img` elements do: a fetch says of itself that it takes anything. */
export async function createShoot({ pixels }: Pick<PageSettings, "pixels">): Promise<Shoot> {
  const shown = await Promise.all(
    Object.entries(pixels).map(async ([type, bytes]) => ((await decodes(type, bytes)) ? [type] : [])),
  );
  const accept = [...shown.flat(), "image/*", "*/*;q=0.8"].join(",");
  return async (url, signal) => {
    const since = performance.now();
    const answer = await window.fetch(url, { headers: { accept }, cache: "no-store", signal });
    if (!answer.ok) throw new Refusal(await wordsOf(answer));
    const blob = await answer.blob();
    return {
      url,
      blob,
      type: blob.type.split(";", 1)[0] ?? "",
      milliseconds: performance.now() - since,
      kept: /^(?:HIT|STALE)$/.test(answer.headers.get("x-cache") ?? ""),
    };
  };
}

/** Status and first line: what follows in a development server is the trace. */
async function wordsOf(answer: Response): Promise<string> {
  const [line = ""] = (await answer.text()).trim().split("\n");
  return `${answer.status} ${line === "" ? answer.statusText : line}`.trim();
}

async function decodes(type: string, bytes: string): Promise<boolean> {
  const image = new Image();
  image.src = `data:${type};base64,${bytes}`;
  return image.decode().then(
    () => true,
    () => false,
  );
}

const shown = new WeakMap<HTMLImageElement, string>();

/** Shows a picture; resolves when it can be seen, rejects where the browser cannot show it. */
export async function place(image: HTMLImageElement, { blob }: Pick<Shot, "blob">): Promise<void> {
  const address = URL.createObjectURL(blob);
  const before = shown.get(image);
  shown.set(image, address);
  image.src = address;
  try {
    await image.decode();
  } catch (error) {
    // A newer picture has taken its place, which fails or not by itself.
    if (shown.get(image) === address) throw error;
  } finally {
    if (before !== undefined) URL.revokeObjectURL(before);
  }
}
