// Made of options.ts by `npm run reference`; do not edit.
import { FORMAT_NAMES } from "./formats.ts";
import type { Shape } from "./shape.ts";

const word: Shape = { kind: "text", filled: true };
const megapixels: Shape = { kind: "number", min: 0 };
const text: Shape = { kind: "text" };
const flag: Shape = { kind: "flag" };
const color: Shape = { kind: "color" };
const trim: Shape = {
  kind: "fields",
  of: { threshold: { kind: "number" }, color, equalHorizontal: flag, equalVertical: flag },
  required: 1,
};
const sigma: Shape = { kind: "number", min: 0 };
const anywhere: Shape = {
  kind: "fields",
  of: {
    type: { kind: "choice", of: ["ce", "no", "so", "ea", "we", "noea", "nowe", "soea", "sowe", "fp", "sm"] },
    x: { kind: "number" },
    y: { kind: "number" },
  },
  required: 1,
  rule: "gravity",
};
const crop: Shape = {
  kind: "fields",
  of: { width: sigma, height: sigma, gravity: anywhere },
  required: 1,
  rule: "crop",
};
const side: Shape = { kind: "integer", min: 0 };
const factor: Shape = { kind: "number", above: 0 };
const zoom: Shape = { kind: "fields", of: { x: factor, y: factor }, required: 1, rule: "zoom" };
const rotate: Shape = { kind: "integer", multipleOf: 90 };
const extend: Shape = {
  kind: "fields",
  of: {
    enabled: flag,
    gravity: {
      kind: "fields",
      of: {
        type: { kind: "choice", of: ["ce", "no", "so", "ea", "we", "noea", "nowe", "soea", "sowe", "fp"] },
        x: { kind: "number" },
        y: { kind: "number" },
      },
      required: 1,
      rule: "gravity",
    },
  },
  required: 1,
};
const padding: Shape = {
  kind: "fields",
  of: { top: side, right: side, bottom: side, left: side },
  required: 4,
};
const watermark: Shape = {
  kind: "fields",
  of: {
    opacity: { kind: "number", min: 0, max: 1 },
    position: { kind: "choice", of: ["ce", "no", "so", "ea", "we", "noea", "nowe", "soea", "sowe", "re"] },
    x: { kind: "number" },
    y: { kind: "number" },
    scale: { kind: "number", min: 0 },
  },
  required: 1,
};
const formatName: Shape = { kind: "choice", of: FORMAT_NAMES };
const percent: Shape = { kind: "integer", min: 0, max: 100 };
const formatQuality: Shape = {
  kind: "list",
  of: { kind: "fields", of: { format: formatName, quality: percent }, required: 2 },
  rule: "pairs",
};
const formats: Shape = { kind: "list", of: formatName };
const tags: Shape = { kind: "list", of: text, rule: "tags" };
const filename: Shape = { kind: "fields", of: { name: text, encoded: flag }, required: 1, rule: "filename" };

/**
 * Every option in the order of the table: the name that URLs are built with, and what its value is. This much of the
 * table a builder needs, so this much a page loads.
 */
export const LEXICON = {
  /**
   * Applies presets of the server, in the order given.
   * @example { preset: [ "sharp", "square" ] }
   */
  preset: ["pr", { kind: "list", of: word }],
  /**
   * Refuses sources with more megapixels than this.
   * @example { maxSrcResolution: 50 }
   */
  maxSrcResolution: ["msr", megapixels],
  /**
   * Refuses sources with more bytes than this; a negative number lifts the limit.
   * @example { maxSrcFileSize: 10485760 }
   */
  maxSrcFileSize: ["msfs", { kind: "integer" }],
  /**
   * Changes nothing but the URL, for caches on the way that keep an old picture.
   * @example { cachebuster: "v2" }
   */
  cachebuster: ["cb", text],
  /**
   * Streams the original untouched.
   * @example { raw: true }
   */
  raw: ["raw", flag],
  /**
   * Cuts a border of even colour: how far colours may differ, the colour (the top left pixel's where left out), and whether opposite sides lose alike.
   * @example { trim: { threshold: 10 } }
   */
  trim: ["t", trim],
  /**
   * Cuts an area out of the source before anything is scaled; sides from 1 are pixels, below 1 a fraction, 0 is the whole side.
   * @example { crop: { width: 0.5, height: 0.5, gravity: { type: "noea" } } }
   */
  crop: ["c", crop],
  /**
   * How the picture meets its box: fit inside, fill and cut, fill without enlarging, force both sides, or fill when the orientations agree (auto).
   * @example { resizingType: "fill" }
   */
  resizingType: ["rt", { kind: "choice", of: ["fit", "fill", "fill-down", "force", "auto"] }],
  /**
   * Width of the box; 0 follows from the height.
   * @example { width: 300 }
   */
  width: ["w", side],
  /**
   * Height of the box; 0 follows from the width.
   * @example { height: 200 }
   */
  height: ["h", side],
  /**
   * The least width, even where the picture has to be enlarged for it.
   * @example { minWidth: 400 }
   */
  minWidth: ["mw", side],
  /**
   * The least height, even where the picture has to be enlarged for it.
   * @example { minHeight: 300 }
   */
  minHeight: ["mh", side],
  /**
   * Multiplies the size that the other options ask for; two numbers treat the axes apart.
   * @example { zoom: { x: 1.5, y: 1.5 } }
   */
  zoom: ["z", zoom],
  /**
   * Device pixel ratio: multiplies the box, the padding and every offset in pixels.
   * @example { dpr: 2 }
   */
  dpr: ["dpr", factor],
  /**
   * Permits a result larger than the source.
   * @example { enlarge: true }
   */
  enlarge: ["el", flag],
  /**
   * Which part stays when something must go: a compass point with offsets, a focal point fp:x:y, or sm for the most interesting part.
   * @example { gravity: { type: "noea", x: 10, y: 10 } }
   */
  gravity: ["g", anywhere],
  /**
   * Turns the picture as its EXIF orientation says.
   * @example { autoRotate: false }
   */
  autoRotate: ["ar", flag],
  /**
   * Turns the picture clockwise by a multiple of 90 degrees.
   * @example { rotate: 90 }
   */
  rotate: ["rot", rotate],
  /**
   * Mirrors the picture left to right, top to bottom, or both.
   * @example { flip: { horizontal: true } }
   */
  flip: ["fl", { kind: "fields", of: { horizontal: flag, vertical: flag } }],
  /**
   * Gaussian blur; the number is its sigma in pixels.
   * @example { blur: 8 }
   */
  blur: ["bl", sigma],
  /**
   * Sharpens; the number is the sigma of the mask in pixels.
   * @example { sharpen: 1.5 }
   */
  sharpen: ["sh", sigma],
  /**
   * Turns the picture into squares of this many pixels.
   * @example { pixelate: 12 }
   */
  pixelate: ["pix", side],
  /**
   * Fills the box up to its full size when the picture is smaller; a gravity places the picture in it.
   * @example { extend: { enabled: true, gravity: { type: "so" } } }
   */
  extend: ["ex", extend],
  /**
   * Adds to one axis until the picture has the box's aspect ratio.
   * @example { extendAspectRatio: { enabled: true } }
   */
  extendAspectRatio: ["exar", extend],
  /**
   * Space around the picture; sides left out follow the CSS rule.
   * @example { padding: { top: 10, right: 20, bottom: 10, left: 20 } }
   */
  padding: ["pd", padding],
  /**
   * Lays a colour behind transparency, padding and extension: hex digits, or red, green and blue.
   * @example { background: "ff8800" }
   */
  background: ["bg", color],
  /**
   * Draws the server's watermark picture: opacity, position (re repeats it), offsets, and size relative to the picture.
   * @example { watermark: { opacity: 0.7, position: "soea", x: 10, y: 10, scale: 0.3 } }
   */
  watermark: ["wm", watermark],
  /**
   * Uses the thumbnail that a HEIC or AVIF file carries, where there is one.
   * @example { enforceThumbnail: true }
   */
  enforceThumbnail: ["eth", flag],
  /**
   * Leaves the source's metadata out of the result.
   * @example { stripMetadata: false }
   */
  stripMetadata: ["sm", flag],
  /**
   * Keeps author and rights when metadata is stripped.
   * @example { keepCopyright: false }
   */
  keepCopyright: ["kcr", flag],
  /**
   * Converts to sRGB and leaves the colour profile out, rather than keeping it.
   * @example { stripColorProfile: false }
   */
  stripColorProfile: ["scp", flag],
  /**
   * Keeps 16 bits a channel where the result's format can hold them.
   * @example { preserveHdr: true }
   */
  preserveHdr: ["ph", flag],
  /**
   * The result's format; negotiated by the Accept header where left out.
   * @example { format: "webp" }
   */
  format: ["f", formatName],
  /**
   * The encoder's quality; 0 takes the server's default.
   * @example { quality: 60 }
   */
  quality: ["q", percent],
  /**
   * Quality by format, as pairs.
   * @example { formatQuality: { jpeg: 70, webp: 60 } }
   */
  formatQuality: ["fq", formatQuality],
  /**
   * Lowers the quality until the result has at most this many bytes, as far as quality 10.
   * @example { maxBytes: 8000 }
   */
  maxBytes: ["mb", side],
  /**
   * Sources of these formats are sent as they are.
   * @example { skipProcessing: [ "png", "gif" ] }
   */
  skipProcessing: ["skp", formats],
  /**
   * Keeps at most this many frames of an animation.
   * @example { maxAnimationFrames: 10 }
   */
  maxAnimationFrames: ["maf", { kind: "integer", min: 1 }],
  /**
   * Refuses animations whose frames have more megapixels than this.
   * @example { maxAnimationFrameResolution: 2 }
   */
  maxAnimationFrameResolution: ["mafr", megapixels],
  /**
   * Scales the result down until no side is longer than this.
   * @example { maxResultDimension: 200 }
   */
  maxResultDimension: ["mrd", { kind: "integer" }],
  /**
   * Makes the picture anew and keeps neither it nor its original, which a preset may always ask for.
   * @example { bypassCache: true }
   */
  bypassCache: ["bc", flag],
  /**
   * Seconds for which the picture may be kept, here and by caches on the way; where its source says how long, that holds if it is less.
   * @example { cacheTtl: 3600 }
   */
  cacheTtl: ["cttl", { kind: "integer", min: 0 }],
  /**
   * Names by which the picture can be purged, here and in a CDN.
   * @example { cacheTags: [ "shop", "summer" ] }
   */
  cacheTags: ["ct", tags],
  /**
   * Unix time in seconds after which the URL is refused.
   * @example { expires: 4102444800 }
   */
  expires: ["exp", { kind: "integer" }],
  /**
   * File name for Content-Disposition without its extension; base64 where the second argument is true.
   * @example { filename: "portrait" }
   */
  filename: ["fn", filename],
  /**
   * Asks the browser to save the picture rather than show it.
   * @example { returnAttachment: true }
   */
  returnAttachment: ["att", flag],
} as const satisfies Readonly<Record<string, readonly [name: string, shape: Shape]>>;
