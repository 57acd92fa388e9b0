import { HttpError } from "../errors.ts";

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What the structure of a file says about the picture in it. Nothing of it is guessed, and nothing was decoded. */
export interface Scanned {
  /**
   * Of one frame, as a decoder gives it: before EXIF's orientation, but behind HEIF's own turns and cuts, which no decoder
   * leaves out. Undefined only for an SVG that declares none; for any other SVG in CSS pixels, rounded.
   */
  readonly size: Size | undefined;
  /** Of one frame, as a decoder makes it: more than `size` has where HEIF cuts a part out. Undefined as `size` is. */
  readonly pixels: number | undefined;
  /** Frames of an animation, pages of a document, 1 for anything else. */
  readonly frames: number;
  /** There may be more frames: the count was broken off, the file ends early, or only a decoder could tell. */
  readonly framesAtLeast: boolean;
  /** Frames follow each other in time. A caller that plays only some formats has to ask for the format as well. */
  readonly animated: boolean;
  /** Of one channel, or of an index where there is a palette. */
  readonly depthBits: number;
  /** As decoded, palettes resolved, transparency included; undefined where that depends on the decoder. */
  readonly channels: number | undefined;
  readonly alpha: boolean | undefined;
  /** Stored in more than one pass (Adam7, progressive and multi-scan JPEG, interlaced GIF): a decoder keeps it whole. */
  readonly interlaced: boolean;
  /** Times that a decoder goes over all of the picture: the scans of a progressive JPEG, 1 for all else. */
  readonly scans: number;
  /** 1 to 8, from EXIF or the TIFF tag; undefined where there is none, and where a decoder sees to it itself. */
  readonly orientation: number | undefined;
  /** Bytes of profiles, EXIF, XMP, IPTC and comments, as stored, which may be compressed. */
  readonly metadataBytes: number;
  /** False where the structure proves that bytes are missing. */
  readonly complete: boolean;
}

/** What the scanner of one format answers with; `pixels` only where they are not those of `size`. */
export type Found = Omit<Scanned, "pixels"> & Partial<Pick<Scanned, "pixels">>;

/** What a still picture is unless its format says otherwise. */
export const STILL = {
  frames: 1,
  framesAtLeast: false,
  animated: false,
  channels: undefined,
  alpha: undefined,
  interlaced: false,
  scans: 1,
  orientation: undefined,
  metadataBytes: 0,
  complete: true,
} as const;

/** Chunks, segments, boxes, entries or frames that are looked at, where the number of bytes does not bound them well enough. */
export const MOST_STEPS = 20_000;

/** The refusal of a file that contradicts itself. */
export const broken = (detail: string): HttpError => new HttpError("broken_image", detail);

/** The refusal of a file that ends before it has said how large the picture is. */
export const cut = (detail: string): HttpError => new HttpError("source_incomplete", detail);

/** Throws `broken_image` for a picture without an area, or with a side that its format cannot express. */
export function requireSides({ width, height }: Size, mostSide: number): void {
  if (width > 0 && height > 0 && width <= mostSide && height <= mostSide) return;
  throw broken(`expected sides of 1 to ${mostSide} pixels, got ${width} x ${height}`);
}
