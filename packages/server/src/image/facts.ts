import sharp, { type Metadata, type Sharp, type SharpOptions } from "sharp";
import { HttpError } from "../errors.ts";
import type { Format } from "../formats.ts";
import { decodeBmp } from "./codec/bmp.ts";
import type { Size } from "../plan/gravity.ts";
import { isWholeGif } from "./codec/gif.ts";
import { isPlainSrgb } from "./metadata/icc.ts";
import { decodeIcoBitmap, pickIcoEntry } from "./codec/ico.ts";
import type { Pixels } from "./codec/pixels.ts";
import type { RenderSettings } from "./settings.ts";
import { round } from "../plan/rounding.ts";
import { measureSvg, resizeSvg } from "./svg/size.ts";

/** What a picture's header tells. Sizes are those of one frame, as stored. */
export interface Facts extends Size {
  readonly format: Format;
  /** Size that a decoder gives without being told to scale; vectors are drawn larger than they are. */
  readonly decoded: Size;
  readonly orientation: number;
  readonly vector: boolean;
  /** Frames of an animation; 1 for anything that does not move. */
  readonly frames: number;
  /** Milliseconds by frame. */
  readonly delays: readonly number[];
  /** Times that an animation plays; 0 for ever. */
  readonly loop: number;
  readonly alpha: boolean;
  readonly grey: boolean;
  /** More than 8 bits a channel. */
  readonly deep: boolean;
  /** Bits of an index, where colours come from a palette. */
  readonly paletteBits: number | undefined;
  /** In a colour space that is neither grey nor RGB, so its profile is needed before anything else happens. */
  readonly foreignColours: boolean;
  /** An embedded profile that is not plain sRGB. */
  readonly profile: boolean;
  readonly exif: Buffer | undefined;
  readonly iptc: Buffer | undefined;
  readonly xmp: Buffer | undefined;
  readonly icc: Buffer | undefined;
}

/** How a pipeline over a source begins. */
export interface Opening {
  readonly frames?: number;
  /** Leaves the embedded profile's space before anything else happens. */
  readonly convert?: boolean;
}

/** A source that was looked at and not yet decoded. */
export interface Opened {
  readonly facts: Facts;
  readonly open: (opening?: Opening) => Sharp;
}

/** Reads a picture's header, no pixel. Throws HttpError("broken_image") where the decoder refuses it. */
export async function openPicture(
  bytes: Uint8Array,
  format: Format,
  settings: RenderSettings,
): Promise<Opened> {
  if (format === "gif" && !isWholeGif(bytes))
    throw new HttpError(
      "broken_image",
      `expected a whole GIF, got ${bytes.length} bytes that end in a block`,
    );
  const found = toSharp(bytes, format, settings);
  const metadata = await readHeader(found);
  const foreignColours = !["srgb", "b-w", "rgb16", "grey16", "rgb"].includes(metadata.space);
  const drawn = format === "svg" ? inWholePixels(bytes, metadata) : undefined;
  const source = drawn?.input ? { ...found, input: drawn.input } : found;
  const facts = {
    ...factsOf(metadata, format),
    ...drawn?.sizes,
    paletteBits: source.paletteBits ?? paletteBits(metadata),
    foreignColours,
  };
  return {
    facts,
    open: ({ frames = 1, convert = foreignColours } = {}) =>
      sharp(source.input, {
        ...source.options,
        ...(frames > 1 && { pages: frames }),
        ignoreIcc: !convert,
      }),
  };
}

/**
 * Refuses pictures inside a vector that together have more pixels than a source may have: whoever draws it decodes them
 * whole. Throws HttpError: `resolution_too_big`, and `broken_svg` where a header tells no size.
 */
export async function checkEmbedded(
  images: readonly Uint8Array[],
  { maxSrcResolution: most }: RenderSettings["limits"],
): Promise<void> {
  let pixels = 0;
  for (const image of images) {
    const { width, height } = await readEmbedded(image);
    pixels += width * height;
    if (pixels <= most) continue;
    throw new HttpError(
      "resolution_too_big",
      `expected at most ${most} pixels embedded, got ${pixels} or more`,
    );
  }
}

async function readEmbedded(image: Uint8Array): Promise<Size> {
  try {
    return await sharp(image, { limitInputPixels: false }).metadata();
  } catch (error) {
    throw new HttpError("broken_svg", `embedded picture: ${String(error)}`, { cause: error });
  }
}

interface SharpSource {
  readonly input: Uint8Array;
  readonly options: SharpOptions;
  readonly paletteBits?: number | undefined;
}

function toSharp(bytes: Uint8Array, format: Format, settings: RenderSettings): SharpSource {
  const limits = { maxPixels: settings.limits.maxSrcResolution };
  if (format === "bmp") return fromPixels(decodeBmp(bytes, limits));
  if (format === "ico") {
    const entry = pickIcoEntry(bytes);
    return entry.kind === "png"
      ? { input: entry.payload, options: loadOptions("png", settings) }
      : fromPixels(decodeIcoBitmap(entry));
  }
  return { input: bytes, options: loadOptions(format, settings) };
}

function fromPixels({
  data,
  width,
  height,
  channels,
  ...rest
}: Pixels & { paletteBits?: number | undefined }): SharpSource {
  return { input: data, options: { raw: { width, height, channels } }, paletteBits: rest.paletteBits };
}

/** User units of SVG are pixels at 96 dots per inch; librsvg draws them at 72. */
const SVG_DENSITY = 96;
const SVG_SCALE = 72 / SVG_DENSITY;

interface Drawn {
  readonly sizes: Pick<Facts, "width" | "height" | "decoded">;
  /** Undefined where the document has to be taken as it is. */
  readonly input: Uint8Array | undefined;
}

/**
 * The size of an SVG and a document that is decoded in it. The decoder itself rounds sides that are a third longer, so
 * their ratio is not the picture's, and whatever is scaled from there is off by a pixel or half transparent at its edges.
 */
function inWholePixels(bytes: Uint8Array, decoded: Size): Drawn {
  const told = measureSvg(bytes);
  const holds = (side: keyof Size): boolean => round((told?.[side] ?? 0) / SVG_SCALE) === decoded[side];
  const natural = holds("width") && holds("height") ? told : undefined;
  const whole = (side: keyof Size): number =>
    Math.max(1, round(natural?.[side] ?? decoded[side] * SVG_SCALE));
  const size = { width: whole("width"), height: whole("height") };
  const wanted = { width: size.width * SVG_SCALE, height: size.height * SVG_SCALE };
  const input = resizeSvg(bytes, { natural, wanted });
  const { width, height } = decoded;
  return { sizes: { ...size, decoded: input ? size : { width, height } }, input };
}

function loadOptions(format: Format, { image }: RenderSettings): SharpOptions {
  const unlimited =
    (format === "png" && image.pngUnlimited) ||
    (format === "svg" && image.svgUnlimited) ||
    (format === "tiff" && image.tiffUnlimited);
  return {
    failOn: "truncated",
    limitInputPixels: false, // Sizes are checked against the settings, with the header in hand.
    unlimited,
    ...(format === "svg" && { density: SVG_DENSITY }),
  };
}

async function readHeader({ input, options }: SharpSource): Promise<Metadata> {
  try {
    return await sharp(input, options).metadata();
  } catch (error) {
    throw new HttpError("broken_image", `header: ${String(error)}`, { cause: error });
  }
}

function factsOf(metadata: Metadata, format: Format): Omit<Facts, "paletteBits" | "foreignColours"> {
  const { pages = 1, delay, loop } = metadata;
  return {
    format,
    width: metadata.width,
    height: metadata.height,
    decoded: { width: metadata.width, height: metadata.height },
    orientation: metadata.orientation ?? 1,
    vector: format === "svg",
    // Pages without delays are those of a document.
    frames: delay && loop !== undefined ? pages : 1,
    delays: delay ?? [],
    loop: loop ?? 0,
    alpha: metadata.hasAlpha,
    grey: metadata.channels < 3,
    deep: metadata.depth !== "uchar" && metadata.depth !== "char",
    profile: metadata.icc !== undefined && !isPlainSrgb(metadata.icc),
    exif: metadata.exif,
    iptc: metadata.iptc,
    xmp: metadata.xmp,
    icc: metadata.icc,
  };
}

const paletteBits = ({ isPalette, bitsPerSample = 8 }: Metadata): number | undefined =>
  isPalette ? Math.min(8, bitsPerSample) : undefined;
