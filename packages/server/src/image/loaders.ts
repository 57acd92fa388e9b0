import sharp from "sharp";

/** libvips' loaders for the formats that are served; every other one is closed before the first picture. */
const OPEN_LOADERS = [
  "VipsForeignLoadJpeg",
  "VipsForeignLoadPng",
  "VipsForeignLoadWebp",
  "VipsForeignLoadNsgif",
  "VipsForeignLoadHeif",
  "VipsForeignLoadTiff",
  "VipsForeignLoadSvg",
];

/** Closes all loaders but those above, in this process and for good. */
export function closeLoaders(): void {
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({ operation: OPEN_LOADERS });
}

/** One probe per open loader, made by the encoder of the same format. */
const OPEN_PROBES = ["jpeg", "png", "webp", "gif", "avif", "tiff"] as const;

const SVG_PROBE =
  '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16"><rect width="16" height="16" fill="red"/></svg>';

/** Files that libvips would read if their loaders were open: its own format, PPM, CSV, Radiance and Analyze headers. */
const CLOSED_PROBES: Readonly<Record<string, Buffer>> = {
  vips: Buffer.concat([Buffer.from("b6a6f208", "hex"), Buffer.alloc(120, 1)]),
  ppm: Buffer.from("P6 1 1 255\nabc"),
  radiance: Buffer.from("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n\x80\x80\x80\x80", "latin1"),
  pdf: Buffer.from("%PDF-1.4\n"),
};

/** Decodes one picture of every open format and is refused one of each closed one. Rejects where either fails. */
export async function testLoaders(): Promise<void> {
  const blank = { create: { width: 16, height: 16, channels: 3 as const, background: "#ff0000" } };
  for (const format of OPEN_PROBES) await decode(await sharp(blank).toFormat(format).toBuffer(), format);
  await decode(Buffer.from(SVG_PROBE), "svg");
  for (const [name, bytes] of Object.entries(CLOSED_PROBES)) {
    if (await isRefused(bytes)) continue;
    throw new Error(`expected the loader for ${name} to be closed, got a decoded picture`);
  }
}

async function decode(bytes: Buffer, format: string): Promise<void> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const red = data[0] ?? 0;
  if (info.width !== 16 || red < 200)
    throw new Error(`expected to read a red square from ${format}, got another picture`);
}

async function isRefused(bytes: Buffer): Promise<boolean> {
  try {
    await sharp(bytes).raw().toBuffer();
    return false;
  } catch {
    return true;
  }
}
