/** The core of every component: what is said of a picture, to the attributes of `<img>`, `<source>` and a preload. */
import { checkBox, LAYOUTS, type Layout, type Style } from "./box.ts";
import { averageColor } from "./color.ts";
import { offers, type Offer } from "./offer.ts";
import type { BuiltPicture, Origin, PickFormat } from "./origin.ts";

export interface Presentation {
  readonly layout?: Layout | undefined;
  /** CSS pixels; those of a picture that was imported where left out. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** How wide the picture will be shown; what the layout says where left out. Lazy pictures are measured by the browser. */
  readonly sizes?: string | undefined;
  /** The picture that a page is waited for: loaded at once, first and preloaded. */
  readonly priority?: boolean | undefined;
  /** `lazy` where left out, `eager` with priority. */
  readonly loading?: "lazy" | "eager" | undefined;
  /** The one format that is wanted. */
  readonly format?: PickFormat | undefined;
  /** A colour in CSS that stands in until the picture is there; that of a picture that was imported where left out. */
  readonly color?: string | undefined;
  /** A very small picture stands in until the right one is there; or one of your own, as a URL. */
  readonly blur?: boolean | string | undefined;
}

/** Attributes by their names in HTML; those that are undefined are left out. */
export interface ImgAttributes {
  readonly loading: "lazy" | "eager";
  readonly decoding?: "async" | undefined;
  readonly fetchpriority?: "high" | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly sizes?: string | undefined;
  readonly srcset?: string | undefined;
  readonly src: string;
}

export interface SourceAttributes {
  readonly type?: string | undefined;
  readonly srcset: string;
  readonly sizes?: string | undefined;
}

/** Attributes of `<link rel="preload" as="image">`. */
export interface PreloadAttributes {
  readonly href: string;
  readonly imagesrcset?: string | undefined;
  readonly imagesizes?: string | undefined;
  readonly type?: string | undefined;
  readonly fetchpriority: "high";
}

export interface Markup {
  readonly img: ImgAttributes;
  readonly style: Style;
  /** What lies behind the picture until it is there. */
  readonly backdrop: Style | undefined;
  /** Best first; without any there is no need for a `<picture>`. */
  readonly sources: readonly SourceAttributes[];
  readonly preload: PreloadAttributes | undefined;
}

export interface Kind {
  /** Whether there may be sources, for a `<picture>`. */
  readonly sources: boolean;
}

/** Attributes for a picture. Throws TypeError, which names the option, where they cannot be made. */
export function markup(wanted: Origin & Presentation, { sources: hasSources }: Kind): Markup {
  const { layout = "constrained", priority = false, format } = wanted;
  const picture = typeof wanted.src === "object" ? wanted.src : undefined;
  // A box that covers has no size yet, and a square stands for any.
  const { width = picture?.width, height = picture?.height } =
    layout === "fill" ? { width: 1, height: 1 } : wanted;
  const box = { layout, width: width as number, height: height as number };
  checkBox(box);
  const { img, sources, blurred } = offers(wanted, box, { sources: hasSources, format });
  const loading = wanted.loading ?? (priority ? "eager" : "lazy");
  const sizes = readSizes(wanted.sizes ?? picture?.sizes ?? LAYOUTS[layout].sizes(box), loading);
  // Sizes say nothing to a list of densities.
  const sizesOf = ({ srcset = "" }: Offer) => (/ \d+w(?:,|$)/.test(srcset) ? sizes : undefined);
  const first = sources[0] ?? img;
  return {
    img: {
      loading,
      ...(priority ? { fetchpriority: "high" } : { decoding: "async" }),
      ...(layout !== "fill" && { width: box.width, height: box.height }),
      sizes: sizesOf(img),
      srcset: img.srcset,
      src: img.src,
    },
    style: LAYOUTS[layout].style(box),
    backdrop: backdrop(wanted, picture, blurred),
    sources: sources.map((each) => ({
      type: each.type,
      srcset: each.srcset ?? each.src,
      sizes: sizesOf(each),
    })),
    preload: priority
      ? {
          href: first.src,
          imagesrcset: first.srcset,
          imagesizes: sizesOf(first),
          type: first.type,
          fetchpriority: "high",
        }
      : undefined,
  };
}

/** Browsers that measure lazy pictures themselves take `auto`; the others skip the word, and read on. */
function readSizes(sizes: string | undefined, loading: "lazy" | "eager"): string | undefined {
  const rest = sizes?.replace(/^auto\s*,?\s*/i, "");
  if (rest === undefined) return undefined;
  return loading === "lazy" ? ["auto", rest].filter(Boolean).join(", ") : rest || "100vw";
}

function backdrop(
  { color, blur }: Presentation,
  picture: BuiltPicture | undefined,
  blurred: string,
): Style | undefined {
  const hash = picture?.thumbhash;
  const ground = color ?? picture?.dominantColor ?? (hash ? averageColor(hash) : undefined);
  const url = blur === true ? blurred : blur;
  const layers = [
    url ? `url("${url.replace(/["\\\n\r\f]/g, encodeURIComponent)}") 50% / cover no-repeat` : "",
    ground ?? "",
  ];
  return url || ground ? { background: layers.filter(Boolean).join(" ") } : undefined;
}
