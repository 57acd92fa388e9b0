/**
 * The header of a device-independent bitmap: what a BMP file holds behind its file header, and an ICO entry holds alone.
 * Format: Microsoft, "Bitmap Header Types" (BITMAPCOREHEADER, BITMAPINFOHEADER, BITMAPV4HEADER, BITMAPV5HEADER).
 */
import { HttpError } from "../../errors.ts";

/** Where one channel of a pixel word lies: `(word >>> shift) & max`. A `max` of 0 means that there is no such channel. */
export interface Channel {
  readonly shift: number;
  readonly max: number;
}

/** How to take 16- and 32-bit pixel words apart. */
export interface Masks {
  readonly red: Channel;
  readonly green: Channel;
  readonly blue: Channel;
  readonly alpha: Channel;
  /** No header field speaks of alpha: the fourth byte is alpha only where some pixel uses it. */
  readonly alphaAssumed: boolean;
}

/** Header facts of a bitmap; offsets count from the first byte of what was read. */
export interface Dib {
  readonly width: number;
  /** As stored: for an ICO entry twice the picture's. */
  readonly height: number;
  readonly topDown: boolean;
  readonly bitsPerPixel: number;
  readonly runLength: boolean;
  /** Only for 16 and 32 bits per pixel. */
  readonly masks: Masks | undefined;
  /** `count` is 0 above 8 bits per pixel; `stride` is the bytes of one entry, blue first. */
  readonly palette: { readonly at: number; readonly count: number; readonly stride: 3 | 4 };
  /** First byte after header, masks and palette. */
  readonly end: number;
}

const CORE = 12;
const HEADER_SIZES: readonly number[] = [CORE, 40, 52, 56, 108, 124];
/** From this header size on there is a field for the alpha mask. */
const WITH_ALPHA_FIELD = 56;

const RGB = 0;
const RLE8 = 1;
const RLE4 = 2;
const BITFIELDS = 3;
const ALPHA_BITFIELDS = 6;

/** Bits per pixel that each compression allows; 4 and 5 wrap a whole JPEG or PNG and are not pictures of their own. */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  [RGB]: [1, 2, 4, 8, 16, 24, 32],
  [RLE8]: [8],
  [RLE4]: [4],
  [BITFIELDS]: [16, 32],
  [ALPHA_BITFIELDS]: [16, 32],
};

/** Masks begin at byte 40: inside the larger headers, behind the small one. */
const MASKS_AT = 40;
const MASKS_END: Readonly<Record<number, number>> = {
  [BITFIELDS]: MASKS_AT + 3 * 4,
  [ALPHA_BITFIELDS]: MASKS_AT + 4 * 4,
};

const FOURTH_BYTE = 0xff000000;

const broken = (detail: string): HttpError => new HttpError("broken_image", detail);

/** Reads the header at `at`; palette and pixels need not be there yet. Throws `broken_image`. */
export function readDib(bytes: Uint8Array, at: number): Dib {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  requireBytes(bytes, at + 4);
  const size = view.getUint32(at, true);
  if (!HEADER_SIZES.includes(size)) throw broken(`expected a known bitmap header size, got ${size}`);
  requireBytes(bytes, at + size);

  const core = size === CORE;
  const width = core ? view.getUint16(at + 4, true) : view.getInt32(at + 4, true);
  const signedHeight = core ? view.getUint16(at + 6, true) : view.getInt32(at + 8, true);
  const bitsPerPixel = view.getUint16(at + (core ? 10 : 14), true);
  const compression = core ? RGB : view.getUint32(at + 16, true);
  if (width <= 0 || signedHeight === 0) {
    throw broken(`expected a bitmap with an area, got ${width} x ${signedHeight}`);
  }
  if (DEPTHS[compression]?.includes(bitsPerPixel) !== true) {
    throw broken(`expected a known compression, got ${compression} at ${bitsPerPixel} bits per pixel`);
  }

  const paletteAt = at + Math.max(size, MASKS_END[compression] ?? 0);
  requireBytes(bytes, paletteAt);
  const colours = core ? 0 : view.getUint32(at + 32, true);
  const palette = {
    at: paletteAt,
    count: bitsPerPixel > 8 ? 0 : Math.min(colours || 256, 1 << bitsPerPixel),
    stride: core ? 3 : 4,
  } as const;
  return {
    width,
    height: Math.abs(signedHeight),
    topDown: signedHeight < 0,
    bitsPerPixel,
    runLength: compression === RLE8 || compression === RLE4,
    masks: readMasks(view, { at, size, compression, bitsPerPixel }),
    palette,
    end: paletteAt + palette.count * palette.stride,
  };
}

/** Throws `broken_image` where `bytes` ends before `end`. */
export function requireBytes(bytes: Uint8Array, end: number): void {
  if (bytes.length < end) throw broken(`expected at least ${end} bytes of bitmap, got ${bytes.length}`);
}

interface Layout {
  readonly at: number;
  readonly size: number;
  readonly compression: number;
  readonly bitsPerPixel: number;
}

function readMasks(view: DataView, { at, size, compression, bitsPerPixel }: Layout): Masks | undefined {
  if (bitsPerPixel !== 16 && bitsPerPixel !== 32) return undefined;
  const mask = (index: number): number => view.getUint32(at + MASKS_AT + index * 4, true);
  const alphaField = size >= WITH_ALPHA_FIELD || compression === ALPHA_BITFIELDS;
  const stated = alphaField && mask(3) !== 0;
  if (compression === RGB) {
    const alpha = stated || !alphaField ? FOURTH_BYTE : 0;
    return bitsPerPixel === 16
      ? channels([0x7c00, 0x03e0, 0x001f, 0], { bitsPerPixel, alphaAssumed: false })
      : channels([0xff0000, 0xff00, 0xff, alpha], { bitsPerPixel, alphaAssumed: !alphaField });
  }
  const [red, green, blue] = [mask(0), mask(1), mask(2)];
  const alpha = alphaField ? mask(3) : wholeByte(~(red | green | blue) >>> 0);
  // The contract knows alpha only at 32 bits per pixel, and the output format depends on it.
  const kept = bitsPerPixel === 32 ? alpha : 0;
  return channels([red, green, blue, kept], { bitsPerPixel, alphaAssumed: !alphaField && kept !== 0 });
}

const wholeByte = (mask: number): number => ([0xff, 0xff00, 0xff0000, FOURTH_BYTE].includes(mask) ? mask : 0);

function channels(
  masks: readonly [number, number, number, number],
  { bitsPerPixel, alphaAssumed }: { readonly bitsPerPixel: number; readonly alphaAssumed: boolean },
): Masks {
  const [red, green, blue, alpha] = masks;
  if ((red | green | blue) === 0) throw broken("expected colour masks, got none");
  const one = (mask: number): Channel => channel(mask, bitsPerPixel);
  return { red: one(red), green: one(green), blue: one(blue), alpha: one(alpha), alphaAssumed };
}

function channel(mask: number, bitsPerPixel: number): Channel {
  if (mask === 0) return { shift: 0, max: 0 };
  const shift = 31 - Math.clz32(mask & -mask);
  const max = mask >>> shift;
  if ((max & (max + 1)) !== 0 || mask >= 2 ** bitsPerPixel) {
    throw broken(`expected a mask of neighbouring bits, got 0x${mask.toString(16)}`);
  }
  return { shift, max };
}
