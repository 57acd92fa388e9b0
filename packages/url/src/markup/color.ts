/**
 * The average colour that a thumbhash begins with, in CSS; decoding the rest takes more code than the placeholder is worth.
 * Formula: `thumbHashToAverageRGBA` of the format's author, https://evanw.github.io/thumbhash/.
 */
export function averageColor(thumbhash: string): string {
  const bytes = Uint8Array.from(atob(thumbhash), (character) => character.charCodeAt(0));
  const [low = 0, middle = 0, high = 0] = bytes;
  const header = low | (middle << 8) | (high << 16);
  const lightness = (header & 63) / 63;
  const yellow = ((header >> 6) & 63) / 31.5 - 1;
  const red = ((header >> 12) & 63) / 31.5 - 1;
  const alpha = high >> 7 ? ((bytes[5] ?? 0) & 15) / 15 : 1;
  const b = lightness - (2 / 3) * yellow;
  const r = (3 * lightness - b + red) / 2;
  const [R, G, B] = [r, r - red, b].map((part) => Math.round(255 * Math.max(0, Math.min(1, part))));
  return `rgb(${R} ${G} ${B} / ${Math.round(alpha * 100) / 100})`;
}
