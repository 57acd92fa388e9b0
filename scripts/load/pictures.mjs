/**
 * The sources of `npm run soak`: four rectangles of known colours each, no two pictures alike, with a grain that keeps
 * encoders busy. Made once into a folder of the system's temporary one.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { createRandom } from "./random.mjs";

/** Raised whenever the pictures change. */
const EDITION = 4;

/** Far from each other in every channel, so that no encoder makes one of another. */
const COLOURS = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => [1, 2, 4].map((bit) => (bits & bit ? 210 : 45)));

/** Pixels to a grain, which so compresses about as well as a photograph or a screenshot. */
const GRAIN = 4;
const ROUGHNESS = 50;

const MAKERS = {
  jpeg: (picture) => picture.jpeg({ quality: 85 }),
  progressive: (picture) => picture.jpeg({ quality: 85, progressive: true }),
  png: (picture) => picture.png({ compressionLevel: 4 }),
  interlaced: (picture) => picture.png({ compressionLevel: 4, progressive: true }),
  webp: (picture) => picture.webp({ quality: 80 }),
  avif: (picture) => picture.avif({ quality: 60, effort: 2 }),
  gif: (picture) => picture.gif({ effort: 2 }),
  tiff: (picture) => picture.tiff({ compression: "lzw" }),
};

/**
 * THE TABLE of sources; `share` is how often each is asked for. Giants, of 24 to 50 megapixels, are a fifth of all. Of
 * those with `alpha` the last rectangle is transparent.
 */
const RECIPES = [
  { file: "small.jpg", make: "jpeg", width: 640, height: 480, share: 10 },
  { file: "turned.jpg", make: "jpeg", width: 1600, height: 1200, orientation: 6, share: 8 },
  { file: "mirrored.jpg", make: "jpeg", width: 1000, height: 800, orientation: 4, share: 4 },
  { file: "wide.jpg", make: "jpeg", width: 2400, height: 1600, share: 12 },
  { file: "progressive.jpg", make: "progressive", width: 1920, height: 1080, share: 8 },
  { file: "plain.png", make: "png", width: 1200, height: 900, share: 6 },
  { file: "alpha.png", make: "png", width: 1024, height: 1024, alpha: true, share: 5 },
  { file: "interlaced.png", make: "interlaced", width: 800, height: 600, share: 3 },
  { file: "still.webp", make: "webp", width: 1200, height: 800, share: 6 },
  { file: "alpha.webp", make: "webp", width: 900, height: 1200, alpha: true, share: 3 },
  { file: "moving.webp", make: "webp", width: 320, height: 240, frames: 8, share: 1 },
  { file: "still.avif", make: "avif", width: 1600, height: 1066, share: 4 },
  { file: "still.gif", make: "gif", width: 500, height: 400, share: 3 },
  { file: "moving.gif", make: "gif", width: 300, height: 300, frames: 10, share: 1 },
  { file: "scan.tiff", make: "tiff", width: 1400, height: 1000, share: 3 },
  { file: "drawing.svg", make: "svg", width: 800, height: 600, share: 3 },
  { file: "24.jpg", make: "jpeg", width: 6000, height: 4000, share: 7 },
  { file: "50.jpg", make: "jpeg", width: 8640, height: 5760, share: 4 },
  { file: "24-progressive.jpg", make: "progressive", width: 4000, height: 6000, share: 3 },
  { file: "36-progressive.jpg", make: "progressive", width: 7360, height: 4912, share: 1 },
  { file: "24.png", make: "png", width: 6000, height: 4000, share: 3 },
  { file: "24-interlaced.png", make: "interlaced", width: 5656, height: 4243, share: 1 },
  { file: "48.png", make: "png", width: 8000, height: 6000, share: 1 },
];

export const isGiant = ({ width, height }) => width * height >= 24e6;

/** Four colours by number: no two pictures have the same in the same places. */
function coloursOf(index) {
  const [first, step] = [index % 8, 1 + Math.floor(index / 8)];
  return [0, 1, 2, 3].map((corner) => COLOURS[(first + corner * step) % 8]);
}

/** Pixels of a picture and its frames, one below the other, before their grains are drawn large. */
function grains({ width, height, frames = 1 }, colours, random) {
  const [columns, rows] = [width, height].map((side) => Math.ceil(side / GRAIN));
  const data = Buffer.alloc(columns * rows * frames * 3);
  for (let at = 0, pixel = 0; at < data.length; at += 3, pixel += 1) {
    const [x, y] = [pixel % columns, Math.floor(pixel / columns) % rows];
    const colour = colours[(2 * y >= rows ? 2 : 0) + (2 * x >= columns ? 1 : 0)];
    const shade = (random() - 0.5) * ROUGHNESS;
    for (let channel = 0; channel < 3; channel += 1) data[at + channel] = colour[channel] + shade;
  }
  return { data, columns, rows };
}

async function paint(recipe, colours, path) {
  const { width, height, frames = 1, orientation, alpha = false, make } = recipe;
  if (make === "svg") return writeFileSync(path, drawing(recipe, colours));
  const { data, columns, rows } = grains(recipe, colours, createRandom(width * height + frames));
  const raw = { width: columns, height: rows * frames, channels: 3 };
  const enlarged = await sharp(data, { raw })
    .resize(width, height * frames, { kernel: "nearest", fit: "fill" })
    .raw()
    .toBuffer();
  const film = frames > 1 ? { pageHeight: height } : {};
  const picture = sharp(enlarged, {
    raw: { width, height: height * frames, channels: 3, ...film },
    limitInputPixels: false,
  });
  const clear = alpha ? picture.joinChannel(mask(recipe), { raw: { width, height, channels: 1 } }) : picture;
  const noted = orientation ? clear.withMetadata({ orientation }) : clear;
  return MAKERS[make](noted).toFile(path);
}

/** Opaque but for the last rectangle. */
function mask({ width, height }) {
  const opaque = Buffer.alloc(width * height, 255);
  for (let y = height / 2; y < height; y += 1) opaque.fill(0, y * width + width / 2, (y + 1) * width);
  return opaque;
}

function drawing({ width, height }, colours) {
  const fills = colours.map((colour) => `rgb(${colour.join()})`);
  const rect = (fill, corner) =>
    `<rect x="${(corner % 2) * 50}%" y="${Math.floor(corner / 2) * 50}%" width="50%" height="50%" fill="${fill}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${fills.map(rect).join("")}</svg>`;
}

const FORMATS = { svg: "svg", heif: "avif" };

/** What a decoder says of it, which is not what the server's own scanner says. */
async function describe(recipe, colours, path) {
  const {
    format,
    width,
    height,
    pages = 1,
    hasAlpha,
    orientation = 1,
    delay,
  } = await sharp(path, {
    limitInputPixels: false,
  }).metadata();
  const size = recipe.make === "svg" ? { width: recipe.width, height: recipe.height } : { width, height };
  const facts = {
    ...size,
    format: FORMATS[format] ?? format,
    frames: delay ? pages : 1,
    alpha: hasAlpha,
    orientation,
  };
  const seen = colours.map((colour, corner) => (recipe.alpha && corner === 3 ? null : colour));
  return { file: recipe.file, weight: recipe.share, colours: seen, facts };
}

/** Makes what is not there yet. Answers the folder and what is in it. */
export async function preparePictures(say) {
  const folder = join(tmpdir(), `tintype-soak-${EDITION}`);
  const list = join(folder, "pictures.json");
  if (existsSync(list)) return { folder, pictures: JSON.parse(readFileSync(list, "utf8")) };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const pictures = [];
  for (const [index, recipe] of RECIPES.entries()) {
    say(`${recipe.file} `);
    const path = join(folder, recipe.file);
    const colours = coloursOf(index);
    await paint(recipe, colours, path);
    pictures.push(await describe(recipe, colours, path));
  }
  say("\n");
  // The list comes last and at once, so that an attempt that was broken off counts as none.
  writeFileSync(`${list}.new`, JSON.stringify(pictures));
  renameSync(`${list}.new`, list);
  return { folder, pictures };
}
