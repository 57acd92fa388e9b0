import { aspects, formats, longName, pick, rungs, type PickFormat } from "@tintype/url/capability";
import type { Facts } from "./facts.ts";

/** What an import of a picture gives. */
export interface Picture {
  /** The picture in a middle size, in the format that most can read: for `<img src>`. */
  readonly src: string;
  /** All sizes in that format, for `<img srcset>`. */
  readonly srcset: string;
  readonly sizes: string;
  /** Pixels of the whole picture, upright and cut to its aspect. */
  readonly width: number;
  readonly height: number;
  /** Base64. */
  readonly thumbhash: string;
  /** `#rrggbb`. */
  readonly dominantColor: string;
  /** All sizes in the other formats, best first, for `<source>`. */
  readonly sources: readonly { readonly type: string; readonly srcset: string }[];
  /** What `pick` of `@tintype/url/capability` takes, where a size is known only in the browser. */
  readonly capability: string;
}

export interface Depiction {
  readonly facts: Facts;
  readonly capability: string;
  readonly aspect: number | undefined;
  readonly sizes: string;
}

/** A picture, and every URL that is in it. */
export interface Depicted {
  readonly picture: Picture;
  readonly urls: readonly string[];
}

/** Lists what a capability may be asked for, as far as the picture has pixels for it. */
export function depict({ facts, capability, aspect, sizes }: Depiction): Depicted {
  const [narrowest = 0, ...wider] = rungs(capability);
  // Nothing is enlarged, so all wider ones would be the same picture; the narrowest is then as wide as the picture is.
  const widths = [narrowest, ...wider.filter((rung) => rung <= facts.width)];
  const choice = aspects(capability) > 0 ? { aspect: aspect ?? 0 } : {};
  const urlOf = (width: number, format: PickFormat): string => pick(capability, { width, format, ...choice });
  const srcsetOf = (format: PickFormat): string =>
    widths.map((width) => `${urlOf(width, format)} ${Math.min(width, facts.width)}w`).join(", ");
  const all = formats(capability);
  const last = all.at(-1)!;
  return {
    picture: {
      src: urlOf(widths[Math.floor(widths.length / 2)]!, last),
      srcset: srcsetOf(last),
      sizes,
      ...facts,
      sources: all
        .slice(0, -1)
        .map((format) => ({ type: `image/${longName(format)}`, srcset: srcsetOf(format) })),
      capability,
    },
    urls: all.flatMap((format) => widths.map((width) => urlOf(width, format))),
  };
}
