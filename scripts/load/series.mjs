/** Samples of `npm run soak` as windows of ten seconds, and whether they climb. */
import { quantile } from "../bench/report.mjs";

export const WINDOW_SECONDS = 10;

/** The share of windows at the beginning that do not count: caches fill, code is compiled. */
const WARM_UP = 0.2;

const least = (samples, key) => Math.min(...samples.map((sample) => sample[key]));
const most = (samples, key) => Math.max(...samples.map((sample) => sample[key]));

/** One window. Of memory the least, which is what stays when the pictures are gone; and the peak of all together. */
export const windowOf = ({ at, samples, times, health, busy }) => ({
  at,
  perSecond: times.length / WINDOW_SECONDS,
  p50: quantile(times, 0.5) ?? 0,
  p95: quantile(times, 0.95) ?? 0,
  p99: quantile(times, 0.99) ?? 0,
  health: quantile(health, 0.99) ?? 0,
  front: least(samples, "front"),
  renderers: least(samples, "renderers"),
  peak: most(samples, "peak"),
  files: least(samples, "files"),
  busy,
});

/**
 * The slope of a key by least squares after the warm-up, with its standard error, both as shares of the mean in an hour,
 * and the share by which the line has grown from its beginning to its end.
 */
export function trendOf(windows, key) {
  const points = windows
    .slice(Math.ceil(windows.length * WARM_UP))
    .map((each) => [each.at / 3600, each[key]]);
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [hours, value] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const spread = points.reduce((sum, [x]) => sum + (x - hours) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - hours) * (y - value), 0) / spread;
  const residues = points.reduce((sum, [x, y]) => sum + (y - value - slope * (x - hours)) ** 2, 0);
  const error = Math.sqrt(residues / Math.max(1, points.length - 2) / spread);
  const span = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
  return { perHour: slope / value, error: error / value, growth: (slope * span) / value };
}
