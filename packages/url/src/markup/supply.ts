/** Where URLs come from: a capability's choices, or a builder. */
import { aspects, formats, longName, pick, rungs } from "../capability/browser.ts";
import { rungs as ladderRungs } from "../capability/ladder.ts";
import type { Options } from "../options.ts";
import type { Box } from "./box.ts";
import { checkCapability, loneFormat } from "./capability.ts";
import type { BuilderOrigin, CapabilityOrigin, PickFormat } from "./origin.ts";

/** How an origin's pictures are asked for. */
export interface Supply {
  /** Pixels, rising. */
  readonly widths: readonly number[];
  /** Formats that have a `<source>` of their own, best first. */
  readonly modern: readonly PickFormat[];
  /** The format of a lone `<img>`, and of one below sources; none where the server chooses. */
  readonly lone?: PickFormat | undefined;
  readonly last?: PickFormat | undefined;
  readonly url: (width: number, format: PickFormat | undefined) => string;
  /** The picture that stands in, enlarged, for one that is awaited. */
  readonly blurred: (format: PickFormat | undefined) => string;
}

interface Wanted {
  /** The only format that is wanted. */
  readonly format?: PickFormat | undefined;
}

/** The step of a builder's widths: a capability's usual one, so that both share what the server keeps. */
const LADDER = 2;
/** What stands below the sources is for browsers that take none of them. */
const LAST: readonly PickFormat[] = ["jpg", "png", "auto", "webp", "avif", "jxl"];
const MODERN: readonly PickFormat[] = ["avif", "jxl", "webp"];

/** Throws TypeError where the capability has not what is asked of it. */
export function capabilitySupply(origin: CapabilityOrigin & Wanted, box: Box): Supply {
  const { capability, path, aspect, format: wanted } = origin;
  checkCapability(capability, path);
  const offered = formats(capability);
  if (wanted && !offered.includes(wanted))
    throw new TypeError(
      `format: expected ${offered.join(", ")}, as was signed, got ${JSON.stringify(wanted)}`,
    );
  if (aspect !== undefined && !(aspect >= 0 && aspect < aspects(capability)))
    throw new TypeError(
      `aspect: expected one of the ${aspects(capability)} that were signed, counted from 0, got ${aspect}`,
    );
  const last = LAST.find((format) => offered.includes(format));
  const shape = { ...(path !== undefined && { path }), ...(aspect !== undefined && { aspect }) };
  const widths = rungs(capability);
  const url: Supply["url"] = (width, format) =>
    pick(capability, {
      ...shape,
      width,
      height: (width * box.height) / box.width,
      ...(format && { format }),
    });
  return {
    widths,
    modern: offered.filter((format) => MODERN.includes(format) && format !== last),
    lone: loneFormat(capability),
    last,
    url,
    blurred: (format) => url(widths[0] ?? 1, format),
  };
}

/** Pixels of a picture that is to be enlarged, and of the blur that takes the grid out of it. */
const BLURRED = { width: 32, blur: 2 };

export function builderSupply({ src, image, options }: BuilderOrigin, box: Box): Supply {
  const sizeOf = (width: number): Options =>
    box.layout === "fill"
      ? { width }
      : { resizingType: "fill", width, height: Math.max(1, Math.round((width * box.height) / box.width)) };
  const urlOf = (wanted: Options, format: PickFormat | undefined): string => {
    const named = format && format !== "auto" ? { format: longName(format) } : {};
    const url: unknown = image(src, { ...wanted, ...named });
    if (typeof url === "string") return url;
    throw new TypeError("image: expected a builder whose URLs are text, got one whose URLs come later");
  };
  return {
    widths: ladderRungs(LADDER),
    modern: ["avif", "webp"],
    url: (width, format) => urlOf({ ...sizeOf(width), ...options }, format),
    blurred: (format) => urlOf({ ...sizeOf(BLURRED.width), ...options, blur: BLURRED.blur }, format),
  };
}
