import type { Format } from "../formats.ts";
import { scanBmp } from "./bmp.ts";
import { scanGif } from "./gif.ts";
import { scanHeif } from "./heif.ts";
import { scanIco } from "./ico.ts";
import { scanJpeg } from "./jpeg.ts";
import { scanJxl } from "./jxl.ts";
import { scanPng } from "./png.ts";
import type { Found, Scanned } from "./scanned.ts";
import { scanSvg } from "./svg.ts";
import { scanTiff } from "./tiff.ts";
import { scanWebp } from "./webp.ts";

const SCANNERS: Readonly<Record<Format, (bytes: Uint8Array) => Found>> = {
  jpeg: scanJpeg,
  png: scanPng,
  webp: scanWebp,
  gif: scanGif,
  avif: scanHeif,
  tiff: scanTiff,
  svg: scanSvg,
  bmp: scanBmp,
  ico: scanIco,
  heic: scanHeif,
  jxl: scanJxl,
};

/**
 * Reads what the structure of a whole file tells about its picture, without decoding or copying any of it. Takes at most
 * a few steps per byte, and far fewer for all but hostile files. Throws HttpError: `broken_image` (`broken_svg`) for a
 * file that contradicts itself, `source_incomplete` for one that ends before its size; a later end only shows in `complete`.
 */
export function scan(bytes: Uint8Array, format: Format): Scanned {
  const found = SCANNERS[format](bytes);
  const { size } = found;
  return { ...found, pixels: found.pixels ?? (size && size.width * size.height) };
}
