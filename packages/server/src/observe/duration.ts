const NANOSECONDS_PER_MILLISECOND = 1e6;

/** The units that Go writes below one second, largest first, by their nanoseconds. */
const SMALL_UNITS = [
  { nanoseconds: 1e6, decimals: 6, name: "ms" },
  { nanoseconds: 1e3, decimals: 3, name: "µs" },
  { nanoseconds: 1, decimals: 0, name: "ns" },
] as const;

const trimmed = (value: number, decimals: number): string =>
  decimals === 0 ? String(value) : value.toFixed(decimals).replace(/\.?0+$/, "");

/** A length of time as Go's `time.Duration` prints it: `850.1µs`, `12.345678ms`, `1.5s`, `1h0m2s`. */
export function goDuration(milliseconds: number): string {
  const nanoseconds = Math.max(0, Math.round(milliseconds * NANOSECONDS_PER_MILLISECOND));
  if (!(nanoseconds > 0)) return "0s";
  if (nanoseconds >= 1e9) return whole(nanoseconds);
  const unit = SMALL_UNITS.find((candidate) => nanoseconds >= candidate.nanoseconds) ?? SMALL_UNITS[2];
  return `${trimmed(nanoseconds / unit.nanoseconds, unit.decimals)}${unit.name}`;
}

function whole(nanoseconds: number): string {
  const allSeconds = Math.floor(nanoseconds / 1e9);
  const hours = Math.floor(allSeconds / 3600);
  const minutes = Math.floor((allSeconds % 3600) / 60);
  // The fraction is taken apart from the whole seconds, or a double would round its last digits away.
  const fraction = trimmed((nanoseconds % 1e9) / 1e9, 9).slice(1);
  const seconds = `${allSeconds % 60}${fraction}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
