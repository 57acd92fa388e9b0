/** Pictures that the checks ask for, in a folder that a container may read. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";

/** Letters of one width in no font but one that lacks both: what is drawn in place of missing ones is alike. */
export const TEXTS = { thin: "iiiiiiii", fat: "WWWWWWWW" };

const textOf = (text) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="60"><rect width="400" height="60" fill="white"/><text x="5" y="45" font-family="sans-serif" font-size="40">${text}</text></svg>`;

/** Noise of small grain: slow to encode and large as a file. */
const noise = (width, height) =>
  sharp({ create: { width, height, channels: 3, noise: { type: "gaussian", mean: 128, sigma: 40 } } });

export async function makePictures(folder) {
  mkdirSync(folder, { recursive: true });
  const files = {
    "small.jpg": await noise(640, 480).jpeg().toBuffer(),
    // 48 megapixels: nearly 150 MB once it is decoded.
    "big.jpg": await sharp({ create: { width: 8000, height: 6000, channels: 3, background: "teal" } })
      .jpeg()
      .toBuffer(),
    ...Object.fromEntries(Object.entries(TEXTS).map(([name, text]) => [`${name}.svg`, textOf(text)])),
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  chmodSync(folder, 0o755);
  return folder;
}
