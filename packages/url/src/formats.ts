/** Formats that can be asked for. */
export const FORMAT_NAMES = [
  "jpeg",
  "png",
  "webp",
  "avif",
  "gif",
  "tiff",
  "bmp",
  "ico",
  "svg",
  "heic",
  "jxl",
] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];

/** Other spellings of them. */
export const FORMAT_ALIASES = { jpg: "jpeg" } as const satisfies Readonly<Record<string, FormatName>>;
