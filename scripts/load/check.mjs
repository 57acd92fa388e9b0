/** Looks at an answer's picture: format, size and frames, and the colours at sixteen points. */
import sharp from "sharp";

/** sharp's names of formats, where they are others. BMP it does not read. */
const NAMES = { heif: "avif" };

/** Encoders at their lowest quality, palettes and sharpening stay below. */
const MOST_DISTANCE = 70;

/** What is wrong with the picture, or undefined. */
export async function faultOf({ bytes, type }, expected) {
  if (type !== mimeOf(expected.format)) return `expected ${expected.format}, got ${type}`;
  if (expected.isOriginal) return bytes.length > 0 ? undefined : "expected bytes, got none";
  if (expected.format === "bmp")
    return sizeFault({ width: bytes.readInt32LE(18), height: Math.abs(bytes.readInt32LE(22)) }, expected);
  const picture = sharp(bytes, { failOn: "truncated" });
  const { format, width, height, pages = 1 } = await picture.metadata();
  const name = NAMES[format] ?? format;
  if (name !== expected.format) return `expected the bytes of ${expected.format}, got ${name}`;
  if (pages > 1 !== expected.frames > 1) return `expected ${expected.frames} frames, got ${pages}`;
  return sizeFault({ width, height }, expected) ?? colourFault(picture, expected);
}

const mimeOf = (format) => (format === "svg" ? "image/svg+xml" : `image/${format}`);

function sizeFault({ width, height }, { size }) {
  if (width === size.width && height === size.height) return undefined;
  return `expected ${size.width} x ${size.height}, got ${width} x ${height}`;
}

async function colourFault(picture, { colourAt }) {
  const { data, info } = await picture
    .toColourspace("srgb")
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  for (let index = 0; index < 16; index += 1) {
    const x = (((index % 4) + 0.5) * info.width) / 4;
    const y = ((Math.floor(index / 4) + 0.5) * info.height) / 4;
    const wanted = colourAt({ x, y });
    if (wanted === undefined) continue;
    const seen = patch(data, info, { x, y });
    if (distance(wanted, seen) > MOST_DISTANCE)
      return `expected ${wanted ?? "nothing"} at ${Math.round(x)}, ${Math.round(y)} of ${info.width} x ${info.height}, got ${seen.map(Math.round)}`;
  }
  return undefined;
}

/** Mean of five by five pixels, transparency included. */
function patch(data, { width, height, channels }, { x, y }) {
  const sums = [0, 0, 0, 0];
  for (let index = 0; index < 25; index += 1) {
    const column = clamp(Math.floor(x) - 2 + (index % 5), width);
    const row = clamp(Math.floor(y) - 2 + Math.floor(index / 5), height);
    for (let channel = 0; channel < 4; channel += 1)
      sums[channel] += data[(row * width + column) * channels + channel] / 25;
  }
  return sums;
}

const clamp = (value, size) => Math.max(0, Math.min(size - 1, value));

/** The largest difference of a channel; where nothing is to be seen, only transparency counts. */
const distance = (wanted, [red, green, blue, alpha]) =>
  wanted === null
    ? alpha
    : Math.max(255 - alpha, ...[red, green, blue].map((value, channel) => Math.abs(value - wanted[channel])));
