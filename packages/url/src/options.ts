import {
  anywhere,
  background,
  cachebuster,
  crop,
  extend,
  factor,
  filename,
  formatName,
  formatQuality,
  formats,
  megapixels,
  padding,
  percent,
  rotate,
  side,
  sigma,
  tags,
  trim,
  watermark,
  zoom,
} from "./arguments.ts";
import { choice, fields, flag, integer, list, word, type Codec } from "./codec.ts";
import type { LEXICON } from "./lexicon.ts";

/** Where in a picture's life an option acts, in the order in which it happens. */
export const STAGES = [
  "admit",
  "trim",
  "crop",
  "scale",
  "orient",
  "filter",
  "canvas",
  "watermark",
  "encode",
  "reply",
] as const;
export type Stage = (typeof STAGES)[number];

/** A row of the table: everything that anyone needs to know of one option. */
export interface Option<T, S extends Stage = Stage> {
  /** Every spelling; docs print the first, the builder writes the last. */
  readonly names: readonly string[];
  readonly stage: S;
  readonly arg: Codec<T>;
  /** One sentence. */
  readonly docs: string;
  /** Arguments that show the option off. */
  readonly example: string;
  /** Changes a limit of the server, so it needs ALLOW_SECURITY_OPTIONS. */
  readonly gated?: "security" | "bypass";
  /** Stands for the segments of named presets. */
  readonly preset?: true;
}

/** A row with its value's type forgotten, for code that walks the table and knows no option by name. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the seam of the table
export type AnyOption = Option<any>;

const option = <T, const S extends Stage>(declaration: Option<T, S>): Option<T, S> => declaration;

/**
 * THE TABLE of processing options, sorted by meaning. Its order is also the order of the canonical spelling.
 * Arguments and names are those of imgproxy's open-source edition.
 */
export const OPTIONS = {
  preset: option({
    names: ["preset", "pr"],
    stage: "admit",
    arg: list(word),
    preset: true,
    docs: "Applies presets of the server, in the order given.",
    example: "sharp:square",
  }),
  maxSrcResolution: option({
    names: ["max_src_resolution", "msr"],
    stage: "admit",
    arg: megapixels,
    gated: "security",
    docs: "Refuses sources with more megapixels than this.",
    example: "50",
  }),
  maxSrcFileSize: option({
    names: ["max_src_file_size", "msfs"],
    stage: "admit",
    arg: integer(),
    gated: "security",
    docs: "Refuses sources with more bytes than this; a negative number lifts the limit.",
    example: "10485760",
  }),
  cachebuster: option({
    names: ["cachebuster", "cb"],
    stage: "admit",
    arg: cachebuster,
    docs: "Changes nothing but the URL, for caches on the way that keep an old picture.",
    example: "v2",
  }),
  raw: option({
    names: ["raw"],
    stage: "admit",
    arg: flag,
    docs: "Streams the original untouched.",
    example: "1",
  }),

  trim: option({
    names: ["trim", "t"],
    stage: "trim",
    arg: trim,
    docs: "Cuts a border of even colour: how far colours may differ, the colour (the top left pixel's where left out), and whether opposite sides lose alike.",
    example: "10",
  }),
  crop: option({
    names: ["crop", "c"],
    stage: "crop",
    arg: crop,
    docs: "Cuts an area out of the source before anything is scaled; sides from 1 are pixels, below 1 a fraction, 0 is the whole side.",
    example: "0.5:0.5:noea",
  }),

  resizingType: option({
    names: ["resizing_type", "rt"],
    stage: "scale",
    arg: choice(["fit", "fill", "fill-down", "force", "auto"]),
    docs: "How the picture meets its box: fit inside, fill and cut, fill without enlarging, force both sides, or fill when the orientations agree (auto).",
    example: "fill",
  }),
  width: option({
    names: ["width", "w"],
    stage: "scale",
    arg: side,
    docs: "Width of the box; 0 follows from the height.",
    example: "300",
  }),
  height: option({
    names: ["height", "h"],
    stage: "scale",
    arg: side,
    docs: "Height of the box; 0 follows from the width.",
    example: "200",
  }),
  minWidth: option({
    names: ["min-width", "mw"],
    stage: "scale",
    arg: side,
    docs: "The least width, even where the picture has to be enlarged for it.",
    example: "400",
  }),
  minHeight: option({
    names: ["min-height", "mh"],
    stage: "scale",
    arg: side,
    docs: "The least height, even where the picture has to be enlarged for it.",
    example: "300",
  }),
  zoom: option({
    names: ["zoom", "z"],
    stage: "scale",
    arg: zoom,
    docs: "Multiplies the size that the other options ask for; two numbers treat the axes apart.",
    example: "1.5",
  }),
  dpr: option({
    names: ["dpr"],
    stage: "scale",
    arg: factor,
    docs: "Device pixel ratio: multiplies the box, the padding and every offset in pixels.",
    example: "2",
  }),
  enlarge: option({
    names: ["enlarge", "el"],
    stage: "scale",
    arg: flag,
    docs: "Permits a result larger than the source.",
    example: "1",
  }),
  gravity: option({
    names: ["gravity", "g"],
    stage: "scale",
    arg: anywhere,
    docs: "Which part stays when something must go: a compass point with offsets, a focal point fp:x:y, or sm for the most interesting part.",
    example: "noea:10:10",
  }),

  autoRotate: option({
    names: ["auto_rotate", "ar"],
    stage: "orient",
    arg: flag,
    docs: "Turns the picture as its EXIF orientation says.",
    example: "0",
  }),
  rotate: option({
    names: ["rotate", "rot"],
    stage: "orient",
    arg: rotate,
    docs: "Turns the picture clockwise by a multiple of 90 degrees.",
    example: "90",
  }),
  flip: option({
    names: ["flip", "fl"],
    stage: "orient",
    arg: fields({ horizontal: flag, vertical: flag }),
    docs: "Mirrors the picture left to right, top to bottom, or both.",
    example: "1",
  }),

  blur: option({
    names: ["blur", "bl"],
    stage: "filter",
    arg: sigma,
    docs: "Gaussian blur; the number is its sigma in pixels.",
    example: "8",
  }),
  sharpen: option({
    names: ["sharpen", "sh"],
    stage: "filter",
    arg: sigma,
    docs: "Sharpens; the number is the sigma of the mask in pixels.",
    example: "1.5",
  }),
  pixelate: option({
    names: ["pixelate", "pix"],
    stage: "filter",
    arg: side,
    docs: "Turns the picture into squares of this many pixels.",
    example: "12",
  }),

  extend: option({
    names: ["extend", "ex"],
    stage: "canvas",
    arg: extend,
    docs: "Fills the box up to its full size when the picture is smaller; a gravity places the picture in it.",
    example: "1:so",
  }),
  extendAspectRatio: option({
    names: ["extend_aspect_ratio", "extend_ar", "exar"],
    stage: "canvas",
    arg: extend,
    docs: "Adds to one axis until the picture has the box's aspect ratio.",
    example: "1",
  }),
  padding: option({
    names: ["padding", "pd"],
    stage: "canvas",
    arg: padding,
    docs: "Space around the picture; sides left out follow the CSS rule.",
    example: "10:20",
  }),
  background: option({
    names: ["background", "bg"],
    stage: "canvas",
    arg: background,
    docs: "Lays a colour behind transparency, padding and extension: hex digits, or red, green and blue.",
    example: "ff8800",
  }),

  watermark: option({
    names: ["watermark", "wm"],
    stage: "watermark",
    arg: watermark,
    docs: "Draws the server's watermark picture: opacity, position (re repeats it), offsets, and size relative to the picture.",
    example: "0.7:soea:10:10:0.3",
  }),

  enforceThumbnail: option({
    names: ["enforce_thumbnail", "eth"],
    stage: "encode",
    arg: flag,
    docs: "Uses the thumbnail that a HEIC or AVIF file carries, where there is one.",
    example: "1",
  }),
  stripMetadata: option({
    names: ["strip_metadata", "sm"],
    stage: "encode",
    arg: flag,
    docs: "Leaves the source's metadata out of the result.",
    example: "0",
  }),
  keepCopyright: option({
    names: ["keep_copyright", "kcr"],
    stage: "encode",
    arg: flag,
    docs: "Keeps author and rights when metadata is stripped.",
    example: "0",
  }),
  stripColorProfile: option({
    names: ["strip_color_profile", "scp"],
    stage: "encode",
    arg: flag,
    docs: "Converts to sRGB and leaves the colour profile out, rather than keeping it.",
    example: "0",
  }),
  preserveHdr: option({
    names: ["preserve_hdr", "ph"],
    stage: "encode",
    arg: flag,
    docs: "Keeps 16 bits a channel where the result's format can hold them.",
    example: "1",
  }),
  format: option({
    names: ["format", "ext", "f"],
    stage: "encode",
    arg: formatName,
    docs: "The result's format; negotiated by the Accept header where left out.",
    example: "webp",
  }),
  quality: option({
    names: ["quality", "q"],
    stage: "encode",
    arg: percent,
    docs: "The encoder's quality; 0 takes the server's default.",
    example: "60",
  }),
  formatQuality: option({
    names: ["format_quality", "fq"],
    stage: "encode",
    arg: formatQuality,
    docs: "Quality by format, as pairs.",
    example: "jpeg:70:webp:60",
  }),
  maxBytes: option({
    names: ["max_bytes", "mb"],
    stage: "encode",
    arg: side,
    docs: "Lowers the quality until the result has at most this many bytes, as far as quality 10.",
    example: "8000",
  }),
  skipProcessing: option({
    names: ["skip_processing", "sp", "skp"],
    stage: "encode",
    arg: formats,
    docs: "Sources of these formats are sent as they are.",
    example: "png:gif",
  }),
  maxAnimationFrames: option({
    names: ["max_animation_frames", "maf"],
    stage: "encode",
    arg: integer({ min: 1 }),
    gated: "security",
    docs: "Keeps at most this many frames of an animation.",
    example: "10",
  }),
  maxAnimationFrameResolution: option({
    names: ["max_animation_frame_resolution", "mafr"],
    stage: "encode",
    arg: megapixels,
    gated: "security",
    docs: "Refuses animations whose frames have more megapixels than this.",
    example: "2",
  }),
  maxResultDimension: option({
    names: ["max_result_dimension", "mrd"],
    stage: "encode",
    arg: integer(),
    gated: "security",
    docs: "Scales the result down until no side is longer than this.",
    example: "200",
  }),

  bypassCache: option({
    names: ["bypass_cache", "bc"],
    stage: "reply",
    arg: flag,
    gated: "bypass",
    docs: "Makes the picture anew and keeps neither it nor its original, which a preset may always ask for.",
    example: "1",
  }),
  cacheTtl: option({
    names: ["cache_ttl", "cttl"],
    stage: "reply",
    arg: integer({ min: 0 }),
    docs: "Seconds for which the picture may be kept, here and by caches on the way; where its source says how long, that holds if it is less.",
    example: "3600",
  }),
  cacheTags: option({
    names: ["cache_tags", "ct"],
    stage: "reply",
    arg: tags,
    docs: "Names by which the picture can be purged, here and in a CDN.",
    example: "shop:summer",
  }),
  expires: option({
    names: ["expires", "exp"],
    stage: "reply",
    arg: integer(),
    docs: "Unix time in seconds after which the URL is refused.",
    example: "4102444800",
  }),
  filename: option({
    names: ["filename", "fn"],
    stage: "reply",
    arg: filename,
    docs: "File name for Content-Disposition without its extension; base64 where the second argument is true.",
    example: "portrait",
  }),
  returnAttachment: option({
    names: ["return_attachment", "att"],
    stage: "reply",
    arg: flag,
    docs: "Asks the browser to save the picture rather than show it.",
    example: "1",
  }),
} as const satisfies Record<string, AnyOption>;

export type OptionName = keyof typeof OPTIONS;

type ValueOf<C> = C extends Codec<infer T> ? T : never;

/**
 * What a URL asks of a picture. An option that is absent was not asked for. The types are those of the table, and the
 * keys those of the lexicon, where editors find the sentences of `docs`.
 */
export type Options = { -readonly [K in keyof typeof LEXICON]?: ValueOf<(typeof OPTIONS)[K]["arg"]> };

/** Spellings that stand for several options in argument order; the last takes the remaining arguments. */
export const SHORTHANDS = [
  {
    names: ["resize", "rs"],
    expands: ["resizingType", "width", "height", "enlarge", "extend"],
    max: 8,
    docs: "Resizing type, size, permission to enlarge, and extension in one.",
    example: "fill:300:200:1",
  },
  {
    names: ["size", "s"],
    expands: ["width", "height", "enlarge", "extend"],
    max: 7,
    docs: "Size, permission to enlarge, and extension in one.",
    example: "300:200",
  },
] as const satisfies readonly {
  names: readonly string[];
  expands: readonly OptionName[];
  max: number;
  docs: string;
  example: string;
}[];
