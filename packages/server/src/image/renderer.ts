import sharp from "sharp";
import { HttpError } from "../errors.ts";
import { FORMATS, isFormat } from "../formats.ts";
import { openPicture } from "./facts.ts";
import { closeLoaders, testLoaders } from "./loaders.ts";
import { render, type RenderJob } from "./render.ts";
import type { RenderSettings } from "./settings.ts";

/** A picture to look at rather than to change. */
export interface InspectJob {
  readonly inspect: string;
}

/** What does the work, rather than a picture. */
export interface AboutJob {
  readonly about: "renderer";
}

type Job = RenderJob | InspectJob | AboutJob;

/** Prepares this process to make pictures with these settings, one at a time. */
export async function createRenderer(setup: unknown) {
  const settings = setup as RenderSettings; // The front made it, by this type.
  // Processes are what runs at a time here; threads inside one would take the CPUs from the others.
  sharp.concurrency(1);
  sharp.cache(false);
  closeLoaders();
  const make = async (job: unknown, [original, watermark]: readonly Uint8Array[]) => {
    const asked = job as Job; // The front made it, by this type.
    if ("about" in asked) return { result: about(), blobs: [] };
    if (!original) throw new HttpError("internal", "expected a source's bytes, got none");
    if ("inspect" in asked) return { result: await inspect(original, asked, settings), blobs: [] };
    const { rendered, bytes } = await render(asked, { original, watermark }, settings);
    return { result: rendered, blobs: [bytes] };
  };
  return Promise.resolve({ render: make, selfTest: testLoaders });
}

/** What `tintype info` tells of the libraries that read and write pictures. */
function about(): object {
  const { sharp: own, vips, ...others } = sharp.versions;
  return { sharp: own, libvips: vips, libraries: Object.entries(others).map((pair) => pair.join(" ")) };
}

/** What `tintype info` tells of a picture. */
async function inspect(
  bytes: Uint8Array,
  { inspect: format }: InspectJob,
  settings: RenderSettings,
): Promise<object> {
  if (!isFormat(format)) throw new HttpError("source_unrecognised", `expected a known format, got ${format}`);
  const { facts } = await openPicture(bytes, format, settings);
  const { exif, iptc, xmp, icc, decoded: _decoded, ...plain } = facts;
  const sizes = Object.entries({ exif, iptc, xmp, icc }).flatMap(([name, block]) =>
    block ? [[`${name}Bytes`, block.length]] : [],
  );
  return { mime: FORMATS[format].mime, ...plain, ...(Object.fromEntries(sizes) as object) };
}
