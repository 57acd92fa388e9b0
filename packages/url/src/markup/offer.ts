/** What a browser is offered of a picture: URLs by width and format. */
import { longName } from "../capability/browser.ts";
import { LAYOUTS, widthsWithin, type Box } from "./box.ts";
import type { BuiltPicture, Origin, PickFormat } from "./origin.ts";
import { builderSupply, capabilitySupply, type Supply } from "./supply.ts";

/** One `<img>` or `<source>`, without its place. */
export interface Offer {
  readonly src: string;
  readonly srcset?: string | undefined;
  /** A media type, where it is for those who know it. */
  readonly type?: string | undefined;
}

export interface Offers {
  readonly img: Offer;
  /** Best first. */
  readonly sources: readonly Offer[];
  /** A picture of some pixels: enlarged, it stands in for the right one. */
  readonly blurred: string;
}

/** The URLs of one format that are worth offering for a box. */
function offer({ widths, url }: Supply, box: Box, format: PickFormat | undefined): Offer {
  const { range, plain } = LAYOUTS[box.layout];
  const src = url(plain(box), format);
  if (box.layout === "fixed") {
    const dense = url(range(box)[1], format);
    return dense === src ? { src } : { src, srcset: `${src} 1x, ${dense} 2x` };
  }
  const entries = widthsWithin(widths, range(box)).map((width) => `${url(width, format)} ${width}w`);
  return { src, srcset: entries.join(", ") };
}

function supplied(supply: Supply, box: Box, wish: Wish): Offers {
  const { modern, lone, last } = supply;
  const format = wish.format ?? (wish.sources ? last : lone);
  const sources = wish.sources && !wish.format ? modern : [];
  return {
    img: offer(supply, box, format),
    sources: sources.map((each) => ({ ...offer(supply, box, each), type: `image/${longName(each)}` })),
    blurred: supply.blurred(wish.format ?? lone),
  };
}

function built({ src, srcset, sources }: BuiltPicture, wish: Wish): Offers {
  return {
    img: { src, srcset },
    sources: wish.sources ? (sources ?? []).map((each) => ({ src, ...each })) : [],
    // Whoever wrote the list began with the smallest; if not, it is only less of a saving.
    blurred: srcset?.split(/[\s,]+/, 1)[0] ?? src,
  };
}

export interface Wish {
  /** Whether there may be sources beside the `<img>`. */
  readonly sources: boolean;
  /** The only format that is wanted. */
  readonly format?: PickFormat | undefined;
}

/** Everything that is offered of an origin for a box. Throws TypeError on an origin that has no picture in it. */
export function offers(origin: Origin, box: Box, wish: Wish): Offers {
  if (origin.capability !== undefined)
    return supplied(capabilitySupply({ ...origin, format: wish.format }, box), box, wish);
  const { src } = origin;
  if (typeof src === "object") return built(src, wish);
  if (typeof src === "string" && typeof origin.image === "function")
    return supplied(builderSupply(origin, box), box, wish);
  throw new TypeError(
    "expected a capability, a src with an image builder, or a src that was imported, got none of them",
  );
}
