/**
 * Draws a word, so that the libraries of the image write the index of its fonts, which no renderer may write. Run while the
 * image is built, on the machine that builds; the index is the same for both architectures.
 */
import { readdirSync } from "node:fs";
import sharp from "sharp";

const INDEX = "/var/cache/fontconfig";
const drawn = await sharp(
  Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="40"><text y="30" font-size="30">word</text></svg>',
  ),
)
  .raw()
  .toBuffer();
if (drawn.every((byte) => byte === 0)) throw new Error("expected a word to be drawn, got an empty picture");
if (!readdirSync(INDEX).some((name) => name.includes(".cache-")))
  throw new Error(`expected an index of the fonts in ${INDEX}, got none`);
