import type { FormatName, Options } from "@tintype/url";
import { HttpError } from "../errors.ts";
import { FORMATS, type Format } from "../formats.ts";

/** What the client and the server would like, best first. */
export interface FormatWishes {
  /** Formats that replace an unnamed one. */
  readonly accepted: readonly FormatName[];
  /** Formats that replace even a named one. */
  readonly enforced: readonly FormatName[];
  readonly preferred: readonly FormatName[];
}

/** What of a source matters to the choice. */
interface Holds {
  readonly format: Format;
  readonly alpha: boolean;
  readonly frames: number;
}

/** The format of the result (contract processing.md, section 3). Throws HttpError where it cannot be written. */
export function chooseFormat(facts: Holds, options: Options, wishes: FormatWishes): Format {
  const animated = facts.frames > 1;
  const moves = (format: Format): boolean => !animated || FORMATS[format].animationOut;
  if (options.format === "svg")
    throw new HttpError("svg_from_raster", `expected an SVG source, got ${facts.format}`);
  if (options.format) return wishes.enforced.find(moves) ?? saveable(options.format);
  const accepted = wishes.accepted.find(moves);
  if (accepted) return accepted;
  const preferred = wishes.preferred.filter((format) => FORMATS[format].save);
  if (preferred.includes(facts.format)) return facts.format;
  const clear = expectsTransparency(facts, options);
  const fitting = preferred.find((format) => moves(format) && (!clear || FORMATS[format].alpha));
  return fitting ?? preferred[0] ?? "png";
}

function saveable(format: FormatName): Format {
  if (FORMATS[format].save) return format;
  throw new HttpError("format_unsaveable", `no encoder for ${format} is installed`);
}

/** `extend_aspect_ratio` does not count: it has always left JPEG as JPEG. */
function expectsTransparency({ alpha }: Holds, { background, padding, extend }: Options): boolean {
  if (background !== undefined) return false;
  const padded = padding !== undefined && padding.top + padding.right + padding.bottom + padding.left > 0;
  return alpha || padded || (extend?.enabled ?? false);
}

/** What a format becomes when the picture is too small for its encoder. */
export const forSmall = (format: Format, side: number, alpha: boolean): Format =>
  side >= FORMATS[format].minSide ? format : alpha ? "png" : "jpeg";

/** Settings that let sources through untouched. */
export interface PassSettings {
  readonly skipProcessingFormats: readonly FormatName[];
  readonly alwaysRasterizeSvg: boolean;
}

/** Sources that are answered with the bytes they came as: SVG as SVG, and formats on the skip list. */
export function passesThrough(source: Format, options: Options, settings: PassSettings): boolean {
  const { format, skipProcessing = [] } = options;
  const skipped = [...settings.skipProcessingFormats, ...skipProcessing].includes(source);
  if (source === "svg")
    return format === "svg" || (format === undefined && (skipped || !settings.alwaysRasterizeSvg));
  return skipped && (format === undefined || format === source);
}
