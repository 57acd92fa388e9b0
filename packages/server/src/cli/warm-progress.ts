import type { Tally } from "./warm-tally.ts";

/** Where progress is shown. */
export interface Screen {
  readonly isTTY?: boolean;
  /** Of a terminal. */
  readonly columns?: number;
  write(text: string): unknown;
}

/** What a line of progress is made of. */
export type Seen = Pick<Tally, "done" | "failed" | "rate" | "caches">;

const REDRAW_MS = 200;
const REPORT_MS = 5000;
const BAR_WIDTH = 24;
const CLEAR = "\r\u001b[K";

/** Shows a tally until it is closed: a bar on a terminal, elsewhere a line every five seconds. */
export function showProgress(screen: Screen, tally: Tally, total: number | undefined): { close(): void } {
  const isTerminal = screen.isTTY === true;
  const draw = (): void => {
    const line = progressLine(tally, total, isTerminal);
    screen.write(isTerminal ? `${CLEAR}${line.slice(0, (screen.columns ?? 80) - 1)}` : `${line}\n`);
  };
  if (isTerminal) draw();
  const timer = setInterval(draw, isTerminal ? REDRAW_MS : REPORT_MS);
  return {
    close: () => {
      clearInterval(timer);
      if (isTerminal) screen.write(CLEAR);
    },
  };
}

/** One line; a list whose end is not known has neither a bar nor a time of arrival. */
export function progressLine(seen: Seen, total: number | undefined, isTerminal: boolean): string {
  const { done, failed, rate, caches } = seen;
  const parts = [
    total === undefined ? String(done) : `${done}/${total}`,
    `${rate.toFixed(1)}/s`,
    caches,
    failed > 0 ? `${failed} failed` : "",
    total === undefined || rate === 0 ? "" : `${lasting((total - done) / rate)} left`,
  ];
  const bar = isTerminal && total !== undefined ? `${barOf(done, total)} ` : "";
  return `${bar}${parts.filter(Boolean).join("  ")}`;
}

function barOf(done: number, total: number): string {
  const filled = Math.min(BAR_WIDTH, Math.floor((BAR_WIDTH * done) / Math.max(total, 1)));
  return `[${"#".repeat(filled)}${"-".repeat(BAR_WIDTH - filled)}]`;
}

/** Seconds for people. */
function lasting(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`;
}
