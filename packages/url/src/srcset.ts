import type { Build, Overrides } from "./builder.ts";
import { check } from "./check.ts";
import type { Options } from "./options.ts";
import { CodecError, type Shape } from "./shape.ts";

/**
 * Widths in pixels that suit any page. Screens ask for their width in CSS pixels times 1, 2 or 3: phones for 640 to 1290,
 * laptops for 1280 to 2880, large screens for 1920 to 3840. Steps of a half and a third by turns hit the commonest of
 * these and send at most half as much again in each direction as was needed, while eight entries are few enough that
 * caches meet the same one often.
 */
export const WIDTHS: readonly number[] = [320, 480, 640, 960, 1280, 1920, 2560, 3840];

interface Common {
  /** What all entries have in common; width and height together say the shape. */
  readonly options?: Options;
  /** The source's own width in pixels, where it is known: no entry is wider, since pictures are not enlarged. */
  readonly naturalWidth?: number;
}

/** For a picture whose size follows the page's. */
export interface FluidSrcset extends Common {
  /** Widths in pixels, 1 or more; WIDTHS where left out. */
  readonly widths?: readonly number[];
  /** How wide the page shows the picture, as in HTML: `(max-width: 600px) 100vw, 480px`. As wide as the page where left out. */
  readonly sizes?: string;
  readonly densities?: never;
}

/** For a picture of one size, which is that of `options`. */
export interface FixedSrcset extends Common {
  /** Device pixel ratios above 0, such as 1, 2 and 3. */
  readonly densities: readonly number[];
  readonly widths?: never;
  readonly sizes?: never;
}

/** Attributes of an `<img>`, by the names of HTML. */
export interface Candidates {
  /** For what knows no `srcset`: the middle width, or the least density. */
  readonly src: string;
  /** Each entry's URL and descriptor, the least first, no two alike. */
  readonly srcset: string;
  /** Only beside widths. */
  readonly sizes?: string;
}

type Url = string | Promise<string>;

/** An entry to be: its descriptor, and what its picture is asked for. */
type Entry = readonly [descriptor: string, options: Overrides];

const WIDTH: Shape = { kind: "integer", min: 1 };
const DENSITY: Shape = { kind: "number", above: 0 };

/**
 * What an `<img>` needs to let the browser choose: `Object.assign(img, srcset(image, "/cat.jpg", { sizes: "50vw" }))`.
 * Promised where `image` promises its URLs. A width holds for pictures that fill their box, so where height is given as
 * well, give a `resizingType` of `fill`. Throws CodecError on widths and densities that are none, on a height without a
 * width, and on densities without either.
 */
export function srcset<U extends Url>(
  image: Build<U>,
  source: string,
  settings: FluidSrcset | FixedSrcset = {},
): U extends string ? Candidates : Promise<Candidates> {
  if (settings.naturalWidth !== undefined) check(WIDTH, settings.naturalWidth, "naturalWidth");
  const { entries, main, ...others } = settings.densities ? fixed(settings) : fluid(settings);
  const urls: readonly Url[] = entries.map(([, options]) => image(source, options));
  const attributes = (all: readonly string[]): Candidates => ({
    src: all[main]!,
    srcset: all.map((url, index) => `${url} ${entries[index]![0]}`).join(", "),
    ...others,
  });
  // All URLs are promised or none is, which the compiler cannot know.
  const isPromised = typeof urls[0] !== "string";
  return (
    isPromised
      ? Promise.all(urls as readonly Promise<string>[]).then(attributes)
      : attributes(urls as readonly string[])
  ) as U extends string ? Candidates : Promise<Candidates>;
}

interface Plan {
  readonly entries: readonly Entry[];
  /** Which of them is for `src`. */
  readonly main: number;
  readonly sizes?: string;
}

function fluid({ widths = WIDTHS, options = {}, sizes = "100vw", naturalWidth }: FluidSrcset): Plan {
  const entries = ascending("widths", widths, WIDTH, naturalWidth).map((width): Entry => [
    `${width}w`,
    atWidth(options, width),
  ]);
  return { entries, main: entries.length >> 1, sizes };
}

function fixed({ densities, options = {}, naturalWidth }: FixedSrcset): Plan {
  if (!options.width && !options.height)
    throw new CodecError("options: expected a width or a height beside densities, got neither");
  // Hundredths, because a ratio with sixteen digits is no better and shows in every URL.
  const most =
    naturalWidth && options.width && Math.max(1, Math.floor((naturalWidth / options.width) * 100) / 100);
  const entries = ascending("densities", densities, DENSITY, most || undefined).map((dpr): Entry => [
    `${dpr}x`,
    { ...options, dpr: dpr === 1 ? undefined : dpr },
  ]);
  return { entries, main: 0 };
}

/** What is above `most` comes to it; each value once, the least first. */
function ascending(name: string, values: readonly number[], shape: Shape, most = Infinity): number[] {
  check({ kind: "list", of: shape }, values, name);
  if (values.length === 0) throw new CodecError(`${name}: expected at least one, got none`);
  return [...new Set(values.map((value) => Math.min(value, most)))].sort((one, other) => one - other);
}

/** What would make a picture wider than its width says. */
const WIDENING = { dpr: undefined, zoom: undefined, minWidth: undefined, minHeight: undefined };

/** The same picture in another width, in device pixels. */
function atWidth({ width, height, ...others }: Options, wanted: number): Overrides {
  if (height && !width)
    throw new CodecError(
      "options: expected a width beside the height, which say the shape together, got none",
    );
  const tall = height && width ? Math.max(1, Math.round((height * wanted) / width)) : undefined;
  return { ...others, ...WIDENING, width: wanted, height: tall };
}

/**
 * The URL of a picture to show until the real one has come: 32 pixels wide, blurred, of low quality. Lay it below as a
 * background that is as large. It is WebP, whose head is the smallest: 120 to 210 bytes for the photos of our samples,
 * where AVIF has 320 to 370. It has the shape of `options`, but no padding and no watermark, whose pixels would be too
 * many of so few. Throws CodecError as `srcset` does.
 */
export function placeholder<U extends Url>(image: Build<U>, source: string, options: Options = {}): U {
  const tiny = { blur: 1, quality: 30, format: "webp" } as const;
  const large = { padding: undefined, watermark: undefined, maxBytes: undefined, formatQuality: undefined };
  return image(source, { ...atWidth(options, 32), ...large, ...tiny });
}
