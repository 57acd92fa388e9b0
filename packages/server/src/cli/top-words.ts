/** Numbers as `tintype top` writes them: short, and of one width as far as can be. */

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** `12,345`. */
export const count = (value: number): string => String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ",");

/** `1.23 MB`; units of a thousand. */
export function size(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? String(Math.round(value)) : three(value)} ${UNITS[unit] ?? ""}`;
}

/** `1.23 ms`, `123 ms` or `1.23 s`. */
export const time = (milliseconds: number): string =>
  milliseconds < 999.5 ? `${three(milliseconds)} ms` : `${three(milliseconds / 1000)} s`;

/** `3d 04:05:06`. */
export function age(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const days = Math.floor(whole / 86_400);
  const clock = [Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60];
  const words = clock.map((part) => String(part).padStart(2, "0")).join(":");
  return days > 0 ? `${days}d ${words}` : words;
}

/** `12.3`: three digits, or all that stand before the point. */
export function three(value: number): string {
  if (value >= 99.95) return count(value);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

/** `[####----]`, as wide as it is told. */
export function bar(share: number, width: number): string {
  const inner = Math.max(0, width - 2);
  const full = Math.round(Math.min(1, Math.max(0, share)) * inner);
  return `[${"#".repeat(full)}${"-".repeat(inner - full)}]`;
}
