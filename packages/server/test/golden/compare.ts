/** Pictures as eyes compare them: what is transparent has no colour. */
import sharp, { type Sharp } from "sharp";

export interface Seen {
  /** RGBA, the colours multiplied by alpha. */
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Reads a PNG, which is what references are. */
export async function see(png: Uint8Array): Promise<Seen> {
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  for (let at = 0; at < data.length; at += 4)
    for (let channel = 0; channel < 3; channel++)
      data[at + channel] = Math.round((data[at + channel]! * data[at + 3]!) / 255); // Four channels to a pixel.
  return { data, width: info.width, height: info.height };
}

export interface Distance {
  /** Over all channels of all pixels, 0 to 255; both are infinite between pictures of different sizes. */
  readonly mean: number;
  readonly largest: number;
}

/** How far two pictures are apart. */
export function distance(one: Seen, other: Seen): Distance {
  if (one.width !== other.width || one.height !== other.height) return { mean: Infinity, largest: Infinity };
  let sum = 0;
  let largest = 0;
  for (let i = 0; i < one.data.length; i++) {
    const difference = Math.abs(one.data[i]! - other.data[i]!); // Equal sizes, equal lengths.
    sum += difference;
    largest = Math.max(largest, difference);
  }
  return { mean: sum / one.data.length, largest };
}

const picture = ({ data, width, height }: Seen): Sharp =>
  sharp(data, { raw: { width, height, channels: 4 } });

/** Reference, result and their difference, eight times as strong as it is, side by side as a PNG. */
export async function showDifference(reference: Seen, result: Seen): Promise<Buffer> {
  const width = Math.max(reference.width, result.width);
  const height = Math.max(reference.height, result.height);
  const apart = distance(reference, result).mean === Infinity ? [] : [differenceOf(reference, result)];
  const tiles = await Promise.all(
    [reference, result, ...apart].map(async (seen, column) => ({
      input: await picture(seen).png().toBuffer(),
      left: column * (width + 8),
      top: 0,
    })),
  );
  const ground = { width: 3 * (width + 8), height, channels: 3, background: "#808080" } as const;
  return sharp({ create: ground }).composite(tiles).png().toBuffer();
}

function differenceOf(one: Seen, other: Seen): Seen {
  const data = one.data.map((value, i) =>
    i % 4 === 3 ? 255 : Math.min(255, 8 * Math.abs(value - (other.data[i] ?? 0))),
  );
  return { ...one, data: Buffer.from(data) };
}
