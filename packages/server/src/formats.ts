/**
 * THE TABLE of picture formats: what each can hold and how it is named on the wire (contract processing.md, section 1).
 * Ground floor: the front negotiates with it, the renderers encode by it.
 */
export interface FormatEntry {
  /** File extension with its dot, as put into Content-Disposition. */
  readonly extension: string;
  readonly mime: string;
  /** Can hold transparency. */
  readonly alpha: boolean;
  /** Can hold one colour channel: always, without transparency only, or never. */
  readonly grey: "any" | "opaque" | "never";
  /** Can hold an ICC profile. */
  readonly icc: boolean;
  /** Has a quality setting, so `max_bytes` applies. */
  readonly quality: boolean;
  /** An animation can be read from it. */
  readonly animationIn: boolean;
  /** An animation can be written to it. */
  readonly animationOut: boolean;
  /** Can hold more than 8 bits a channel as output. */
  readonly hdr: boolean;
  /** This installation can read it. */
  readonly load: boolean;
  /** This installation can write it. */
  readonly save: boolean;
  /** Longest side in pixels; 0 leaves it to the encoder. */
  readonly maxSide: number;
  /** Shortest side in pixels that the encoder takes. */
  readonly minSide: number;
}

const format = (extension: string, mime: string, traits: Partial<FormatEntry>): FormatEntry => ({
  extension,
  mime,
  alpha: true,
  grey: "any",
  icc: false,
  quality: false,
  animationIn: false,
  animationOut: false,
  hdr: false,
  load: true,
  save: true,
  maxSide: 0,
  minSide: 1,
  ...traits,
});

export const FORMATS = {
  jpeg: format(".jpg", "image/jpeg", { alpha: false, icc: true, quality: true, maxSide: 65500 }),
  png: format(".png", "image/png", { icc: true, hdr: true }),
  webp: format(".webp", "image/webp", {
    icc: true,
    quality: true,
    animationIn: true,
    animationOut: true,
    maxSide: 16383,
  }),
  gif: format(".gif", "image/gif", { animationIn: true, animationOut: true, maxSide: 65535 }),
  avif: format(".avif", "image/avif", { icc: true, quality: true, hdr: true, maxSide: 16384, minSide: 16 }),
  tiff: format(".tiff", "image/tiff", { icc: true, hdr: true }),
  svg: format(".svg", "image/svg+xml", { save: false }),
  bmp: format(".bmp", "image/bmp", { grey: "opaque" }),
  ico: format(".ico", "image/x-icon", { grey: "never", maxSide: 256 }),
  heic: format(".heic", "image/heif", { icc: true, quality: true, maxSide: 16384, load: false, save: false }),
  jxl: format(".jxl", "image/jxl", {
    icc: true,
    quality: true,
    animationIn: true,
    hdr: true,
    load: false,
    save: false,
  }),
} as const satisfies Record<string, FormatEntry>;

export type Format = keyof typeof FORMATS;

/** True where a word names a row of FORMATS. */
export const isFormat = (word: string): word is Format => Object.hasOwn(FORMATS, word);
