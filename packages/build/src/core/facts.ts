import sharp from "sharp";
import { rgbaToThumbHash } from "thumbhash";
import { dominantColour } from "./colour.ts";
import { cutTo, type Size } from "./shape.ts";

/** What is known of a picture without asking a server. */
export interface Facts extends Size {
  /** Base64 of about 25 bytes that a blurred picture can be drawn from. */
  readonly thumbhash: string;
  /** `#rrggbb`. */
  readonly dominantColor: string;
}

/** The longer side of the picture that a thumbhash is made of, in pixels: no more than it can take. */
const LONGEST = 100;

/** Reads a picture, upright and cut to a shape (`3x2`, or `natural`) at its centre. Throws what sharp cannot read. */
export async function readFacts(bytes: Uint8Array, shape: string): Promise<Facts> {
  const { autoOrient } = await sharp(bytes).metadata();
  const size = cutTo(shape, autoOrient);
  const scale = Math.min(1, LONGEST / Math.max(size.width, size.height));
  const [width, height] = [size.width, size.height].map((side) => Math.max(1, Math.round(side * scale)));
  const { data } = await sharp(bytes)
    .autoOrient()
    .resize(width, height, { fit: "cover" })
    .toColourspace("srgb")
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    ...size,
    thumbhash: Buffer.from(rgbaToThumbHash(width!, height!, data)).toString("base64"),
    dominantColor: dominantColour(data),
  };
}
