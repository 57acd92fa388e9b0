import { HttpError } from "../errors.ts";
import { Line } from "../queue.ts";
import { untilOver } from "./body.ts";
import type { Original, Source } from "./source.ts";

/** How many downloads one host may have at a time. */
export interface LaneSettings {
  /** Under way at once, until their bodies have been read or cancelled. */
  readonly active: number;
  /** Waiting behind them; more are refused at once. */
  readonly queued: number;
}

/** One host's downloads: those under way, and the line behind them. */
class Lane {
  readonly #settings: LaneSettings;
  readonly #line = new Line<undefined>();
  #active = 0;

  constructor(settings: LaneSettings) {
    this.#settings = settings;
  }

  get empty(): boolean {
    return this.#active === 0;
  }

  /** Throws `queue_full` where the line is full, or what the signal means. */
  async enter(signal: AbortSignal): Promise<void> {
    const { active, queued } = this.#settings;
    if (this.#active < active) {
      this.#active += 1;
      return;
    }
    if (this.#line.length < queued) return this.#line.wait(signal);
    const detail = `expected at most ${active + queued} downloads from one host at a time, got one more`;
    throw new HttpError("queue_full", detail, { retryAfter: 1 });
  }

  /** The place goes straight to the first in line, so that no newcomer can slip in between. */
  leave(): void {
    if (!this.#line.give(undefined)) this.#active -= 1;
  }
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : "");

/**
 * A source that keeps the downloads of each host in a lane of their own, so that one host that never answers cannot
 * hold up all others. A place is taken from the request to the body's end.
 */
export function lanes(source: Source, settings: LaneSettings): Source {
  const open = new Map<string, Lane>();

  const leave = (host: string, lane: Lane): void => {
    lane.leave();
    if (lane.empty) open.delete(host);
  };

  return {
    fetch: async (url, wish): Promise<Original> => {
      const host = hostOf(url);
      const lane = open.get(host) ?? new Lane(settings);
      open.set(host, lane);
      await lane.enter(wish.signal);
      try {
        const original = await source.fetch(url, wish);
        const over = (): void => {
          original.cancel();
          leave(host, lane);
        };
        return { ...original, ...untilOver(original.body, wish.signal, over) };
      } catch (error) {
        leave(host, lane);
        throw error;
      }
    },
  };
}
