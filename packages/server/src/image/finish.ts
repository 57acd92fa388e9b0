import type { Options } from "@tintype/url";
import sharp, { type Sharp } from "sharp";
import { FORMATS, type Format } from "../formats.ts";
import { keepCopyright } from "./metadata/copyright.ts";
import { COLOUR_TAGS, ORIENTATION_TAGS, withoutTags, writeTexts } from "./metadata/exif.ts";
import type { Encodable } from "./encode.ts";
import type { Facts } from "./facts.ts";
import { unwrapIptc } from "./metadata/iptc.ts";
import { insertJpeg } from "./metadata/jpeg.ts";
import type { Kept } from "./metadata/kept.ts";
import { insertPng, wrapPng } from "./metadata/png.ts";
import { insertWebp } from "./metadata/webp.ts";
import { orientationOf } from "../plan/turn.ts";
import { coloured, fromRaw, pixels, settle, type Picture, type Raw } from "./picture.ts";

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

/** Formats that take metadata behind their encoder; the others' encoders are given it with the pixels. */
const INSERTS: Readonly<Partial<Record<Format, (bytes: Uint8Array, kept: Kept) => Uint8Array>>> = {
  jpeg: insertJpeg,
  png: insertPng,
  webp: insertWebp,
};

/** Colour to what the result needs, then metadata (contract processing.md, sections 11.2 and 12). */
export async function finish(picture: Picture, facts: Facts, wanted: Wanted): Promise<Encodable> {
  const tagged = picture.original && facts.orientation !== 1 && TELLS_ORIENTATION.has(wanted.format);
  const ready = tagged ? await settle(picture) : picture;
  const carried = Object.hasOwn(INSERTS, wanted.format) ? {} : keptOf(facts, wanted);
  return { open: await openFor(ready, carried, wanted), complete: completion(facts, wanted) };
}

type Target = Pick<Wanted, "format" | "options">;

/** Adds to encoded bytes what of the source's metadata their encoder was not given. */
export function completion(facts: Facts, target: Target): Encodable["complete"] {
  const insert = INSERTS[target.format];
  if (!insert) return (bytes) => bytes;
  const kept = keptOf(facts, target);
  return (bytes) => insert(bytes, kept);
}

function keptOf(facts: Facts, { format, options }: Target): Kept {
  const icc = keepsProfile(facts, format, options) ? facts.icc : undefined;
  return { ...keptBlocks(facts, options, icc), ...(icc && { icc }) };
}

function keptBlocks(facts: Facts, options: Options, icc: Buffer | undefined): Kept {
  const { exif, xmp, iptc } = facts;
  if (options.stripMetadata === false) {
    const { exif: own, user } = orientationOf(facts.orientation, options);
    const turned = [own, user].some(({ angle, flipX, flipY }) => angle !== 0 || flipX || flipY);
    // What was turned, be it there and back, is no more as its tag says; tags that repeat the profile are wrong without it.
    const stale = new Set([...(turned ? ORIENTATION_TAGS : []), ...(icc ? [] : COLOUR_TAGS)]);
    const sets = iptc && unwrapIptc(iptc);
    return {
      ...(exif && { exif: withoutTags(exif, stale) }),
      ...(xmp && { xmp }),
      ...(sets && { iptc: sets }),
    };
  }
  if (options.keepCopyright === false) return {};
  const blocks = { ...(exif && { exif }), ...(xmp && { xmp }), ...(iptc && { iptc }) };
  const { exif: texts, ...others } = keepCopyright(blocks);
  return { ...others, ...(texts && { exif: writeTexts(texts) }) };
}

/**
 * sharp's own ways to write metadata change texts and leak the source's orientation, and raw pixels have lost what came
 * with them; so what an encoder has to be given goes around the pixels, which takes a pass of its own.
 */
async function openFor(picture: Picture, kept: Kept, { repeatedly }: Wanted): Promise<() => Sharp> {
  // sharp has no way to write IPTC data sets.
  const { iptc: _iptc, ...carried } = kept;
  const only = Object.keys(carried).join();
  if (only === "icc" && picture.original && !repeatedly) return () => coloured(picture).keepIccProfile();
  if (only !== "") return carrying(await pixels(picture), carried);
  if (!repeatedly) return () => coloured(picture);
  const raw = await pixels(picture);
  return () => coloured(fromRaw(raw, picture));
}

function carrying(raw: Raw, carried: Kept): () => Sharp {
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
