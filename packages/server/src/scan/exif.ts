import { HttpError } from "../errors.ts";
import { numbersOf, openTiff, readDirectory } from "./ifd.ts";

const ORIENTATION = 0x0112;
const PREFIX = [0x45, 0x78, 0x69, 0x66, 0, 0];

/** True where bytes begin as the EXIF segment of a JPEG does. */
export const hasExifPrefix = (bytes: Uint8Array): boolean => PREFIX.every((byte, i) => bytes[i] === byte);

/** The orientation that an EXIF block names, with or without the prefix that JPEG gives it; undefined for none that is valid. */
export function orientationIn(block: Uint8Array): number | undefined {
  try {
    const { read, first } = openTiff(hasExifPrefix(block) ? block.subarray(PREFIX.length) : block);
    return validOrientation(numbersOf(read, readDirectory(read, first).get(ORIENTATION), 1)[0]);
  } catch (error) {
    // Broken EXIF does not make a broken picture.
    if (error instanceof HttpError) return undefined;
    throw error;
  }
}

/** 1 to 8, or undefined. */
export const validOrientation = (value: number | undefined): number | undefined =>
  value !== undefined && value >= 1 && value <= 8 ? value : undefined;
