import type { Options } from "@tintype/url";
import sharp, { type Sharp } from "sharp";
import { FORMATS, type Format } from "../formats.ts";
import { keepCopyright } from "./metadata/copyright.ts";
import { COLOUR_TAGS, ORIENTATION_TAGS, withoutTags, writeTexts } from "./metadata/exif.ts";
import type { Facts } from "./facts.ts";
import { unwrapIptc } from "./metadata/iptc.ts";
import { coloured, fromRaw, pixels, settle, type Picture, type Raw } from "./picture.ts";
import { wrapPng, type Carried } from "./metadata/png.ts";

/** A picture that only has to be encoded. */
export interface Finished {
  /** Starts a pipeline that ends in the encoder; may be called again for another quality. */
  readonly open: () => Sharp;
  /** IPTC data sets, which sharp cannot write, for formats that hold them. */
  readonly iptc: Uint8Array | undefined;
}

interface Wanted {
  readonly format: Format;
  readonly options: Options;
  /** The picture will be encoded more than once. */
  readonly repeatedly: boolean;
}

/** True where the embedded profile goes along, so no pixel may leave its space. */
export const keepsProfile = (facts: Facts, format: Format, { stripColorProfile }: Options): boolean =>
  stripColorProfile === false && FORMATS[format].icc && facts.icc !== undefined && !facts.foreignColours;

/** Into these, libvips writes the orientation of the source even where nothing is kept, and the pixels come upright. */
const TELLS_ORIENTATION: ReadonlySet<Format> = new Set(["tiff", "avif"]);

/** Colour to what the result needs, then metadata (contract processing.md, sections 11.2 and 12). */
export async function finish(picture: Picture, facts: Facts, wanted: Wanted): Promise<Finished> {
  const { iptc, ...carried } = carriedBy(facts, wanted);
  const tagged = picture.original && facts.orientation !== 1 && TELLS_ORIENTATION.has(wanted.format);
  const ready = tagged ? await settle(picture) : picture;
  return { open: await openFor(ready, carried, wanted), iptc };
}

type Kept = Omit<Carried, "density"> & Pick<Finished, "iptc">;

/** What of the source's profile and metadata goes along with the result. */
export function carriedBy(facts: Facts, { format, options }: Pick<Wanted, "format" | "options">): Kept {
  const icc = keepsProfile(facts, format, options) ? facts.icc : undefined;
  return { ...keptBlocks(facts, options, icc), ...(icc && { icc }) };
}

function keptBlocks(
  facts: Facts,
  { stripMetadata, keepCopyright: rights }: Options,
  icc: Buffer | undefined,
): Kept {
  const { exif, xmp, iptc } = facts;
  if (stripMetadata === false) {
    // Pixels come upright, and tags that repeat the profile are wrong without it.
    const stale = new Set([...ORIENTATION_TAGS, ...(icc ? [] : COLOUR_TAGS)]);
    return {
      ...(exif && { exif: withoutTags(exif, stale) }),
      ...(xmp && { xmp }),
      iptc: iptc && unwrapIptc(iptc),
    };
  }
  if (rights === false) return { iptc: undefined };
  const owner = keepCopyright({ ...(exif && { exif }), ...(xmp && { xmp }), ...(iptc && { iptc }) });
  return {
    ...(owner.exif && { exif: writeTexts(owner.exif) }),
    ...(owner.xmp && { xmp: owner.xmp }),
    iptc: owner.iptc,
  };
}

/**
 * Raw pixels have lost what came with them, and sharp's own ways to write metadata change texts and leak the source's
 * orientation; so whatever is kept goes around the pixels, in front of the encoder.
 */
async function openFor(picture: Picture, carried: Carried, { repeatedly }: Wanted): Promise<() => Sharp> {
  const only = Object.keys(carried).join();
  if (only === "icc" && picture.original && !repeatedly) return () => coloured(picture).keepIccProfile();
  if (only !== "") return carrying(await pixels(picture), carried);
  if (!repeatedly) return () => coloured(picture);
  const raw = await pixels(picture);
  return () => coloured(fromRaw(raw, picture));
}

function carrying(raw: Raw, carried: Carried): () => Sharp {
  const wrapped = wrapPng(raw, carried);
  const grey = raw.channels < 3;
  const space = raw.depth === 16 ? (grey ? "grey16" : "rgb16") : grey ? "b-w" : "srgb";
  return () => {
    // Asked to keep what is not there, sharp makes some up.
    let pipeline = sharp(wrapped, { limitInputPixels: false, ignoreIcc: true }).toColourspace(space);
    if (carried.exif) pipeline = pipeline.keepExif();
    if (carried.xmp) pipeline = pipeline.keepXmp();
    if (carried.icc) pipeline = pipeline.keepIccProfile();
    return pipeline;
  };
}
