/** What a page can know of a capability before it asks: what would only be a 403 later is said at once and by name. */
import { formats, type PickFormat } from "../capability/browser.ts";

const CAPABILITY = /\/c1\/[\w-]{23}\/w\d+-\d+,[^/]*\/([\w-]+)$/;

export const isCapability = (text: string): boolean => CAPABILITY.test(text);

/** What was signed: a source, or a place with `/*` at its end. Throws TypeError where a text is no capability. */
export function signedSource(capability: string): string {
  const source = CAPABILITY.exec(capability)?.[1];
  if (source !== undefined) return atob(source.replaceAll("-", "+").replaceAll("_", "/"));
  throw new TypeError(
    `capability: expected what sign() of createCapabilities gave, without a slash at its end, got ${JSON.stringify(capability)}`,
  );
}

/** Throws TypeError where a text is no capability, or where its source and `path` do not go together. */
export function checkCapability(capability: string, path?: string): void {
  const isPrefix = signedSource(capability).endsWith("/*");
  if (isPrefix && !path)
    throw new TypeError(
      `path: expected the way to one source, because the capability is for all below a place, got ${JSON.stringify(path)}`,
    );
  if (!isPrefix && path !== undefined)
    throw new TypeError(
      `path: expected none, because the capability is for one source, got ${JSON.stringify(path)}`,
    );
}

/** What browsers have shown for longest comes first, but for JPEG, which costs most; the others must be announced. */
const LONE: readonly PickFormat[] = ["auto", "webp", "jpg", "png", "avif", "jxl"];

/** The format of a capability that an `<img>` alone asks for. */
export function loneFormat(capability: string): PickFormat | undefined {
  const offered = formats(capability);
  return LONE.find((format) => offered.includes(format));
}
