/** How many seconds of silence are saved up for a burst. */
const BURST_SECONDS = 10;

interface Kind {
  /** Lines that may be written now. */
  credit: number;
  /** Milliseconds, of the clock. */
  at: number;
  leftOut: number;
}

/** Asked before a line is written: how many of its kind were left out since the last one, or undefined where it is one of them. */
export type Sampling = (kind: string) => number | undefined;

/**
 * Thins out lines of one kind where they come in floods: so many a second on average, ten times as many at once; 0 lets all
 * pass. `clock` gives milliseconds. Kinds are few: they are never forgotten.
 */
export function createSampling(perSecond: number, clock: () => number = () => performance.now()): Sampling {
  const most = perSecond * BURST_SECONDS;
  const kinds = new Map<string, Kind>();
  return (name) => {
    if (perSecond === 0) return 0;
    const now = clock();
    const kind = kinds.get(name) ?? { credit: most, at: now, leftOut: 0 };
    kinds.set(name, kind);
    kind.credit = Math.min(most, kind.credit + ((now - kind.at) * perSecond) / 1000);
    kind.at = now;
    if (kind.credit < 1) {
      kind.leftOut += 1;
      return undefined;
    }
    const { leftOut } = kind;
    kind.credit -= 1;
    kind.leftOut = 0;
    return leftOut;
  };
}
