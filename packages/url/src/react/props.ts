/** What components are given. What belongs together is one type, so that an editor says what is missing. */
import type { Presentation } from "../markup/markup.ts";
import type { BuilderOrigin, BuiltOrigin, CapabilityOrigin } from "../markup/origin.ts";
import type { ImgProps } from "./elements.ts";

/** A box of a size that is known, or of a ratio. */
interface Sized {
  readonly fill?: false | undefined;
  readonly layout?: "constrained" | "fixed" | "full" | undefined;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly priority?: boolean | undefined;
  readonly sizes?: string | undefined;
}

/** A box that covers what is around it, which is positioned. The most important picture cannot wait to be measured. */
type Filling = {
  readonly fill: true;
  readonly layout?: undefined;
  readonly width?: undefined;
  readonly height?: undefined;
} & (
  | { readonly priority?: false | undefined; readonly sizes?: string | undefined }
  | { readonly priority: boolean; readonly sizes: string }
);

/** Imported pictures know their size. */
type Imported = Omit<Sized, "width" | "height"> & Partial<Pick<Sized, "width" | "height">>;

type Placed = ((CapabilityOrigin | BuilderOrigin) & (Sized | Filling)) | (BuiltOrigin & (Imported | Filling));

type Ours = "src" | "srcSet" | "alt" | "children" | keyof Sized | keyof Presentation;

interface Said extends Omit<ImgProps, Ours>, Pick<Presentation, "loading" | "color" | "blur"> {
  /** What is seen, for those who do not see it; "" for decoration. */
  readonly alt: string;
  /**
   * A URL of what stands in for a missing picture; the alternative text on neutral ground where left out. `false` for a
   * picture without any script: the box stays, the browser says what it says.
   */
  readonly fallback?: string | false | undefined;
}

export type PictureProps = Said & Placed;
export type ImageProps = PictureProps & Pick<Presentation, "format">;
