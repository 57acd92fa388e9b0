import { coloursOf, pixelsEnd, readDib } from "./dib.ts";
import { readerOf } from "./reader.ts";
import { broken, STILL, type Found } from "./scanned.ts";

const FILE_HEADER = 14;

/** Scans a BMP. */
export function scanBmp(bytes: Uint8Array): Found {
  const read = readerOf(bytes, "little");
  if (read.text(0, 2) !== "BM") throw broken("expected BM at the start");
  const dib = readDib(read, FILE_HEADER);
  const pixelsAt = read.u32(10);
  if (pixelsAt < dib.paletteAt) throw broken(`expected pixels behind the header, got offset ${pixelsAt}`);
  return {
    ...STILL,
    ...coloursOf(dib),
    size: { width: dib.width, height: dib.height },
    complete: pixelsEnd(dib, pixelsAt) <= bytes.length,
  };
}
