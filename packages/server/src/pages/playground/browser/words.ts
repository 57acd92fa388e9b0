/** Quantities as people read them. */

const GAP = "\u2009";
const NAMES: Readonly<Record<string, string>> = {
  "image/svg+xml": "SVG",
  "image/jpeg": "JPEG",
  "image/webp": "WebP",
  "image/jxl": "JPEG XL",
};

/** Bytes in decimal units, with two digits that matter. */
export function amount(bytes: number): string {
  if (bytes < 1000) return `${bytes}${GAP}B`;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
  return `${value.toFixed(value < 10 ? 1 : 0)}${GAP}${unit}`;
}

/** How much smaller or larger the second is than the first. */
export function change(before: number, after: number): string {
  const percent = 100 - (100 * after) / before;
  const sign = percent < 0 ? "+" : "\u2212";
  return `${sign}${Math.abs(percent).toFixed(percent > 99 && percent < 100 ? 1 : 0)}${GAP}%`;
}

export const duration = (milliseconds: number): string =>
  milliseconds < 10_000
    ? `${Math.max(1, Math.round(milliseconds))}${GAP}ms`
    : `${(milliseconds / 1000).toFixed(1)}${GAP}s`;

export const pixels = ({ width, height }: { readonly width: number; readonly height: number }): string =>
  `${width} \u00d7 ${height}`;

/** What a format is called, by its media type. */
export const formatName = (type: string): string => NAMES[type] ?? type.replace(/^image\//, "").toUpperCase();
