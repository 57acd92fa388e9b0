import type { PickFormat } from "../capability/formats.ts";
import type { Options } from "../options.ts";

/** A picture that the back end signed a capability for. */
export interface CapabilityOrigin {
  /** What `createCapabilities(...).sign(...)` gave. */
  readonly capability: string;
  /** The way to one source, where the capability is for all below a place: `shoes/1.jpg`. */
  readonly path?: string | undefined;
  /** Which of the policy's aspects, from 0. */
  readonly aspect?: number | undefined;
  readonly src?: undefined;
  readonly image?: undefined;
  readonly options?: undefined;
}

/** A picture whose URLs a builder writes, unsigned or where the key is. */
export interface BuilderOrigin {
  /** The source, as the builder takes it. */
  readonly src: string;
  /** What `createBuilder(...)` gave; its URLs are text, so it signs at once or not at all. */
  readonly image: (source: string, options?: Options) => string;
  /** Options of every URL but width, height and format. */
  readonly options?: Options | undefined;
  readonly capability?: undefined;
  readonly path?: undefined;
  readonly aspect?: undefined;
}

/** A `<source>` that was made when the site was built. */
export interface BuiltSource {
  /** A media type, such as `image/avif`. */
  readonly type: string;
  readonly srcset: string;
}

/** What importing a picture through `@tintype/build` gives. */
export interface BuiltPicture {
  readonly src: string;
  readonly srcset?: string | undefined;
  readonly sizes?: string | undefined;
  /** Pixels, of the picture or of its ratio. */
  readonly width: number;
  readonly height: number;
  /** In base64. */
  readonly thumbhash?: string | undefined;
  /** In CSS. */
  readonly dominantColor?: string | undefined;
  /** Best first. */
  readonly sources?: readonly BuiltSource[] | undefined;
}

export interface BuiltOrigin {
  readonly src: BuiltPicture;
  readonly image?: undefined;
  readonly options?: undefined;
  readonly capability?: undefined;
  readonly path?: undefined;
  readonly aspect?: undefined;
}

/** Where a picture comes from. */
export type Origin = CapabilityOrigin | BuilderOrigin | BuiltOrigin;

export type { PickFormat };
