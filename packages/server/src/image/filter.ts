import type { Options } from "@tintype/url";
import { fromRaw, pixels, step, type Picture, type Raw } from "./picture.ts";

/** Below this sigma libvips' mask is a single 1, and sharp refuses it. */
const LEAST_BLUR = 0.3;
const MOST_BLUR = 1000;
const MOST_SHARPEN = 10;

/** libvips' own settings of `sharpen`, where sharp has others. */
const SHARPEN = { m1: 0, m2: 3, x1: 2, y2: 10, y3: 20 };

/** Effects on the pixels themselves: blur, sharpen, pixelate. They turn grey into colour, as they always have. */
export async function filter(
  picture: Picture,
  { blur = 0, sharpen = 0, pixelate = 0 }: Options,
): Promise<Picture> {
  if (blur === 0 && sharpen === 0 && pixelate <= 1) return picture;
  let filtered: Picture = { ...picture, grey: false };
  if (blur >= LEAST_BLUR)
    filtered = await step(filtered, "blur", (pipeline) =>
      pipeline.blur({ sigma: Math.min(blur, MOST_BLUR) }),
    );
  if (sharpen > 0)
    filtered = await step(filtered, "sharpen", (p) =>
      p.sharpen({ sigma: Math.min(sharpen, MOST_SHARPEN), ...SHARPEN }),
    );
  if (pixelate <= 1) return filtered;
  // Behind another filter the contract's colours are still multiplied by their alpha; alone, hidden ones count in full.
  const opacity = picture.alpha && (blur > 0 || sharpen > 0) ? "weighs" : "apart";
  return fromRaw(squares(await pixels(filtered), { side: pixelate, opacity }), filtered);
}

interface Squares {
  readonly side: number;
  /** Whether a colour counts as much as it shows. */
  readonly opacity: "weighs" | "apart";
}

/** Replaces each square of `side` pixels by its mean; squares at the far edges are filled up by mirroring. */
function squares(raw: Raw, { side, opacity }: Squares): Raw {
  const { width, height, channels, depth } = raw;
  const alpha = opacity === "weighs" ? channels - 1 : undefined;
  const size = Math.min(side, Math.max(width, height));
  const from =
    depth === 16 ? new Uint16Array(raw.data.buffer, raw.data.byteOffset, raw.data.length / 2) : raw.data;
  const to = depth === 16 ? new Uint16Array(from.length) : Buffer.alloc(from.length);
  const columns = mirrored(width, size);
  const rows = mirrored(height, size);
  const mean = new Float64Array(channels);
  for (let top = 0; top < height; top += size) {
    for (let left = 0; left < width; left += size) {
      mean.fill(0);
      let weights = 0;
      for (let y = top; y < top + size; y++) {
        for (let x = left; x < left + size; x++) {
          const at = (rows[y]! * width + columns[x]!) * channels;
          const weight = alpha === undefined ? 1 : from[at + alpha]!;
          weights += weight;
          for (let channel = 0; channel < channels; channel++)
            mean[channel]! += from[at + channel]! * (channel === alpha ? 1 : weight);
        }
      }
      for (let channel = 0; channel < channels; channel++)
        mean[channel] = Math.round(mean[channel]! / (channel === alpha ? size ** 2 : weights || 1));
      for (let y = top; y < Math.min(top + size, height); y++) {
        for (let x = left; x < Math.min(left + size, width); x++) to.set(mean, (y * width + x) * channels);
      }
    }
  }
  return { ...raw, data: Buffer.from(to.buffer, to.byteOffset, to.byteLength) };
}

/** Where each coordinate up to the next multiple of `size` is read from. */
function mirrored(length: number, size: number): number[] {
  const padded = Math.ceil(length / size) * size;
  return Array.from({ length: padded }, (_, i) => {
    const folded = i % (2 * length);
    return folded < length ? folded : 2 * length - 1 - folded;
  });
}
