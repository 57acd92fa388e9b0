/**
 * The `images.loaderFile` of Next: widths of `next/image` to URLs of capabilities. It runs in browsers, and there is no key
 * in it.
 */
import { pick } from "../capability/browser.ts";
import { checkCapability, isCapability, loneFormat, signedSource } from "../markup/capability.ts";

/** What Next hands to a loader. */
export interface LoaderProps {
  /** A capability; or a path below the one in NEXT_PUBLIC_TINTYPE_CAPABILITY, or a URL that begins as that does. */
  readonly src: string;
  /** Device pixels. */
  readonly width: number;
  /** Not listened to: the quality was signed. */
  readonly quality?: number | undefined;
}

/** The URL of the next rung from a width. Throws TypeError on a source that no capability is for. */
export default function loader({ src, width }: LoaderProps): string {
  // eslint-disable-next-line no-restricted-globals -- Next puts the value in this place when it builds
  const shared = process.env.NEXT_PUBLIC_TINTYPE_CAPABILITY ?? "";
  const [capability, path] = isCapability(src) ? [src] : [shared, pathBelow(shared, src)];
  checkCapability(capability, path);
  const format = loneFormat(capability);
  return pick(capability, { width, ...(path && { path }), ...(format && { format }) });
}

function pathBelow(capability: string, src: string): string {
  if (!isCapability(capability))
    throw new TypeError(
      `src: expected a capability, or one for a place in NEXT_PUBLIC_TINTYPE_CAPABILITY, got ${JSON.stringify(src)} and ${JSON.stringify(capability)}`,
    );
  const place = signedSource(capability).slice(0, -1);
  if (src.startsWith(place)) return src.slice(place.length);
  if (!/^(?:\w+:|\/\/)/.test(src)) return src.replace(/^\//, "");
  throw new TypeError(
    `src: expected a capability, a path, or a URL below ${place}, got ${JSON.stringify(src)}`,
  );
}
