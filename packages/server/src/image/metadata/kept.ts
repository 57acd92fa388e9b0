/** What of a source's metadata goes along with a result. */
export interface Kept {
  /** A TIFF structure, with or without the "Exif\0\0" that JPEG puts before it. */
  readonly exif?: Uint8Array;
  readonly xmp?: Uint8Array | string;
  /** A profile that fits the result's channels. */
  readonly icc?: Uint8Array;
  /** IPTC data sets, bare or in Photoshop's wrapping. */
  readonly iptc?: Uint8Array;
}
