/** What the goldens are pictures of: small versions of `samples/` whose licence is CC0, and pictures made here. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import type { Source } from "../fixtures/render.ts";
import { noise, paint, paintDeep, saved, slope } from "../fixtures/source.ts";

const sample = (name: string): Promise<Buffer> =>
  readFile(fileURLToPath(new URL(`../../../../samples/${name}`, import.meta.url)));

/** The photograph, 480 x 270, not yet encoded. */
const dandelion = async () => sharp(await sample("dandelion.jpg")).resize({ width: 480 });

const jpeg = (bytes: Buffer): Source => ({ bytes, format: "jpeg" });
const png = (bytes: Buffer): Source => ({ bytes, format: "png" });

const RING = { outer: 56, inner: 30 } as const;

/** A ring that runs from orange to blue, on nothing; its edge is soft. */
const ring = (width: number, height: number) =>
  paint(width, height, (x, y) => {
    const distance = Math.hypot(x - width / 2 + 0.5, y - height / 2 + 0.5);
    const share = Math.max(0, Math.min(1, RING.outer - distance, distance - RING.inner));
    const along = x / width;
    return [Math.round(255 * (1 - along)), 120, Math.round(255 * along), Math.round(255 * share)];
  });

/** A photograph with text in its metadata, in the colours of Display P3, and with a border of white. */
export const SOURCES = {
  "dandelion.jpg": async () => jpeg(await (await dandelion()).jpeg({ quality: 92 }).toBuffer()),
  "lying.jpg": async () => {
    const turned = await (await dandelion()).rotate(270).toBuffer();
    return jpeg(await sharp(turned).withMetadata({ orientation: 6 }).jpeg({ quality: 92 }).toBuffer());
  },
  "small.png": async () => png(await (await dandelion()).resize({ width: 60 }).png().toBuffer()),
  "bordered.png": async () => {
    const edges = { top: 20, right: 60, bottom: 40, left: 30, background: "#ffffff" };
    return png(await (await dandelion()).resize({ width: 160 }).extend(edges).png().toBuffer());
  },
  "p3.jpg": async () => jpeg(await (await dandelion()).withIccProfile("p3").jpeg({ quality: 92 }).toBuffer()),
  "cmyk.jpg": async () => {
    const rgb = await (await dandelion()).png().toBuffer();
    return jpeg(await sharp(rgb).toColourspace("cmyk").jpeg({ quality: 92 }).toBuffer());
  },
  "grey.png": async () => png(await (await dandelion()).greyscale().toColourspace("b-w").png().toBuffer()),
  "ring.png": () => saved(ring(160, 120), "png"),
  "deep.png": () =>
    saved(
      paintDeep(160, 90, (x, y) => [x * 409, y * 728, 65535 - x * 409]),
      "png",
    ),
  "slope.png": () => saved(slope(160, 40), "png"),
  "noise.png": () => saved(noise(160, 90), "png"),
  "engraving.svg": async () => ({ bytes: await sample("engraving.svg"), format: "svg" }),
  "shutter.gif": async () => ({ bytes: await sample("shutter.gif"), format: "gif" }),
} as const satisfies Record<string, () => Promise<Source>>;

export type SourceName = keyof typeof SOURCES;

/** The server's watermark: a dark disc with a light cross. */
export const watermark = (): Promise<Source> =>
  saved(
    paint(64, 64, (x, y) => {
      const inside = Math.hypot(x - 31.5, y - 31.5) < 31;
      const cross = Math.abs(x - 31.5) < 6 || Math.abs(y - 31.5) < 6;
      return cross ? [255, 255, 255, inside ? 255 : 0] : [20, 20, 60, inside ? 255 : 0];
    }),
    "png",
  );
